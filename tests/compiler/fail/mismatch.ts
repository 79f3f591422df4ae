// A value goes where its own type is.
class Point extends Struct {
  x: u16;
}
export function f(a: u8, p: ptr<u8>, s: Point): u32 {
  const b: u16 = a; // error: VT2001
  const q: ptr<u16> = p; // error: VT2001
  const r: u64 = p; // error: VT2001
  const t: ptr<Point> = s; // error: VT2001
  let c: i32 = 0;
  c = a; // error: VT2001
  const d: bool = 1; // error: VT2001
  return a; // error: VT2001
}
