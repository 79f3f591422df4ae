/**
 * The machine IR: functions of blocks of x86 instructions whose registers are virtual until allocation. Instructions name
 * entries of MACHINE_OPS; encoding.ts finds their rows in the instruction table.
 *
 * A virtual register may be written more than once: this form is not SSA. Control leaves a block only by its `end`.
 */
import type { Place } from "../place.ts";
import {
  FIRST_VIRTUAL,
  NO_REGISTER,
  RAX,
  RCX,
  RDI,
  RDX,
  type Reg,
  type RegisterFile,
  RSI,
  RSP,
} from "./registers.ts";

export interface RegisterOperand {
  readonly kind: "reg";
  readonly reg: Reg;
}
export interface ImmediateOperand {
  readonly kind: "imm";
  /** Sign-extended to the operation's size; of `movabs` see `wide`. */
  readonly value: number;
  /** Absolute address of a symbol, plus `value`. */
  readonly symbol?: string;
  readonly wide?: bigint;
}
/** base + index << scale + displacement + symbol + slot. With a symbol and no registers it is rip-relative. */
export interface MemoryOperand {
  readonly kind: "mem";
  readonly base: Reg;
  readonly index: Reg;
  /** log2. */
  readonly scale: number;
  readonly displacement: number;
  readonly symbol?: string | undefined;
  /** In the frame: `base` is none until the frame is laid out. */
  readonly slot?: FrameSlot | undefined;
}
export type Operand = RegisterOperand | ImmediateOperand | MemoryOperand;

/** Bytes in the frame. `offset` counts from rsp after the prologue once the frame is laid out. */
export interface FrameSlot {
  readonly size: number;
  readonly align: number;
  /** Where it must be: "incoming" arguments above the return address, "outgoing" ones at rsp; `offset` is then fixed from the start. */
  readonly area: "local" | "incoming" | "outgoing";
  offset: number;
}

/**
 * Roles of operands, one letter each: r read, w written, m both. `codes`: the table's operand codes, preferred first. `flags`
 * tells whether status flags are read or written. `uses` and `defs` are registers that are not written.
 */
interface MachineOpInfo {
  readonly mnemonic: string;
  readonly roles: string;
  readonly codes: string;
  readonly flags?: "r" | "w" | "rw";
  readonly uses?: readonly Reg[];
  readonly defs?: readonly Reg[];
  /** The condition is in the opcode. */
  readonly conditional?: true;
  readonly rep?: true;
  /** Changes memory or the world though it writes no operand, or must stay for another reason. */
  readonly effect?: true;
}

const alu = (mnemonic: string): MachineOpInfo => ({
  mnemonic,
  roles: "mr",
  codes: "Ev,Ibs Ev,Iz Gv,Ev Ev,Gv Eb,Ib Gb,Eb Eb,Gb",
  flags: "w",
});
const unary = (mnemonic: string, flags = true): MachineOpInfo => ({
  mnemonic,
  roles: "m",
  codes: "Ev Eb",
  ...(flags && { flags: "w" as const }),
});
const shift = (mnemonic: string): MachineOpInfo => ({
  mnemonic,
  roles: "mr",
  codes: "Ev,1 Ev,Ib Eb,1 Eb,Ib",
  flags: "w",
});
const shiftCl = (mnemonic: string): MachineOpInfo => ({
  mnemonic,
  roles: "m",
  codes: "Ev,CL Eb,CL",
  flags: "w",
  uses: [RCX],
});
const vector = (mnemonic: string, codes: string, roles = "mr"): MachineOpInfo => ({ mnemonic, roles, codes });
const bitTest = (mnemonic: string, roles: string): MachineOpInfo => ({
  mnemonic,
  roles,
  codes: "Ev,Gv Ev,Ib",
  flags: "w",
});

