// What the processor pushes is all that a handler gets.
function wrong(a: u32): void {}
function result(frame: ptr<u64>): u32 {
  return 1;
}
export function f(): void {
  const a = isr(wrong); // error: VT4011
  const b = isr(result); // error: VT4011
}
