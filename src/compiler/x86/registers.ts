/**
 * Registers of the machine IR: general-purpose 0–15, xmm 16–31, virtual from 32. Which of them calls keep, and where
 * arguments and results travel. It knows no instructions.
 * Source: System V ABI, x86-64 psABI §3.2.1–3.2.3.
 */
export type Reg = number;

export const NO_REGISTER = -1;
export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
export const RBX = 3;
export const RSP = 4;
export const RBP = 5;
export const RSI = 6;
export const RDI = 7;
export const R8 = 8;
export const R9 = 9;
export const R10 = 10;
export const R11 = 11;
export const XMM0 = 16;
export const FIRST_VIRTUAL = 32;

/** What a register holds: an integer or address, or a double. */
export type RegisterFile = "gpr" | "xmm";

export const isVirtual = (r: Reg): boolean => r >= FIRST_VIRTUAL;

export const INTEGER_ARGUMENTS: readonly Reg[] = [RDI, RSI, RDX, RCX, R8, R9];
export const VECTOR_ARGUMENTS: readonly Reg[] = [16, 17, 18, 19, 20, 21, 22, 23];
export const INTEGER_RESULTS: readonly Reg[] = [RAX, RDX];
export const VECTOR_RESULTS: readonly Reg[] = [16, 17];

/** Changed by a call; all of the vector registers are. */
export const CALLER_SAVED_INTEGERS: readonly Reg[] = [RAX, RCX, RDX, RSI, RDI, R8, R9, R10, R11];
export const CALLER_SAVED: readonly Reg[] = [
  ...CALLER_SAVED_INTEGERS,
  ...Array.from({ length: 16 }, (_, i) => XMM0 + i),
];
export const CALLEE_SAVED: readonly Reg[] = [RBX, RBP, 12, 13, 14, 15];

/** In the order in which they are tried: those that cost nothing and need no REX prefix first. */
export const ALLOCATABLE_GPR: readonly Reg[] = [0, 1, 2, 6, 7, 8, 9, 10, 11, 3, 5, 14, 15, 12, 13];
export const ALLOCATABLE_XMM: readonly Reg[] = Array.from({ length: 16 }, (_, i) => XMM0 + i);

const GPR_NAMES = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"];

/** As the ABI calls it: "rax", "xmm3"; virtual ones as "v5". */
export function registerName(r: Reg): string {
  if (r >= FIRST_VIRTUAL) return `v${r - FIRST_VIRTUAL}`;
  if (r >= XMM0) return `xmm${r - XMM0}`;
  return GPR_NAMES[r] ?? `r${r}`;
}

/** Registers by any name of theirs: "rax", "eax", "al", "r9d", "xmm3". */
export function registerByName(name: string): Reg | undefined {
  const lower = name.toLowerCase();
  const vector = /^xmm(\d|1[0-5])$/.exec(lower);
  if (vector) return XMM0 + Number(vector[1]);
  const high = /^r(8|9|1[0-5])[dwbl]?$/.exec(lower);
  if (high) return Number(high[1]);
  const short = /^(?:[re]?([abcd])x|([abcd])[lh])$/.exec(lower);
  if (short) return { a: RAX, b: RBX, c: RCX, d: RDX }[(short[1] ?? short[2])!]!;
  const pointer = /^(?:[re]?(sp|bp|si|di)|(sp|bp|si|di)l)$/.exec(lower);
  return pointer ? { sp: RSP, bp: RBP, si: RSI, di: RDI }[(pointer[1] ?? pointer[2])!] : undefined;
}