export const MACHINE_OPS = {
  /** Between registers of one file; the allocator may join them. Becomes mov or movapd. */
  copy: { mnemonic: "mov", roles: "wr", codes: "Gv,Ev" },
  mov: { mnemonic: "mov", roles: "wr", codes: "Gv,Ev Ev,Gv Gb,Eb Eb,Gb Zv,Iv Ev,Iz Eb,Ib" },
  movabs: { mnemonic: "mov", roles: "wr", codes: "Zv,Iv" },
  movzx8: { mnemonic: "movzx", roles: "wr", codes: "Gv,Eb" },
  movzx16: { mnemonic: "movzx", roles: "wr", codes: "Gv,Ew" },
  movsx8: { mnemonic: "movsx", roles: "wr", codes: "Gv,Eb" },
  movsx16: { mnemonic: "movsx", roles: "wr", codes: "Gv,Ew" },
  movsx32: { mnemonic: "movsxd", roles: "wr", codes: "Gv,Ez" },
  lea: { mnemonic: "lea", roles: "wr", codes: "Gv,Mm" },
  add: alu("add"),
  or: alu("or"),
  adc: { ...alu("adc"), flags: "rw" },
  sbb: { ...alu("sbb"), flags: "rw" },
  and: alu("and"),
  sub: alu("sub"),
  xor: alu("xor"),
  cmp: { ...alu("cmp"), roles: "rr" },
  test: { mnemonic: "test", roles: "rr", codes: "Ev,Gv Eb,Gb Eb,Ib Ev,Iz", flags: "w" },
  inc: unary("inc"),
  dec: unary("dec"),
  neg: unary("neg"),
  not: unary("not", false),
  shl: shift("shl"),
  shr: shift("shr"),
  sar: shift("sar"),
  rol: shift("rol"),
  ror: shift("ror"),
  shlcl: shiftCl("shl"),
  shrcl: shiftCl("shr"),
  sarcl: shiftCl("sar"),
  rolcl: shiftCl("rol"),
  rorcl: shiftCl("ror"),
  imul: { mnemonic: "imul", roles: "mr", codes: "Gv,Ev", flags: "w" },
  imul3: { mnemonic: "imul", roles: "wrr", codes: "Gv,Ev,Ibs Gv,Ev,Iz", flags: "w" },
  /** rdx:rax = rax × operand. */
  mul1: { mnemonic: "mul", roles: "r", codes: "Ev", flags: "w", uses: [RAX], defs: [RAX, RDX] },
  imul1: { mnemonic: "imul", roles: "r", codes: "Ev", flags: "w", uses: [RAX], defs: [RAX, RDX] },
  div: {
    mnemonic: "div",
    roles: "r",
    codes: "Ev",
    flags: "w",
    uses: [RAX, RDX],
    defs: [RAX, RDX],
    effect: true,
  },
  idiv: {
    mnemonic: "idiv",
    roles: "r",
    codes: "Ev",
    flags: "w",
    uses: [RAX, RDX],
    defs: [RAX, RDX],
    effect: true,
  },
  /** rdx = sign of rax. */
  cdq: { mnemonic: "cwd", roles: "", codes: "", uses: [RAX], defs: [RDX] },
  setcc: { mnemonic: "set", roles: "w", codes: "Eb", flags: "r", conditional: true },
  /** The low byte alone: what is above it stays. */
  setlow: { mnemonic: "set", roles: "m", codes: "Eb", flags: "r", conditional: true },
  cmovcc: { mnemonic: "cmov", roles: "mr", codes: "Gv,Ev", flags: "r", conditional: true },
  bt: bitTest("bt", "rr"),
  bts: bitTest("bts", "mr"),
  btr: bitTest("btr", "mr"),
  btc: bitTest("btc", "mr"),
  bsf: { mnemonic: "bsf", roles: "wr", codes: "Gv,Ev", flags: "w" },
  bsr: { mnemonic: "bsr", roles: "wr", codes: "Gv,Ev", flags: "w" },
  popcnt: { mnemonic: "popcnt", roles: "wr", codes: "Gv,Ev", flags: "w" },
  lzcnt: { mnemonic: "lzcnt", roles: "wr", codes: "Gv,Ev", flags: "w" },
  tzcnt: { mnemonic: "tzcnt", roles: "wr", codes: "Gv,Ev", flags: "w" },
  bswap: { mnemonic: "bswap", roles: "m", codes: "Zv" },
  /** Memory first. */
  xchg: { mnemonic: "xchg", roles: "mm", codes: "Ev,Gv Eb,Gb", effect: true },
  xadd: { mnemonic: "xadd", roles: "mm", codes: "Ev,Gv Eb,Gb", flags: "w", effect: true },
  cmpxchg: {
    mnemonic: "cmpxchg",
    roles: "mr",
    codes: "Ev,Gv Eb,Gb",
    flags: "w",
    uses: [RAX],
    defs: [RAX],
    effect: true,
  },
  mfence: { mnemonic: "mfence", roles: "", codes: "", effect: true },
  pause: { mnemonic: "pause", roles: "", codes: "", effect: true },
  rdtsc: { mnemonic: "rdtsc", roles: "", codes: "", defs: [RAX, RDX], effect: true },
  ud2: { mnemonic: "ud2", roles: "", codes: "", effect: true },
  /** al, ax or eax from the port in dx, or an immediate one. */
  in: { mnemonic: "in", roles: "", codes: "AL,DX eAX,DX", uses: [RDX], defs: [RAX], effect: true },
  inimm: { mnemonic: "in", roles: "r", codes: "AL,Ib eAX,Ib", defs: [RAX], effect: true },
  out: { mnemonic: "out", roles: "", codes: "DX,AL DX,eAX", uses: [RDX, RAX], effect: true },
  outimm: { mnemonic: "out", roles: "r", codes: "Ib,AL Ib,eAX", uses: [RAX], effect: true },
  cld: { mnemonic: "cld", roles: "", codes: "", effect: true },
  std: { mnemonic: "std", roles: "", codes: "", effect: true },
  repmovs: {
    mnemonic: "movs",
    roles: "",
    codes: "Yv,Xv Yb,Xb",
    rep: true,
    uses: [RSI, RDI, RCX],
    defs: [RSI, RDI, RCX],
    effect: true,
  },
  repstos: {
    mnemonic: "stos",
    roles: "",
    codes: "Yv,rAX Yb,AL",
    rep: true,
    uses: [RAX, RDI, RCX],
    defs: [RDI, RCX],
    effect: true,
  },
  push: { mnemonic: "push", roles: "r", codes: "Zv Ev Ibs Iz", uses: [RSP], defs: [RSP], effect: true },
  pop: { mnemonic: "pop", roles: "w", codes: "Zv Ev", uses: [RSP], defs: [RSP], effect: true },
  call: { mnemonic: "call", roles: "", codes: "Jz", flags: "w", effect: true },
  callr: { mnemonic: "call", roles: "r", codes: "Ev", flags: "w", effect: true },
  jmpr: { mnemonic: "jmp", roles: "r", codes: "Ev", effect: true },
  ret: { mnemonic: "ret", roles: "", codes: "", effect: true },
  iret: { mnemonic: "iret", roles: "", codes: "", effect: true },
  // SSE2.
  movsd: vector("movsd", "Vsd,Msd Wsd,Vsd", "wr"),
  movupd: vector("movups", "Vps,Wps Wps,Vps", "wr"),
  movapd: vector("movaps", "Vps,Wps", "wr"),
  movqx: vector("movq", "Vdq,Eq", "wr"),
  movqr: vector("movq", "Eq,Vdq", "wr"),
  addsd: vector("addsd", "Vsd,Wsd"),
  subsd: vector("subsd", "Vsd,Wsd"),
  mulsd: vector("mulsd", "Vsd,Wsd"),
  divsd: vector("divsd", "Vsd,Wsd"),
  sqrtsd: vector("sqrtsd", "Vsd,Wsd", "wr"),
  xorpd: vector("xorpd", "Vpd,Wpd"),
  /** The same register twice: it becomes zero. */
  zerox: vector("xorps", "Vps,Wps", "ww"),
  andpd: vector("andpd", "Vpd,Wpd"),
  ucomisd: { mnemonic: "ucomisd", roles: "rr", codes: "Vsd,Wsd", flags: "w" },
  cvtsi2sd: vector("cvtsi2sd", "Vsd,Ey", "mr"),
  cvttsd2si: vector("cvttsd2si", "Gy,Wsd", "wr"),
  /** Bytes from asm.ts; registers by `uses` and `defs`. */
  asm: { mnemonic: "", roles: "", codes: "", flags: "rw", effect: true },
  /** Nothing: keeps its `uses` alive, or gives its `defs` a beginning. */
  touch: { mnemonic: "", roles: "", codes: "", effect: true },
} as const satisfies Record<string, MachineOpInfo>;

