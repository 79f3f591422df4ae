/** From the kernel into a program's code, which is in ring 0 as well. */
import { prepareProgram } from "../arch/dispatch.ts";
import type { Registers } from "../arch/exceptions.ts";
import { disableInterrupts } from "../arch/instructions.ts";
import { loadRegisters } from "../arch/load-registers.ts";

/** RFLAGS of a program that begins: IF, and the bit that is always 1. */
export const PROGRAM_FLAGS: u64 = 0x202;

/** Loads all registers; does not come back. @naked */
function load(_registers: ptr<Registers>): void {
  asm`
    mov rsp, rdi
    jmp ${loadRegisters}`;
}
/** Signals of before are delivered first. The kernel's stack is empty from here on. */
export function enterProgram(registers: ptr<Registers>): never {
  disableInterrupts();
  prepareProgram(registers);
  load(registers);
  unreachable();
}
