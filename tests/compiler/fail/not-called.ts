// Functions are called.
class Point extends Struct {
  x: i32;
}
export function f(x: u32): u32 {
  Point(); // error: VT2010
  return x(); // error: VT2010
}