export type MachineOp = keyof typeof MACHINE_OPS;
/** What the table says of an operation. */
export const infoOf = (op: MachineOp): MachineOpInfo => MACHINE_OPS[op];

/** Condition codes as in the opcodes (SDM vol. 1 appendix B). */
export const CC = {
  o: 0,
  no: 1,
  b: 2,
  ae: 3,
  e: 4,
  ne: 5,
  be: 6,
  a: 7,
  s: 8,
  ns: 9,
  p: 10,
  np: 11,
  l: 12,
  ge: 13,
  le: 14,
  g: 15,
} as const;

export type Size = 8 | 16 | 32 | 64;

export interface MachineInstruction {
  op: MachineOp;
  /** Operand size in bits. */
  size: Size;
  operands: Operand[];
  /** Of conditional ones, 0–15. */
  cc: number;
  lock: boolean;
  /** More registers read and written than operands and the table tell: of calls and asm. */
  uses: readonly Reg[];
  defs: readonly Reg[];
  /** Called function. */
  symbol: string | undefined;
  /** Of `asm`: what assembles to its bytes once the registers of its operands are known. All operands are read and written. */
  asm: ((registers: readonly Reg[]) => AsmBytes) | undefined;
  place: Place | undefined;
}
export interface AsmBytes {
  readonly bytes: Uint8Array;
  readonly relocations: readonly {
    readonly offset: number;
    readonly kind: "R_X86_64_PC32" | "R_X86_64_32S" | "R_X86_64_64" | "R_X86_64_32";
    readonly symbol: string;
    readonly addend: number;
  }[];
}

