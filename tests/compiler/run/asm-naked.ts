// Naked functions name functions, globals and constants: stubs that push a number and share one body, labels, addresses.
// assembly: yes
// expect: 10 102 400
// expect: 3 510 255
// expect: 10 200 28
// expect: 4 0 true
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

class Saved extends Struct {
  rcx: u64;
  vector: u64;
  caller: u64;
}
const table: array<u64, 4> = [1, 2, 3, 4];
const LIMIT: u8 = 200;
const STUB = 5;
const VECTOR = 0x33;
enum Color {
  Red = 3,
  Green = 7,
}
let hits: u64 = 0;

function handle(saved: ptr<Saved>): u64 {
  hits++;
  return saved.vector * 2;
}
/** @naked */
function common(): u64 {
  return asm<u64>`
    push rcx
    mov rdi, rsp
    call ${handle}
    pop rcx
    add rsp, 8
    ret`;
}
/** @naked */
function five(): u64 {
  return asm<u64>`push ${STUB}; jmp ${common}`;
}
/** @naked */
function vector(): u64 {
  return asm<u64>`push ${VECTOR}; jmp ${common}`;
}
/** @naked */
function limit(): u64 {
  return asm<u64>`push ${LIMIT}; jmp ${common}`;
}
/** 256 stubs of five bytes: the address that the call leaves says which. @naked */
function stubs(): u64 {
  return asm<u64>`times 256 call ${within}`;
}
/** @naked */
function within(): u64 {
  return asm<u64>`
    sub qword [rsp], ${stubs} + 5
    push rcx
    mov rdi, rsp
    call ${divided}
    pop rcx
    add rsp, 8
    ret`;
}
function divided(saved: ptr<Saved>): u64 {
  return saved.vector / 5;
}
function stub(n: usize): u64 {
  return functionAt<fn<() => u64>>(address(stubs) + n * 5)();
}
/** @naked */
function fromTable(): u64 {
  return asm<u64>`mov rax, [${addressOf(table[2])}]; mov ecx, ${Color.Green}; add rax, rcx; ret`;
}
/** @naked */
function counted(): u64 {
  return asm<u64>`
    xor eax, eax
    mov ecx, ${LIMIT}
  again:
    inc rax
    loop again
    cmp rax, ${LIMIT}
    je .end
    ud2
  .end:
    ret`;
}
/** @naked */
function layout(): u64 {
  return asm<u64>`mov eax, ${sizeof<Saved>()}; lea rax, [rax + ${offsetof<Saved>("vector")} - 4]; ret`;
}

export function main(): i32 {
  printU64(five());
  print(" ");
  printU64(vector());
  print(" ");
  printU64(limit());
  newline();
  printU64(hits);
  print(" ");
  printU64(stub(255) * 2);
  print(" ");
  printU64(stub(0) + stub(255));
  newline();
  printU64(fromTable());
  print(" ");
  printU64(counted());
  print(" ");
  printU64(layout());
  newline();
  const sum = asm<u64>({
    out: "rax",
  })`mov rax, [${addressOf(table)} + ${8}]; lea rcx, [rel ${addressOf(table[1])}]; add rax, [rcx]`;
  printU64(sum);
  print(" ");
  printU64(asm<u64>`mov ${asm.result}, ${addressOf(table)}` - address(addressOf(table)));
  print(" ");
  // Nothing is exchanged with an immediate: the address is in a register.
  const same = asm<u64>`mov ${asm.result}, 1; xchg ${asm.result}, ${addressOf(table)}`;
  printBool(same === address(addressOf(table)));
  newline();
  return 0;
}
