/** Register names as the assembler reads them, lower case, with the spellings of NASM (st0, r8l) beside ours (st(0), r8b). */
import { registerOperand } from "../decode.ts";
import type { RegisterOperand } from "../instruction.ts";
import { gprName, registerName } from "../readings/text.ts";

const names = new Map<string, RegisterOperand>();

function add(r: RegisterOperand): void {
  names.set(registerName(r), r);
}

for (let i = 0; i < 16; i++) {
  for (const width of [8, 16, 32, 64]) add(registerOperand("gpr", i, width));
  if (i < 4) add(registerOperand("gpr", i, 8, true));
  if (i >= 8) names.set(`r${i}l`, registerOperand("gpr", i, 8));
  add(registerOperand("xmm", i, 128));
  add(registerOperand("xmm", i, 256));
  add(registerOperand("cr", i, 64));
  add(registerOperand("dr", i, 64));
}
for (let i = 0; i < 8; i++) {
  add(registerOperand("mm", i, 64));
  names.set(`st${i}`, registerOperand("st", i, 80));
}
for (let i = 0; i < 6; i++) add(registerOperand("sreg", i, 16));

/** The register of this name, or undefined. st(i) is three tokens: the operand parser reads it. */
export const registerNamed = (name: string): RegisterOperand | undefined => names.get(name);

export interface AddressRegister {
  readonly index: number;
  readonly width: 16 | 32 | 64;
  /** rip or eip: the address of the next instruction. */
  readonly isRip: boolean;
}

const addressRegisters = new Map<string, AddressRegister>([
  ["rip", { index: -1, width: 64, isRip: true }],
  ["eip", { index: -1, width: 32, isRip: true }],
]);
for (let i = 0; i < 16; i++) {
  for (const width of [16, 32, 64] as const)
    addressRegisters.set(gprName(i, width), { index: i, width, isRip: false });
}

/** A register that an address may contain, or undefined. */
export const addressRegister = (name: string): AddressRegister | undefined => addressRegisters.get(name);
