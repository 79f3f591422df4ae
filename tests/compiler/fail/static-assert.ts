// What must hold is checked by the compiler, and both sides are shown.
class Gate extends Struct {
  low: u16;
  high: u64;
}
static_assert(sizeof<Gate>() === 10, "a gate is 10 bytes"); // error: VT3003
export function f(g: ptr<Gate>): void {
  static_assert(offsetof<Gate>("high") === 2); // error: VT3003
}
