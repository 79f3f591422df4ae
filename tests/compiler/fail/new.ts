// Nothing is allocated behind the program's back.
class Point extends Struct {
  x: i32;
}
export function main(): i32 {
  const p = new Point(); // error: VT1006
  return p.x;
}
