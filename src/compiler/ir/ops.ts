/**
 * The operations of the IR: arguments, results, and what passes may assume of them. One line each; interpreter, printer,
 * folder and instruction selection go by the names.
 *
 * "T" is the type of the first argument (or, of `const`, `load` and the like, of the result).
 */

/** "none": depends on arguments alone. "read": also on memory. "write": changes memory or the world; neither moved nor removed nor doubled. */
export type Effect = "none" | "read" | "write";

interface Op {
  /** Types of arguments; "T" one type for all of them that say so, "any" no rule, "…" any number of any types. */
  readonly args: readonly string[];
  /** Type of the result, "T" or "any" as the instruction says, undefined none, "…" as the signature says. */
  readonly result: string | undefined;
  readonly effect: Effect;
  readonly commutative?: true;
  /** May trap for some arguments, so that it must not be executed where it was not. */
  readonly traps?: true;
}

export const OPS = {
  // Constants and addresses.
  const: { args: [], result: "any", effect: "none" },
  fconst: { args: [], result: "f64", effect: "none" },
  /** Address of a symbol plus offset. */
  symbol: { args: [], result: "i64", effect: "none" },
  /** Address of a stack slot. */
  slot: { args: [], result: "i64", effect: "none" },
  // Integers, i8 to i64 (and, or, xor also i1). They wrap; shift counts are of the same type, taken modulo the width.
  add: { args: ["T", "T"], result: "T", effect: "none", commutative: true },
  sub: { args: ["T", "T"], result: "T", effect: "none" },
  mul: { args: ["T", "T"], result: "T", effect: "none", commutative: true },
  udiv: { args: ["T", "T"], result: "T", effect: "none", traps: true },
  sdiv: { args: ["T", "T"], result: "T", effect: "none", traps: true },
  urem: { args: ["T", "T"], result: "T", effect: "none", traps: true },
  srem: { args: ["T", "T"], result: "T", effect: "none", traps: true },
  and: { args: ["T", "T"], result: "T", effect: "none", commutative: true },
  or: { args: ["T", "T"], result: "T", effect: "none", commutative: true },
  xor: { args: ["T", "T"], result: "T", effect: "none", commutative: true },
  shl: { args: ["T", "T"], result: "T", effect: "none" },
  lshr: { args: ["T", "T"], result: "T", effect: "none" },
  ashr: { args: ["T", "T"], result: "T", effect: "none" },
  rotl: { args: ["T", "T"], result: "T", effect: "none" },
  rotr: { args: ["T", "T"], result: "T", effect: "none" },
  neg: { args: ["T"], result: "T", effect: "none" },
  not: { args: ["T"], result: "T", effect: "none" },
  popcnt: { args: ["T"], result: "T", effect: "none" },
  /** Of zero: the width. */
  clz: { args: ["T"], result: "T", effect: "none" },
  ctz: { args: ["T"], result: "T", effect: "none" },
  bswap: { args: ["T"], result: "T", effect: "none" },
  /** High half of the 128-bit product. */
  umulh: { args: ["i64", "i64"], result: "i64", effect: "none", commutative: true },
  smulh: { args: ["i64", "i64"], result: "i64", effect: "none", commutative: true },
  /** High, low, divisor. */
  udivwide: { args: ["i64", "i64", "i64"], result: "i64", effect: "none", traps: true },
  uremwide: { args: ["i64", "i64", "i64"], result: "i64", effect: "none", traps: true },
  /** By `condition`; gives i1. */
  icmp: { args: ["T", "T"], result: "i1", effect: "none" },
  zext: { args: ["any"], result: "any", effect: "none" },
  sext: { args: ["any"], result: "any", effect: "none" },
  trunc: { args: ["any"], result: "any", effect: "none" },
  /** i1, then the value if it is 1, else. */
  select: { args: ["i1", "T2", "T2"], result: "T2", effect: "none" },
  // Floating point. Comparisons with a NaN are false but for `ne`; conditions are eq, ne, slt, sle, sgt, sge.
  fadd: { args: ["f64", "f64"], result: "f64", effect: "none" },
  fsub: { args: ["f64", "f64"], result: "f64", effect: "none" },
  fmul: { args: ["f64", "f64"], result: "f64", effect: "none" },
  fdiv: { args: ["f64", "f64"], result: "f64", effect: "none" },
  fneg: { args: ["f64"], result: "f64", effect: "none" },
  fsqrt: { args: ["f64"], result: "f64", effect: "none" },
  fcmp: { args: ["f64", "f64"], result: "i1", effect: "none" },
  /** From i64, signed and unsigned; back towards zero, what does not fit as CVTTSD2SI gives it. */
  sitof: { args: ["i64"], result: "f64", effect: "none" },
  uitof: { args: ["i64"], result: "f64", effect: "none" },
  ftosi: { args: ["f64"], result: "i64", effect: "none" },
  ftoui: { args: ["f64"], result: "i64", effect: "none" },
  // Memory. Address first.
  load: { args: ["i64"], result: "any", effect: "read" },
  /** Address, value. */
  store: { args: ["i64", "any"], result: undefined, effect: "write" },
  /** To, from, bytes: they do not overlap; `memmove` may. */
  memcpy: { args: ["i64", "i64", "i64"], result: undefined, effect: "write" },
  memmove: { args: ["i64", "i64", "i64"], result: undefined, effect: "write" },
  /** To, byte (i8), bytes. */
  memset: { args: ["i64", "i8", "i64"], result: undefined, effect: "write" },
  atomicload: { args: ["i64"], result: "any", effect: "write" },
  atomicstore: { args: ["i64", "any"], result: undefined, effect: "write" },
  /** By `rmw`; gives the value before. */
  atomicrmw: { args: ["i64", "T2"], result: "T2", effect: "write" },
  /** Address, expected, new; gives the value before. */
  cmpxchg: { args: ["i64", "T2", "T2"], result: "T2", effect: "write" },
  fence: { args: [], result: undefined, effect: "write" },
  /** For the compiler alone: no code. */
  barrier: { args: [], result: undefined, effect: "write" },
  // Calls.
  call: { args: ["…"], result: "…", effect: "write" },
  /** The address first. */
  callptr: { args: ["i64", "…"], result: "…", effect: "write" },
  // The machine.
  portin: { args: ["i16"], result: "any", effect: "write" },
  portout: { args: ["i16", "any"], result: undefined, effect: "write" },
  pause: { args: [], result: undefined, effect: "write" },
  rdtsc: { args: [], result: "i64", effect: "write" },
  frame: { args: [], result: "i64", effect: "read" },
  retaddr: { args: [], result: "i64", effect: "read" },
  asm: { args: ["…"], result: "…", effect: "write" },
  /** Stops: UD2. Debug builds say `reason` and place first through the program's own `__trap(reason, file, line)` if it has one. */
  trap: { args: [], result: undefined, effect: "write" },
} as const satisfies Record<string, Op>;

export type OpName = keyof typeof OPS;
