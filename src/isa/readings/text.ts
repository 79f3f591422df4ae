/**
 * The text reading: a decoded instruction in Intel syntax, lower case, as the assembler reads it back.
 *
 *   lock add dword ptr fs:[rbx+rcx*4-0x10], 0x1f
 *
 * Memory operands always show their size; numbers are hexadecimal with 0x from ten on; branch targets are absolute.
 * It shows no prefix without effect and no size of a branch. iced-x86's Intel formatter with the options in
 * tests/isa/iced-text.ts is the peer; tests/isa/iced-differences.txt lists where and why the texts differ.
 */
import type { Instruction, MemoryOperand, Operand, RegisterOperand } from "../instruction.ts";
import { type OperandSpec, typeWidth } from "../operand.ts";
import type { Row } from "../row.ts";
import { isSizedBy66, isSizedByMode, operandSize } from "../row-facts.ts";
import { GPR_NAMES, RAX, SEGMENT_NAMES } from "../state.ts";

export interface TextOptions {
  /** Address of the instruction; branch targets count from it. Default 0. */
  readonly rip?: bigint;
  /** Name to print for an address, if it has one. */
  readonly symbol?: (address: bigint) => string | undefined;
}

const GPR32 = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] as const;
const GPR16 = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"] as const;
const GPR8 = ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"] as const;
const HIGH8 = ["ah", "ch", "dh", "bh"] as const;

/** Name of a general-purpose register at a width of 8, 16, 32 or 64 bits. */
export function gprName(index: number, width: number): string {
  if (width === 64) return GPR_NAMES[index]!;
  if (index >= 8) return `r${index}${width === 32 ? "d" : width === 16 ? "w" : "b"}`;
  return (width === 32 ? GPR32 : width === 16 ? GPR16 : GPR8)[index]!;
}

export function registerName(r: RegisterOperand): string {
  switch (r.file) {
    case "gpr":
      return r.high ? HIGH8[r.index]! : gprName(r.index, r.width);
    case "xmm":
      return `${r.width === 256 ? "y" : "x"}mm${r.index}`;
    case "mm":
      return `mm${r.index}`;
    case "sreg":
      return SEGMENT_NAMES[r.index]!;
    case "cr":
      return `cr${r.index}`;
    case "dr":
      return `dr${r.index}`;
    case "st":
      return `st(${r.index})`;
  }
}

/** A number as the assembler reads it: decimal below ten, else 0x and lower-case digits. */
export function numberText(n: bigint): string {
  if (n < 0n) return `-${numberText(-n)}`;
  return n < 10n ? n.toString() : `0x${n.toString(16)}`;
}

const SIZE_NAMES: Readonly<Record<number, string>> = {
  8: "byte ptr ",
  16: "word ptr ",
  32: "dword ptr ",
  48: "fword ptr ",
  64: "qword ptr ",
  80: "tbyte ptr ",
  128: "xmmword ptr ",
  256: "ymmword ptr ",
};

function sizeText(insn: Instruction, m: MemoryOperand, spec: OperandSpec): string {
  // The x87 environment and state have names for their sizes, needed only where a prefix chose the other one.
  if ("letter" in spec && (spec.type === "env" || spec.type === "sav")) {
    if ((insn.size === 16) === (insn.mode === 16)) return "";
    return `fpu${spec.type === "env" ? "env" : "state"}${m.width / 8} ptr `;
  }
  // The pseudo-descriptor of lgdt has six or ten bytes and one name.
  if ("letter" in spec && spec.type === "s") return "fword ptr ";
  return SIZE_NAMES[m.width] ?? "";
}

const defaultSegment = (m: MemoryOperand): number => (m.base === 4 || m.base === 5 ? 2 : 3);

/** es of a string destination shows beside an override, which does not touch it; lea has no use for a segment. */
function showsSegment(insn: Instruction, m: MemoryOperand, spec: OperandSpec): boolean {
  if ("letter" in spec && spec.letter === "Y") return insn.segmentOverride >= 0;
  return m.segment !== defaultSegment(m) && insn.row.mnemonic !== "lea";
}

