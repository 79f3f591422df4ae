// Arrays and pointers have elements.
class Point extends Struct {
  x: i32;
}
export function f(p: Point, x: u32): i32 {
  return p[x]; // error: VT2009
}
