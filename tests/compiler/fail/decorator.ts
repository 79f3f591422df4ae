// JSDoc tags say what decorators would.
declare function packed(x: ptr<u8>): void;
@packed // error: VT1015
class Point extends Struct {
  x: i32;
}
export function f(p: ptr<Point>): i32 {
  return p.x;
}
