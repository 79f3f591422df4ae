// Fields are read one by one.
class Point extends Struct {
  x: i32;
}
export function f(p: ptr<Point>): i32 {
  const { x } = p; // error: VT1004
  return x;
}
