/**
 * Rows of the instruction table: what `op(...)` makes, and the checks it makes.
 *
 * A row is one line of the SDM's opcode table: opcode bytes, mnemonic, operand codes, semantics, and options for what
 * the line says in superscripts and prose. A bad row cannot exist: construction throws an Error that names it.
 * Overlaps between rows are found by decode-table.ts, which sees them all.
 */
import type { Feature } from "./features.ts";
import { type OperandSpec, parseOperand } from "./operand.ts";
import type { Semantics } from "./ops.ts";
import type { StatusFlag } from "./state.ts";

export type MandatoryPrefix = "none" | "66" | "f3" | "f2";

/** "mmx sse": an instruction between mm and xmm registers, which has the demands of both (SDM vol. 3B §23.25.3). */
export type Unit = "x87" | "mmx" | "sse" | "mmx sse" | "fwait";

export interface RowOptions {
  /** modrm.reg must be this (the SDM's "/digit"). */
  readonly digit?: number;
  /** The whole modrm byte must be this (0f 01 c8 and kin). */
  readonly modrm?: number;
  /** Only the register or only the memory form is this row (else the operand codes decide). */
  readonly mod?: "reg" | "mem";
  /** The opcode's low three bits are a register (the SDM's "+rd"); the row covers eight opcodes. */
  readonly plus?: boolean;
  /** Mandatory prefix. Where some row of an opcode has one, rows without are for no prefix only: say "none". */
  readonly prefix?: MandatoryPrefix;
  /** REX.W or VEX.W must be this. */
  readonly w?: 0 | 1;
  /** A VEX row: `l` the vector length bit, 0, 1, or "ig". Absent: legacy encoding. */
  readonly vex?: { readonly l: 0 | 1 | "ig" };
  /** An EVEX row. None is implemented; the decoder reads the prefix and raises #UD. */
  readonly evex?: { readonly l: 0 | 1 | 2 | "ig" };
  /** Superscripts: "i64" not in 64-bit mode, "o64" only there. */
  readonly only?: "i64" | "o64";
  /** Superscripts: "d64" defaults to 64-bit operands in 64-bit mode (16 with 66), "f64" always 64 there. */
  readonly operandSize?: "d64" | "f64" | "b" | 16 | 32 | 64;
  /** LOCK may precede it when operand 0 is memory. */
  readonly lock?: boolean;
  /** F3/F2 before it repeat: "rep" by count, "repe" also by zf. */
  readonly rep?: "rep" | "repe";
  /** CPUID feature that must be there; else #UD. */
  readonly feature?: Feature;
  /** State the instruction uses: decides #UD/#NM by cr0 and cr4 (SDM vol. 3A §2.5, §14.1). "fwait" also looks at MP. */
  readonly unit?: Unit;
  /** Status flags that the manual leaves undefined after it; compared with silicon under this mask. */
  readonly undefined?: readonly StatusFlag[];
  /**
   * Ends a block though the semantics does no branch: changes modes, paging … The machine looks at what has come of it;
   * after "soft" only if its helper has run.
   */
  readonly ends?: true | "soft";
  /** [latency in cycles, µops, ports] from the vendor's optimisation guide; default by class (cost.ts). */
  readonly cost?: readonly [latency: number, uops: number, ports?: string];
  /** Names the same bytes have elsewhere (jz for je), accepted by the assembler. */
  readonly aliases?: readonly string[];
  /** Mnemonic at other operand sizes, by size: { 16: "cbw", 32: "cwde", 64: "cdqe" }. */
  readonly names?: Readonly<Partial<Record<16 | 32 | 64, string>>>;
  /** What size `names` goes by; absent: the operand size. */
  readonly namedBy?: "address size";
  /** Decoded, never printed or chosen by the assembler: an undocumented or redundant encoding of another row. */
  readonly alternate?: boolean;
}

/** Opcode maps: one-byte, 0F, 0F 38, 0F 3A. */
export type OpcodeMap = 0 | 1 | 2 | 3;

