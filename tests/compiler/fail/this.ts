// Only methods have this.
class Counter extends Struct {
  n: u32;
  static bump(): u32 {
    return this.n; // error: VT1020
  }
}
export function f(): u32 {
  return Counter.bump();
}
