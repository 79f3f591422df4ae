// Offsets are multiples of the alignment, and go up.
class A extends Struct {
  a: u8;
  b: at<2, u32>; // error: VT4005
}
class B extends Struct {
  a: u64;
  b: at<4, u32>; // error: VT4005
}
export function f(a: ptr<A>, b: ptr<B>): void {}
/** @packed */
class Tight extends Struct {
  a: bitfield<3>;
  b: bitfield<31>; // error: VT4005
}
/** @packed */
class Short extends Struct {
  a: bitfield<3>; // error: VT4005
  b: u8;
}
export function g(a: ptr<Tight>, b: ptr<Short>): void {}
