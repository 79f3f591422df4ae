// Expressions that ask for JavaScript's values.
class Point extends Struct {
  x?: i32; // error: VT1014
}
export function f(p: ptr<Point>, x: i32): bool {
  delete p.x; // error: VT1005
  void x; // error: VT1005
  const r = /a+/; // error: VT1005
  const c = class {}; // error: VT1005
  const s = x satisfies i32; // error: VT1005
  if (p instanceof Point) return false; // error: VT1005
  if ("x" in p) return false; // error: VT1005
  return typeof x === "number"; // error: VT1005
}
