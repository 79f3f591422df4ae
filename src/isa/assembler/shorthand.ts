/**
 * Mnemonics that NASM knows and the table does not, since each is another instruction with something filled in: x87
 * instructions that wait first (SDM vol. 2A: FSTSW is FWAIT and FNSTSW), far returns with their size, and comparisons and
 * carry-less products named by their immediate (SDM vol. 2A table 3-1, vol. 2B table 4-13).
 */
export interface Shorthand {
  /** What the table calls it. */
  readonly mnemonic: string;
  /** FWAIT (9B) comes before it. */
  readonly waits: boolean;
  readonly operandSize?: 16 | 32 | 64;
  /** Immediate after two written operands. */
  readonly immediate?: bigint;
}

const SHORTHANDS = new Map<string, Shorthand>();

for (const name of ["init", "stsw", "stcw", "save", "stenv", "clex"])
  SHORTHANDS.set(`f${name}`, { mnemonic: `fn${name}`, waits: true });

for (const [letter, operandSize] of [
  ["w", 16],
  ["d", 32],
  ["q", 64],
] as const)
  SHORTHANDS.set(`retf${letter}`, { mnemonic: "retf", waits: false, operandSize });

for (const [predicate, name] of ["eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord"].entries()) {
  for (const type of ["ps", "pd", "ss", "sd"])
    SHORTHANDS.set(`cmp${name}${type}`, {
      mnemonic: `cmp${type}`,
      waits: false,
      immediate: BigInt(predicate),
    });
}

// Bit 0 chooses the quadword of the first operand, bit 4 that of the second.
for (const [name, immediate] of [
  ["lql", 0x00n],
  ["hql", 0x01n],
  ["lqh", 0x10n],
  ["hqh", 0x11n],
] as const)
  SHORTHANDS.set(`pclmul${name}qdq`, { mnemonic: "pclmulqdq", waits: false, immediate });

/** What a name is short for, or undefined. */
export const shorthandFor = (mnemonic: string): Shorthand | undefined => SHORTHANDS.get(mnemonic);
