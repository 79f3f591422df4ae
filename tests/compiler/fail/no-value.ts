// Classes, enums and methods are no values.
class Point extends Struct {
  x: i32;
  get1(): i32 {
    return this.x;
  }
}
export function f(p: ptr<Point>): i32 {
  const c = Point; // error: VT2014
  const m = p.get1; // error: VT2014
  return 0;
}
