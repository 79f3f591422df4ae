// Assignments have one place on their left.
class Point extends Struct {
  x: i32;
}
export function f(p: ptr<Point>, a: i32, b: i32): i32 {
  let x: i32 = 1;
  let y: i32 = 2;
  [x, y] = [y, x]; // error: VT1004
  ({ x } = p); // error: VT1004
  return x + y;
}
