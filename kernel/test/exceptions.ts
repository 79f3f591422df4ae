/** Exceptions: what a handler is given, and that it can put things right. */
import { type Registers, setExceptionHandler } from "../arch/exceptions.ts";
import { check, checkEqual } from "./check.ts";

const BREAKPOINT: u32 = 3;
const INVALID_OPCODE: u32 = 6;
const GENERAL_PROTECTION: u32 = 13;

let seenVector: u64 = 0;
let seenCode: u64 = 0;
let seenRax: u64 = 0;
let length: u64 = 0;

/** Skips `length` bytes of code, and leaves something in RDX. */
function skip(registers: ptr<Registers>): bool {
  seenVector = registers.vector;
  seenCode = registers.errorCode;
  seenRax = registers.rax;
  registers.rip += length;
  registers.rdx = 0x1234;
  return true;
}

export function handlersAreCalled(): void {
  setExceptionHandler(BREAKPOINT, skip);
  length = 0;
  const after = asm<u64>({ in: { rax: 77 }, out: "rdx" })`xor edx, edx; int3`;
  checkEqual(seenVector, 3, "vector");
  checkEqual(seenCode, 0, "no error code");
  checkEqual(seenRax, 77, "rax as it was");
  checkEqual(after, 0x1234, "rdx as the handler left it");

  setExceptionHandler(INVALID_OPCODE, skip);
  length = 2;
  asm({ clobbers: ["rdx"] })`ud2`;
  checkEqual(seenVector, 6, "vector of ud2");

  setExceptionHandler(GENERAL_PROTECTION, skip);
  length = 2;
  asm({ in: { rax: 0x13f0 }, clobbers: ["rdx"] })`mov ds, eax`;
  checkEqual(seenVector, 13, "vector of a selector beyond the table");
  checkEqual(seenCode, 0x13f0, "error code");
}

/** Bytes below the stack pointer are kept, as the System V ABI's leaf functions want. */
export function redZoneIsKept(): void {
  setExceptionHandler(BREAKPOINT, skip);
  length = 0;
  const kept = asm<u64>({ out: "rax", clobbers: ["rdx", "memory"] })`
    mov rdx, 0x1122334455667788
    mov [rsp - 8], rdx
    mov [rsp - 128], rdx
    int3
    mov rax, [rsp - 8]
    sub rax, [rsp - 128]
    jnz .end
    mov rax, [rsp - 128]
  .end:`;
  checkEqual(kept, 0x1122_3344_5566_7788, "red zone");
  check(readRsp() % 8 === 0, "rsp");
}
function readRsp(): u64 {
  return asm<u64>`mov ${asm.result}, rsp`;
}