export interface Row extends RowOptions {
  /** Stable name: opcode, digit, prefix: unique in the table; docs/isa.md links to it. */
  readonly id: string;
  readonly map: OpcodeMap;
  /** The opcode byte in its map. */
  readonly opcode: number;
  readonly mnemonic: string;
  readonly operands: readonly OperandSpec[];
  readonly semantics: Semantics;
  /** Whether a modrm byte follows the opcode. */
  readonly hasModrm: boolean;
}

const NEEDS_MODRM = new Set("CDEGMNPQRSUVW");

function split(opcode: number): { map: OpcodeMap; byte: number } {
  if (opcode >= 0 && opcode <= 0xff) return { map: 0, byte: opcode };
  const byte = opcode & 0xff;
  switch (opcode >>> 8) {
    case 0x0f:
      return { map: 1, byte };
    case 0x0f38:
      return { map: 2, byte };
    case 0x0f3a:
      return { map: 3, byte };
    default:
      throw new Error(`opcode 0x${opcode.toString(16)} is in no map`);
  }
}

/**
 * Makes a row. `opcode` is written as in the manual: 0x01, 0x0faf, 0x0f38f0, 0x0f3a0f; VEX rows use the same
 * numbers for their maps. `operands` is a comma list of codes, destination first, "" for none.
 * Throws an Error naming the row if the codes or options contradict each other.
 */
export function op(
  opcode: number,
  mnemonic: string,
  operands: string,
  semantics: Semantics,
  options: RowOptions = {},
): Row {
  const { map, byte } = split(opcode);
  const specs = operands === "" ? [] : operands.split(",").map(parseOperand);
  const hasModrm =
    options.digit !== undefined ||
    options.modrm !== undefined ||
    options.mod !== undefined ||
    specs.some((s) => ("letter" in s ? NEEDS_MODRM.has(s.letter) : s.fixed === "STi"));
  const parts = [
    options.evex ? "evex" : options.vex ? "vex" : "",
    options.prefix && options.prefix !== "none" ? options.prefix : options.prefix === "none" ? "np" : "",
    opcode.toString(16).padStart(2, "0"),
    options.plus ? "+r" : "",
    options.digit !== undefined ? `/${options.digit}` : "",
    options.modrm !== undefined ? `.${options.modrm.toString(16)}` : "",
    options.mod ?? "",
    options.w !== undefined ? `w${options.w}` : "",
    options.only ?? "",
    options.vex ? `l${options.vex.l}` : "",
  ];
  const id = parts.filter((p) => p !== "").join("");
  const bad = (why: string): never => {
    throw new Error(`row ${id} "${mnemonic} ${operands}": ${why}`);
  };
  if (!/^[a-z][a-z0-9]*$/.test(mnemonic)) bad("a mnemonic is lower-case letters and digits");
  if (specs.length > 4) bad("more than four operands");
  if (options.digit !== undefined && !(options.digit >= 0 && options.digit <= 7)) bad("digit is 0–7");
  if (options.digit !== undefined && options.modrm !== undefined) bad("digit and modrm are both given");
  if (options.plus && (byte & 7) !== 0) bad("a +r opcode has its low three bits clear");
  if (options.plus && hasModrm) bad("a +r opcode has no modrm");
  if (options.lock && options.mod === "reg") bad("lock wants a memory form");
  const letters = specs.map((s) => ("letter" in s ? s.letter : ""));
  if (options.digit !== undefined && letters.some((l) => "GCDPSV".includes(l) && l !== "")) {
    bad("modrm.reg is both digit and operand");
  }
  if (letters.filter((l) => l !== "" && "EMNQRUW".includes(l)).length > 1) bad("two operands in modrm.rm");
  if (letters.includes("Z") && !options.plus) bad("operand Z wants a +r opcode");
  if (letters.includes("H") && !options.vex && !options.evex) bad("operand H wants VEX");
  if (letters.includes("B") && !options.vex) bad("operand B wants VEX");
  if (options.mod === "reg" && letters.includes("M")) bad("a register form has a memory-only operand");
  if (options.mod === "mem" && letters.some((l) => l !== "" && "RNU".includes(l))) {
    bad("a memory form has a register-only operand");
  }
  if (options.unit === undefined && letters.some((l) => l !== "" && "VWUPQN".includes(l))) {
    bad("vector operands want a unit");
  }
  return { ...options, id, map, opcode: byte, mnemonic, operands: specs, semantics, hasModrm };
}
