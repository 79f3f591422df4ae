// Without a frame there is only assembly, and no registers for values.
/** @naked */
export function f(): void { // error: VT4014
  asm`nop`;
  let x: u32 = 1;
}
let counter: u64 = 0;
/** @naked */
export function parameter(a: u64): void {
  asm`mov rax, ${a}; ret`; // error: VT4016
}
/** @naked */
export function variable(): void {
  asm`mov rax, ${counter}; ret`; // error: VT4016
}
/** @naked */
export function result(): u64 {
  return asm<u64>`mov ${asm.result}, 1`; // error: VT4016
}
/** @naked */
export function options(): u64 {
  return asm<u64>({ out: "rax" })`mov eax, 1`; // error: VT4016
}
