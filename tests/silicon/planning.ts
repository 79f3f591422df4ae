// Which instructions are recorded, in which family, and with what inputs: read off iced-x86's description of each.
import {
  Code,
  CodeExt,
  CpuidFeature,
  EncodingKind,
  FlowControl,
  type Instruction,
  MemorySize,
  MemorySizeExt,
  Mnemonic,
  OpCodeOperandKind,
  OpKind,
  Register,
  RegisterExt,
} from "iced-x86";
import { NONE, type Plan, type Step, type Values } from "./plan.ts";
import { WINDOW_SIZE, WINDOWS } from "./state.ts";

const RAX = 0;
const RCX = 1;
const RDX = 2;
const RBX = 3;
const RSP = 4;
const RBP = 5;
const RSI = 6;
const RDI = 7;

/** How often a repeated string instruction goes round, at most. */
const REPEATS = 9;

const F = CpuidFeature;
const FEATURES = new Set<CpuidFeature>([
  ...[
    F.INTEL8086,
    F.INTEL186,
    F.INTEL286,
    F.INTEL386,
    F.INTEL486,
    F.X64,
    F.CMOV,
    F.CX8,
    F.CMPXCHG16B,
    F.MULTIBYTENOP,
  ],
  ...[
    F.FPU,
    F.FPU287,
    F.FPU387,
    F.FXSR,
    F.MMX,
    F.SSE,
    F.SSE2,
    F.SSE3,
    F.SSSE3,
    F.SSE4_1,
    F.SSE4_2,
    F.AES,
    F.SHA,
  ],
  ...[F.PCLMULQDQ, F.POPCNT, F.LZCNT, F.BMI1, F.BMI2, F.ADX, F.MOVBE, F.PAUSE, F.CLFSH, F.CLFLUSHOPT, F.CLWB],
  ...[F.PREFETCHW, F.CET_IBT],
]);

const K = OpCodeOperandKind;
const M = Mnemonic;
const EXCLUDED = new Set<Mnemonic>([
  ...[M.Int, M.Int1, M.Iret, M.Iretd, M.Iretq, M.Retf, M.Syscall, M.Sysret, M.Sysretq, M.Sysenter, M.Cpuid],
  ...[M.In, M.Out, M.Insb, M.Insw, M.Insd, M.Outsb, M.Outsw, M.Outsd, M.Smsw, M.Sgdt, M.Sidt, M.Sldt, M.Str],
  ...[M.Lar, M.Lsl, M.Verr, M.Verw, M.Lss, M.Lfs, M.Lgs, M.Cli, M.Sti, M.Storeall, M.Loadall, M.Umov],
]);

