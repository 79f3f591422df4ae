// There are no constructors to run.
class Point extends Struct {
  x: i32 = 1; // error: VT4003
}
export function f(p: ptr<Point>): i32 {
  return p.x;
}
