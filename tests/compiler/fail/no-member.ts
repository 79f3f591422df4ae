// Fields, methods and members that are not there.
class Point extends Struct {
  x: i32;
}
enum Color {
  Red,
}
export function f(p: ptr<Point>, x: i32): i32 {
  const c = Color.Blue; // error: VT2008
  const o = offsetof<Point>("z"); // error: VT2008
  const n = x.length; // error: VT2008
  return p.y; // error: VT2008
}