const TRANSCENDENTAL = new Set<Mnemonic>([
  ...[M.F2xm1, M.Fcos, M.Fsin, M.Fsincos, M.Fptan, M.Fpatan, M.Fyl2x, M.Fyl2xp1],
]);
const APPROXIMATE = new Set<Mnemonic>([M.Rcpps, M.Rcpss, M.Rsqrtps, M.Rsqrtss]);
const SHIFTS = new Set<Mnemonic>([
  ...[M.Rol, M.Ror, M.Rcl, M.Rcr, M.Shl, M.Shr, M.Sal, M.Sar, M.Shld, M.Shrd, M.Sarx, M.Shlx, M.Shrx, M.Rorx],
]);
const BITS = new Set<Mnemonic>([
  ...[
    M.Bt,
    M.Bts,
    M.Btr,
    M.Btc,
    M.Bsf,
    M.Bsr,
    M.Popcnt,
    M.Lzcnt,
    M.Tzcnt,
    M.Andn,
    M.Bextr,
    M.Blsi,
    M.Blsmsk,
    M.Blsr,
  ],
  ...[M.Bzhi, M.Pdep, M.Pext, M.Crc32],
]);
const MULTIPLY = new Set<Mnemonic>([M.Mul, M.Imul, M.Div, M.Idiv, M.Mulx]);
const EXCHANGE = new Set<Mnemonic>([M.Cmpxchg, M.Cmpxchg8b, M.Cmpxchg16b, M.Xadd, M.Xchg]);
const STRINGS = new Set<Mnemonic>([
  ...[
    M.Movsb,
    M.Movsw,
    M.Movsd,
    M.Movsq,
    M.Cmpsb,
    M.Cmpsw,
    M.Cmpsd,
    M.Cmpsq,
    M.Stosb,
    M.Stosw,
    M.Stosd,
    M.Stosq,
  ],
  ...[M.Lodsb, M.Lodsw, M.Lodsd, M.Lodsq, M.Scasb, M.Scasw, M.Scasd, M.Scasq],
]);
const CONTROL = new Set<Mnemonic>([...[M.Push, M.Pop, M.Pushf, M.Pushfq, M.Popf, M.Popfq, M.Enter, M.Leave]]);
/** Those whose memory operand is an address only, or a hint. */
const ADDRESS_ONLY = new Set<Mnemonic>([
  ...[
    M.Lea,
    M.Nop,
    M.Reservednop,
    M.Prefetchnta,
    M.Prefetcht0,
    M.Prefetcht1,
    M.Prefetcht2,
    M.Prefetchw,
    M.Prefetch,
  ],
]);
const BIT_OFFSET = new Set<Mnemonic>([M.Bt, M.Bts, M.Btr, M.Btc]);
const TEXT = new Set<Mnemonic>([M.Pcmpestri, M.Pcmpestrm, M.Pcmpistri, M.Pcmpistrm]);

/** Whether an instruction with this code belongs here. */
export function recorded(code: Code, instruction: Instruction): boolean {
  const info = CodeExt.opCode(code);
  const features = [...instruction.cpuidFeatures()] as CpuidFeature[];
  const vex = info.encoding === EncodingKind.VEX;
  const kinds = [0, 1, 2, 3, 4].map((i) => (i < info.opCount ? info.opKind(i) : K.None));
  const segment = kinds.some((kind) => kind === K.seg_reg || (kind >= K.es && kind <= K.gs));
  const flow = instruction.flowControl;
  const branch =
    flow !== FlowControl.Next && flow !== FlowControl.Interrupt && flow !== FlowControl.Exception;
  const cet =
    features.includes(F.CET_IBT) && instruction.mnemonic !== M.Endbr64 && instruction.mnemonic !== M.Endbr32;
  const keep =
    info.mode64 &&
    info.cpl3 &&
    !info.mustBeCpl0 &&
    !info.isPrivileged &&
    !segment &&
    !cet &&
    !EXCLUDED.has(instruction.mnemonic) &&
    (info.encoding === EncodingKind.Legacy || vex) &&
    features.length > 0 &&
    features.every((feature) => FEATURES.has(feature)) &&
    (!vex || features.some((feature) => feature === F.BMI1 || feature === F.BMI2)) &&
    !(branch && info.operandSize === 16) &&
    flow !== FlowControl.XbeginXabortXend &&
    !kinds.some((kind) => kind === K.farbr2_2 || kind === K.farbr4_2) &&
    !/far|m16:/.test(info.instructionString.toLowerCase());
  info.free();
  return keep;
}

function usesRegister(instruction: Instruction, low: Register, high: Register): boolean {
  for (let i = 0; i < instruction.opCount; i++) {
    if (instruction.opKind(i) !== OpKind.Register) continue;
    const register = instruction.opRegister(i);
    if (register >= low && register <= high) return true;
  }
  return false;
}