export type BlockEnd =
  | { kind: "jump"; to: MachineBlock }
  /** By the flags that the block leaves. */
  | {
      kind: "branch";
      cc: number;
      taken: MachineBlock;
      otherwise: MachineBlock;
      likely: "taken" | "otherwise" | undefined;
    }
  /** Falls through to `otherwise`, over five bytes that can be made a jump to `taken`: with bytes from a symbol as its name. */
  | {
      kind: "toggle";
      key: { readonly symbol: string; readonly offset: number };
      taken: MachineBlock;
      otherwise: MachineBlock;
    }
  /** Jumps through a table of 64-bit addresses, at an index below the number of targets. */
  | { kind: "table"; index: Reg; targets: MachineBlock[] }
  | { kind: "return"; uses: readonly Reg[] }
  /** Control does not come here. */
  | { kind: "none" };

export interface MachineBlock {
  readonly id: number;
  instructions: MachineInstruction[];
  end: BlockEnd;
  endPlace: Place | undefined;
  predecessors: MachineBlock[];
  /** Loops around it. */
  depth: number;
  /** Estimated runs per call of the function. */
  frequency: number;
}

export const reg = (r: Reg): RegisterOperand => ({ kind: "reg", reg: r });
export const imm = (value: number): ImmediateOperand => ({ kind: "imm", value });
export const mem = (
  base: Reg,
  displacement = 0,
  more: Partial<Omit<MemoryOperand, "kind" | "base" | "displacement">> = {},
): MemoryOperand => ({ kind: "mem", base, index: NO_REGISTER, scale: 0, displacement, ...more });
export const slotMem = (slot: FrameSlot, displacement = 0): MemoryOperand =>
  mem(NO_REGISTER, displacement, { slot });

