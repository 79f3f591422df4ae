// Options of asm are read by the compiler.
class Point extends Struct {
  x: u32;
}
function callee(): void {}
export function f(p: Point): void {
  asm({ in: { xmm0: 1 } })`nop`; // error: VT4016
  asm`mov ${asm.result}, 1`; // error: VT4016
  asm({ out: "rax" })`nop`; // error: VT4016
  asm({ clobbers: ["st0"] })`nop`; // error: VT4016
  asm`mov rax, ${p}`; // error: VT4016
  asm`frobnicate rax`; // error: VT4016
  asm`mov al, ${p.x}`; // error: VT4016
  asm`call callee`; // error: VT4016
  asm`here: mov rax, here`; // error: VT4016
  asm`jmp 0x1000`; // error: VT4016
  asm`mov al, ${callee}`; // error: VT4016
}
