// Names are identifiers.
class Point extends Struct {
  "x": i32; // error: VT1014
  5: u8; // error: VT1014
  y: i32;
}
enum Kind {
  "a b", // error: VT1014
  C,
}
export function f(p: ptr<Point>, kind: Kind): i32 {
  return p.y;
}
