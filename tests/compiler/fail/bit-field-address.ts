// Bits have no address.
class Flags extends Struct {
  a: bitfield<3>;
}
export function f(x: ptr<Flags>): void {
  const p = addressOf(x.a); // error: VT3009
}