export function familyOf(instruction: Instruction): string {
  const features = [...instruction.cpuidFeatures()] as CpuidFeature[];
  const has = (...some: CpuidFeature[]): boolean => some.some((feature) => features.includes(feature));
  const { mnemonic } = instruction;
  if (TRANSCENDENTAL.has(mnemonic)) return "x87-transcendental";
  if (APPROXIMATE.has(mnemonic)) return "sse-approximate";
  if (has(F.FPU, F.FPU287, F.FPU387, F.FXSR)) return "x87";
  if (usesRegister(instruction, Register.MM0, Register.MM7) || has(F.MMX)) return "mmx";
  if (has(F.AES, F.SHA, F.PCLMULQDQ)) return "crypto";
  if (has(F.SSE, F.SSE2, F.SSE3, F.SSSE3, F.SSE4_1, F.SSE4_2) && usesSse(instruction)) {
    const values = valuesOf(instruction);
    if (values === "float32") return "sse-float32";
    if (values === "float64") return "sse-float64";
    return has(F.SSSE3, F.SSE4_1, F.SSE4_2) ? "sse4-integer" : "sse-integer";
  }
  if (STRINGS.has(mnemonic)) return "string";
  if (SHIFTS.has(mnemonic)) return "shift";
  if (BITS.has(mnemonic)) return "bits";
  if (MULTIPLY.has(mnemonic)) return "multiply";
  if (EXCHANGE.has(mnemonic)) return "exchange";
  if (CONTROL.has(mnemonic) || instruction.flowControl !== FlowControl.Next) return "control";
  return /^(add|adc|sub|sbb|and|or|xor|cmp|test|inc|dec|neg|not|adcx|adox)$/.test(name(mnemonic))
    ? "arithmetic"
    : "move";
}

function name(mnemonic: Mnemonic): string {
  return Mnemonic[mnemonic]!.toLowerCase();
}

function usesSse(instruction: Instruction): boolean {
  return (
    usesRegister(instruction, Register.XMM0, Register.XMM15) ||
    /^v?(ld|st)mxcsr$/.test(name(instruction.mnemonic))
  );
}

/** The memory size of the code's memory form, which tells what the operands are even in the register form. */
function elementSize(instruction: Instruction): MemorySize {
  const info = CodeExt.opCode(instruction.code);
  const size = info.memorySize;
  info.free();
  return size;
}

function valuesOf(instruction: Instruction): Values {
  const text = name(instruction.mnemonic);
  if (TEXT.has(instruction.mnemonic) || /^(cmps|scas)/.test(text)) return "text";
  const memory = MemorySize[elementSize(instruction)]!;
  if (/Float32/.test(memory)) return "float32";
  if (/Float64/.test(memory)) return "float64";
  if (memory !== "Unknown" || !usesSse(instruction) || /^(p|mov(d|q|dq))/.test(text)) return "integer";
  return /(ps|ss)$/.test(text) ? "float32" : /(pd|sd)$/.test(text) ? "float64" : "integer";
}

function numberOf(register: Register): number {
  return register === Register.None ? NONE : RegisterExt.fullRegister(register) - Register.RAX;
}

function pointer(base: number, size: number, margin: number, displacement = 0, bits = 64): Step {
  return { do: "address", base, index: NONE, scale: 0, displacement, size, margin, bits };
}

/** The plan for an instruction, or null if its registers get in each other's way. */
export function planFor(instruction: Instruction, bytes: Uint8Array): Plan | null {
  const family = familyOf(instruction);
  const x87 =
    family.startsWith("x87") || instruction.mnemonic === M.Wait
      ? "float80"
      : family === "mmx"
        ? "mmx"
        : "unused";
  const sse =
    usesSse(instruction) || family.startsWith("sse") || /fx(save|rstor)/.test(name(instruction.mnemonic));
  const steps =
    STRINGS.has(instruction.mnemonic) && !sse ? stringSteps(instruction, bytes) : operandSteps(instruction);
  if (!steps) return null;
  return { values: valuesOf(instruction), sse, x87, steps };
}