function memoryText(insn: Instruction, m: MemoryOperand, spec: OperandSpec, options: TextOptions): string {
  const size = sizeText(insn, m, spec);
  const segment = showsSegment(insn, m, spec) ? `${SEGMENT_NAMES[m.segment]}:` : "";
  if (m.ripRelative) {
    const target = BigInt.asUintN(
      insn.addressSize,
      (options.rip ?? 0n) + BigInt(insn.length) + m.displacement,
    );
    const symbol = options.symbol?.(target);
    if (symbol !== undefined) return `${size}${segment}[rel ${symbol}]`;
    const rip = insn.addressSize === 32 ? "eip" : "rip";
    return `${size}${segment}[${rip}${displacementText(m.displacement)}]`;
  }
  const parts: string[] = [];
  if (m.base >= 0) parts.push(gprName(m.base, insn.addressSize));
  if (m.index >= 0) {
    const scale = m.scale === 0 ? "" : `*${1 << m.scale}`;
    parts.push(`${gprName(m.index, insn.addressSize)}${scale}`);
  }
  const registers = parts.join("+");
  if (registers !== "") return `${size}${segment}[${registers}${displacementText(m.displacement)}]`;
  const address = BigInt.asUintN(insn.addressSize, m.displacement);
  return `${size}${segment}[${options.symbol?.(address) ?? numberText(address)}]`;
}

const displacementText = (d: bigint): string =>
  d === 0n ? "" : d < 0n ? `-${numberText(-d)}` : `+${numberText(d)}`;

/** Address a relative operand branches to. `rip` is the instruction's. */
export function branchTarget(insn: Instruction, displacement: number, rip: bigint): bigint {
  const bits = insn.size === 8 ? insn.mode : insn.size;
  return BigInt.asUintN(bits, rip + BigInt(insn.length) + BigInt(displacement));
}

function operandText(insn: Instruction, o: Operand, spec: OperandSpec, options: TextOptions): string {
  switch (o.kind) {
    case "register":
      return registerName(o);
    case "memory":
      return memoryText(insn, o, spec, options);
    case "immediate":
      return numberText(o.value);
    case "relative": {
      const target = branchTarget(insn, o.displacement, options.rip ?? 0n);
      return options.symbol?.(target) ?? numberText(target);
    }
    case "far":
      return `${numberText(BigInt(o.selector))}:${numberText(o.offset)}`;
  }
}

const isString = (row: Row): boolean =>
  row.operands.some((s) => "letter" in s && (s.letter === "X" || s.letter === "Y"));

/** Operands whose width shows the operand size. */
function showsSize(insn: Instruction): boolean {
  return insn.row.operands.some((spec, i) => {
    if (!("letter" in spec)) return spec.fixed === "rAX" || spec.fixed === "eAX";
    const kind = insn.operands[i]!.kind;
    return kind === "register" || kind === "memory"
      ? typeWidth(spec.type, 16, 64) !== typeWidth(spec.type, 32, 64)
      : false;
  });
}

/** Of the rows without sized operands those that the operand size still changes: what they push or pop. */
const STACK_NAMES = new Set(["push", "pop", "retf", "ret"]);

/** "data32 " and "addr32 " where a prefix has an effect that nothing else in the text shows. */
function sizePrefixes(insn: Instruction): string {
  const { row, mode, size, addressSize } = insn;
  let out = "";
  const named = row.names !== undefined && row.namedBy === undefined;
  const usesSize = isSizedBy66(row) || row.operandSize === "d64" || row.operandSize === "f64";
  if (usesSize || STACK_NAMES.has(row.mnemonic)) {
    if (!named && size !== operandSize(row, mode, false, false) && !showsSize(insn)) out += `data${size} `;
  }
  if (addressSize !== mode && row.namedBy === undefined) {
    const hidden =
      row.mnemonic.startsWith("loop") ||
      row.mnemonic === "monitor" ||
      row.mnemonic.startsWith("maskmov") ||
      row.operands.some((s) => "letter" in s && s.letter === "O");
    if (hidden) out += `addr${addressSize} `;
  }
  return out;
}

const isFar = (spec: OperandSpec): boolean => "letter" in spec && spec.type === "p";

/** Text of an instruction, without address or bytes. */
export function text(insn: Instruction, options: TextOptions = {}): string {
  const { row } = insn;
  let out = insn.lock ? "lock " : "";
  out += sizePrefixes(insn);
  if (insn.repeat !== "none") {
    out += insn.repeat === "repne" ? "repne " : row.rep === "repe" ? "repe " : "rep ";
  }
  out += insn.mnemonic;
  if (insn.size === 16 && insn.mode !== 16 && isSizedByMode(row)) out += "w";
  if ((row.mnemonic === "jmp" || row.mnemonic === "call") && row.operands.some(isFar)) out += " far";
  const hidesAccumulator = isString(row);
  const operands = insn.operands.flatMap((o, i) => {
    const spec = row.operands[i]!;
    if (hidesAccumulator && o.kind === "register" && o.index === RAX) return [];
    return [operandText(insn, o, spec, options)];
  });
  return operands.length === 0 ? out : `${out} ${operands.join(", ")}`;
}