const NONE: readonly Reg[] = [];

export function instruction(op: MachineOp, size: Size, ...operands: Operand[]): MachineInstruction {
  return {
    op,
    size,
    operands,
    cc: 0,
    lock: false,
    uses: NONE,
    defs: NONE,
    symbol: undefined,
    asm: undefined,
    place: undefined,
  };
}

/** Virtual registers, blocks and slots of one function. */
export class MachineFunction {
  readonly symbol: string;
  blocks: MachineBlock[] = [];
  readonly slots: FrameSlot[] = [];
  /** Files of virtual registers, by number − 32. */
  readonly files: RegisterFile[] = [];
  /** Virtual registers whose bits above 31 must be zero though 32-bit operations make them. */
  readonly wideRelied = new Set<Reg>();
  /** Vector registers of which all 16 bytes count. */
  readonly wideVectors = new Set<Reg>();
  /** Bytes of outgoing arguments. */
  outgoing = 0;
  hasCalls = false;
  hasAsm = false;
  /** rbp is kept as frame pointer. */
  framePointer = false;
  #nextBlock = 0;

  constructor(symbol: string) {
    this.symbol = symbol;
  }
  register(file: RegisterFile = "gpr"): Reg {
    this.files.push(file);
    return FIRST_VIRTUAL + this.files.length - 1;
  }
  fileOf(r: Reg): RegisterFile {
    return r < FIRST_VIRTUAL ? (r >= 16 ? "xmm" : "gpr") : this.files[r - FIRST_VIRTUAL]!;
  }
  block(): MachineBlock {
    return {
      id: this.#nextBlock++,
      instructions: [],
      end: { kind: "none" },
      endPlace: undefined,
      predecessors: [],
      depth: 0,
      frequency: 1,
    };
  }
  slot(size: number, align: number): FrameSlot {
    const slot: FrameSlot = { size, align, area: "local", offset: 0 };
    this.slots.push(slot);
    return slot;
  }
}

/** Targets of a block's end, in the order of its fields; a table's without repetitions. */
export function successors(block: MachineBlock): MachineBlock[] {
  const { end } = block;
  switch (end.kind) {
    case "jump":
      return [end.to];
    case "branch":
    case "toggle":
      return end.taken === end.otherwise ? [end.taken] : [end.taken, end.otherwise];
    case "table":
      return [...new Set(end.targets)];
    default:
      return [];
  }
}

/** Puts `to` where `from` was a target of the block's end. */
export function retarget(block: MachineBlock, from: MachineBlock, to: MachineBlock): void {
  const { end } = block;
  if (end.kind === "jump" && end.to === from) end.to = to;
  else if (end.kind === "branch" || end.kind === "toggle") {
    if (end.taken === from) end.taken = to;
    if (end.otherwise === from) end.otherwise = to;
  } else if (end.kind === "table") end.targets = end.targets.map((t) => (t === from ? to : t));
}

/** Calls `use` for each register read and `def` for each written; operands that are both are called in both. */
export function visitRegisters(i: MachineInstruction, use: (r: Reg) => void, def: (r: Reg) => void): void {
  const info = infoOf(i.op);
  const { operands } = i;
  for (let n = 0; n < operands.length; n++) {
    const o = operands[n]!;
    if (o.kind === "reg") {
      const role = info.roles.charCodeAt(n);
      if (role !== 0x77) use(o.reg);
    } else if (o.kind === "mem") {
      if (o.base >= 0) use(o.base);
      if (o.index >= 0) use(o.index);
    }
  }
  if (info.uses) for (const r of info.uses) use(r);
  for (const r of i.uses) use(r);
  for (let n = 0; n < operands.length; n++) {
    const o = operands[n]!;
    if (o.kind === "reg" && info.roles.charCodeAt(n) !== 0x72) def(o.reg);
  }
  if (info.defs) for (const r of info.defs) def(r);
  for (const r of i.defs) def(r);
}