function stringSteps(instruction: Instruction, bytes: Uint8Array): Step[] {
  const steps: Step[] = [];
  const size = MemorySizeExt.size(instruction.memorySize);
  const repeated = instruction.hasRepPrefix || instruction.hasRepnePrefix;
  const bits = bytes.includes(0x67) ? 32 : 64;
  const margin = repeated ? REPEATS * size : 0;
  for (let i = 0; i < instruction.opCount; i++) {
    const kind = instruction.opKind(i);
    if (kind === OpKind.MemorySegRSI || kind === OpKind.MemorySegESI)
      steps.push(pointer(RSI, size, margin, 0, bits));
    if (kind === OpKind.MemoryESRDI || kind === OpKind.MemoryESEDI)
      steps.push(pointer(RDI, size, margin, 0, bits));
  }
  if (/^scas/.test(name(instruction.mnemonic))) steps.push({ do: "match", size, pair: false });
  if (/^cmps/.test(name(instruction.mnemonic))) steps.push({ do: "copy", from: RSI, to: RDI });
  if (repeated) steps.push({ do: "range", register: RCX, bits, low: 0, high: REPEATS });
  return steps;
}

function operandSteps(instruction: Instruction): Step[] | null {
  const { mnemonic } = instruction;
  const text = name(mnemonic);
  const steps: Step[] = [];
  const memory = memoryOperand(instruction);
  const base = memory ? numberOf(instruction.memoryBase) : NONE;
  const index = memory ? numberOf(instruction.memoryIndex) : NONE;
  const uses = (register: number): boolean => base === register || index === register;
  const size = memory ? MemorySizeExt.size(instruction.memorySize) : 0;
  const onStack = instruction.isStackInstruction;

  if (mnemonic === M.Xlatb) {
    const bits = instruction.memoryBase === Register.EBX ? 32 : 64;
    return [pointer(RBX, 1, 0, 0, bits), { do: "range", register: RAX, bits: 8, low: 0, high: 255 }];
  }
  if (mnemonic === M.Maskmovq || mnemonic === M.Maskmovdqu)
    return [pointer(RDI, mnemonic === M.Maskmovq ? 8 : 16, 0)];

  if (memory && !ADDRESS_ONLY.has(mnemonic)) {
    if (base !== NONE && base === index) return null;
    const bitOffset = BIT_OFFSET.has(mnemonic) && instruction.op1Kind === OpKind.Register;
    const counter = bitOffset ? numberOf(instruction.op1Register) : NONE;
    if (bitOffset && uses(counter)) return null;
    if (size === 0) throw new Error(`${text} ${Code[instruction.code]}: memory operand of no size`);
    if (size > WINDOW_SIZE) throw new Error(`${text}: ${size} bytes of memory`);
    const margin = bitOffset ? 80 : onStack && uses(RSP) ? 96 : 0;
    steps.push(addressOf(instruction, base, index, size, margin));
    if (bitOffset) {
      const width = RegisterExt.size(instruction.op1Register) * 8;
      steps.push({ do: "range", register: counter, bits: width, low: -512, high: 511 });
    }
    contents(steps, instruction, text);
  }
  if (mnemonic === M.Cmpxchg8b || mnemonic === M.Cmpxchg16b) {
    if (!uses(RAX) && !uses(RDX)) steps.push({ do: "match", size: size / 2, pair: true });
  } else if (mnemonic === M.Cmpxchg) {
    if (memory && !uses(RAX)) steps.push({ do: "match", size, pair: false });
    if (!memory) steps.push({ do: "copy", from: numberOf(instruction.op0Register), to: RAX });
  } else if (mnemonic === M.Div || mnemonic === M.Idiv) {
    const width = 8 * (memory ? size : RegisterExt.size(instruction.op0Register));
    if (!uses(width === 8 ? RAX : RDX))
      steps.push({ do: "dividend", bits: width, signed: mnemonic === M.Idiv });
  } else if (/^pcmpestr/.test(text)) {
    if (uses(RAX) || uses(RDX)) return null;
    for (const register of [RAX, RDX]) steps.push({ do: "range", register, bits: 32, low: -18, high: 18 });
  } else if (/^loop|^j.?cxz$/.test(text)) {
    steps.push({ do: "range", register: RCX, bits: /^jecxz$/.test(text) ? 32 : 64, low: 0, high: 3 });
  }
  const flow = instruction.flowControl;
  if (flow === FlowControl.IndirectBranch || flow === FlowControl.IndirectCall) {
    const register = memory ? NONE : numberOf(instruction.op0Register);
    if (register === RSP) return null;
    steps.push(memory ? { do: "target memory" } : { do: "target register", register });
  }
  if (onStack && !uses(RSP)) stack(steps, instruction);
  return steps;
}

