// What is computed has no address.
function one(): u32 {
  return 1;
}
export function f(a: u32): void {
  const p = addressOf(a + 1); // error: VT3008
  const q = addressOf(one()); // error: VT3008
  const r = addressOf(one); // error: VT3008
}
