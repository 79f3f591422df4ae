// Bits fit in their storage unit.
class A extends Struct {
  a: bitfield<33>; // error: VT4006
  b: bitfield<0>; // error: VT4006
  c: bitfield<9, u8>; // error: VT4006
}
export function f(a: ptr<A>): void {}