function memoryOperand(instruction: Instruction): boolean {
  for (let i = 0; i < instruction.opCount; i++) if (instruction.opKind(i) === OpKind.Memory) return true;
  return false;
}

function addressOf(
  instruction: Instruction,
  base: number,
  index: number,
  size: number,
  margin: number,
): Step {
  const bits = addressBits(instruction);
  const scale = Math.log2(instruction.memoryIndexScale);
  const relative = instruction.isIpRelMemoryOperand;
  const displacement = Number(BigInt.asIntN(bits === 32 ? 32 : 64, instruction.memoryDisplacement));
  const fixed = relative || (base === NONE && index === NONE);
  if (fixed && (displacement < WINDOWS[0] || displacement + size > WINDOWS[0] + WINDOW_SIZE)) {
    throw new Error(`${Code[instruction.code]}: address ${displacement.toString(16)} is outside the window`);
  }
  if (relative) return { do: "address", base: NONE, index: NONE, scale: 0, displacement, size, margin, bits };
  return { do: "address", base, index, scale, displacement, size, margin, bits };
}

function addressBits(instruction: Instruction): number {
  const register =
    instruction.memoryBase === Register.None ? instruction.memoryIndex : instruction.memoryBase;
  const narrow = (register >= Register.EAX && register <= Register.R15D) || register === Register.EIP;
  return narrow ? 32 : 64;
}

/** What the memory operand should hold. */
function contents(steps: Step[], instruction: Instruction, text: string): void {
  const { memorySize } = instruction;
  if (memorySize === MemorySize.Float80 && text === "fld") steps.push({ do: "float80" });
  if (memorySize === MemorySize.Bcd && text === "fbld") steps.push({ do: "decimal" });
  if (/^fxrstor/.test(text)) steps.push({ do: "fxsave image" });
  // Three encodings of four load an acceptable mxcsr.
  if (text === "ldmxcsr" && instruction.memoryBase % 4 !== 0) {
    steps.push({ do: "clear", offset: 2, mask: 0xff }, { do: "clear", offset: 3, mask: 0xff });
  }
}

/** Points rsp, or rbp, at what the instruction reads or writes of the stack. */
function stack(steps: Step[], instruction: Instruction): void {
  const { mnemonic } = instruction;
  if (mnemonic === M.Enter) {
    const width = instruction.code === Code.Enterw_imm16_imm8 ? 2 : 8;
    const level = instruction.immediate8_2nd & 31;
    steps.push(pointer(RSP, width * (level + 1), 0, -width * (level + 1)));
    if (level > 1) steps.push(pointer(RBP, width * (level - 1), 0, -width * (level - 1)));
    return;
  }
  if (mnemonic === M.Leave) {
    steps.push(pointer(RBP, instruction.code === Code.Leavew ? 2 : 8, 0));
    return;
  }
  const flow = instruction.flowControl;
  const change = flow === FlowControl.Return ? 8 : instruction.stackPointerIncrement;
  if (change === 0) return;
  steps.push(pointer(RSP, Math.abs(change), 0, Math.min(change, 0)));
  if (flow === FlowControl.Return) steps.push({ do: "target memory" });
  // Neither single-stepping nor alignment checks: both would strike outside the instruction.
  if (/^popf/.test(name(mnemonic))) {
    steps.push({ do: "clear", offset: 1, mask: 0x01 });
    if (change > 2) steps.push({ do: "clear", offset: 2, mask: 0x04 });
  }
}
