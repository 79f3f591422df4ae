// Nothing is larger than 2 GiB.
class Half extends Struct {
  bytes: array<u8, 0x4000_0000>;
}
class Whole extends Struct { // error: VT4018
  a: Half;
  b: Half;
}
let rows: array<Half, 3> = zeroed(); // error: VT4018
export function f(whole: ptr<Whole>): void { // error: VT4018
  let a: Half = zeroed();
  let b: Half = zeroed();
  a.bytes[0] = 1;
  b.bytes[0] = 2;
}
export function g(): usize {
  return sizeof<array<array<u64, 0x1000_0000>, 0x7fff_ffff>>(); // error: VT4018
}
