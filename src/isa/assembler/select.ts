/**
 * Chooses the row and operand size for a written instruction: all rows of that name that can mean the operands are
 * encoded, and the shortest wins, the table's order deciding between equals. It knows nothing of lines or labels.
 */
import { registerOperand } from "../decode.ts";
import { type EncodeContext, EncodeError, encode, encodedBits, operandWidth } from "../encode.ts";
import type { MemoryOperand, Operand, RegisterOperand } from "../instruction.ts";
import { FIXED_OPERANDS, type OperandSpec } from "../operand.ts";
import type { Row } from "../row.ts";
import {
  accepts66,
  implicitPointer,
  isSizedByMode,
  type Mode,
  type OperandSize,
  operandSize,
} from "../row-facts.ts";
import { DS, ES, SS } from "../state.ts";
import { TABLE } from "../table.ts";
import type { Address } from "./operand.ts";

/** An operand with its expressions evaluated; sizes are those written, in bits. */
export type GivenOperand =
  | { readonly kind: "register"; readonly register: RegisterOperand }
  | {
      readonly kind: "immediate";
      readonly value: bigint;
      readonly size?: number;
      readonly strict: boolean;
      readonly distance?: "short" | "near" | "far";
    }
  | { readonly kind: "far"; readonly selector: bigint; readonly offset: bigint; readonly size?: number }
  | {
      readonly kind: "memory";
      readonly address: Address;
      readonly segment?: number;
      readonly size?: number;
      readonly displacementBits?: number;
      readonly far: boolean;
      /** NASM's far pointers are named by their offset: far dword is 16:32; with ptr by their whole size. */
      readonly sizeOfOffset: boolean;
    };

export interface GivenInstruction {
  /** Lower case, as written. */
  readonly mnemonic: string;
  readonly operands: readonly GivenOperand[];
  readonly mode: Mode;
  /** Address of the instruction. */
  readonly address: bigint;
  readonly lock: boolean;
  readonly repeat: "none" | "rep" | "repne";
  /** Sizes forced by a prefix word (o16, data32, a32 …). */
  readonly operandSize?: 16 | 32 | 64;
  readonly addressSize?: 16 | 32 | 64;
  /** Encodings shorter than this are passed over, so that passes end. */
  readonly leastLength?: number;
  /** Segment written as a prefix word, for string instructions and branch hints. */
  readonly segment?: number;
}

/** No row means this; the message says why, for the likeliest row. */
export class SelectError extends Error {
  override readonly name = "SelectError";
}

interface Candidate {
  readonly row: Row;
  /** Operand or address sizes at which the row has the name; undefined: all. */
  readonly sizes: readonly number[] | undefined;
}

let index: Map<string, Candidate[]> | undefined;

function candidates(): Map<string, Candidate[]> {
  if (index !== undefined) return index;
  index = new Map();
  const add = (name: string, row: Row, sizes?: readonly number[]): void => {
    const list = index!.get(name);
    if (list === undefined) index!.set(name, [{ row, sizes }]);
    else list.push({ row, sizes });
  };
  for (const row of TABLE) {
    if (row.alternate) continue;
    const named = Object.entries(row.names ?? {}).map(([size, name]) => [Number(size), name] as const);
    for (const name of new Set(named.map(([, name]) => name))) {
      if (isSizedByMode(row) && name === row.mnemonic) continue;
      add(
        name,
        row,
        named.filter(([, n]) => n === name).map(([size]) => size),
      );
    }
    if (isSizedByMode(row)) {
      add(row.mnemonic, row);
      add(`${row.mnemonic}w`, row, [16]);
    } else if (!named.some(([, name]) => name === row.mnemonic)) add(row.mnemonic, row);
    for (const alias of row.aliases ?? []) add(alias, row);
  }
  return index;
}

/** Whether some row goes by this name. */
export const isMnemonic = (name: string): boolean => candidates().has(name);

/** The operand as `spec` would have it, or why it cannot be. `size` is the operand size tried. */
function operandFor(
  row: Row,
  spec: OperandSpec,
  given: GivenOperand,
  size: OperandSize,
  mode: Mode,
  addressSize: 16 | 32 | 64,
): Operand | string {
  if (!("letter" in spec)) {
    const { file, index: n, width } = FIXED_OPERANDS[spec.fixed];
    if (file === "imm") {
      const same = given.kind === "immediate" && given.value === BigInt(n);
      return same ? { kind: "immediate", value: BigInt(n), width } : `${n} expected`;
    }
    if (given.kind !== "register" || given.register.file !== file) return `${spec.fixed} expected`;
    const { register } = given;
    if (n >= 0 && register.index !== n) return `${spec.fixed} expected`;
    const bits = width === "v" ? size : width === "z" ? Math.min(size, 32) : width;
    return file === "gpr" && (register.width !== bits || register.high)
      ? `a register of ${bits} bits expected`
      : register;
  }
  const { letter, type } = spec;
  const width = operandWidth(row, type, size, mode);
  switch (given.kind) {
    case "register":
      return fitRegister(row, spec, given.register, width, size);
    case "immediate":
      return fitNumber(spec, given, size, mode);
    case "far":
      if (letter !== "A") return "a far pointer cannot stand here";
      if (given.size !== undefined && given.size !== size) return `an offset of ${size} bits expected`;
      return {
        kind: "far",
        selector: Number(BigInt.asUintN(16, given.selector)),
        offset: BigInt.asUintN(size, given.offset),
        width: size,
      };
    case "memory":
      return fitMemory(row, spec, given, width, mode, addressSize);
  }
}

function fitRegister(
  row: Row,
  spec: Extract<OperandSpec, { letter: string }>,
  r: RegisterOperand,
  width: number,
  size: OperandSize,
): Operand | string {
  const wrong = `a register cannot stand here`;
  switch (spec.letter) {
    case "E":
    case "R":
    case "G":
    case "Z":
    case "B": {
      if (r.file !== "gpr") return "a general-purpose register expected";
      // mov ds, eax: the selector is its low half.
      const selector = row.operands.some((s) => "letter" in s && s.letter === "S") && spec.letter === "E";
      if (selector && width === 16 && !r.high && r.width !== 8) return registerOperand("gpr", r.index, 16);
      return r.width === width ? r : `a register of ${width} bits expected`;
    }
    case "V":
    case "W":
    case "U":
    case "H":
    case "L": {
      const wide = width === 256;
      if (r.file !== "xmm" || (r.width === 256) !== wide)
        return `${wide ? "a ymm" : "an xmm"} register expected`;
      return registerOperand("xmm", r.index, width);
    }
    case "P":
    case "Q":
    case "N":
      return r.file === "mm" ? r : "an mm register expected";
    case "S":
      return r.file === "sreg" ? r : "a segment register expected";
    case "C":
      return r.file === "cr" ? registerOperand("cr", r.index, size) : "a control register expected";
    case "D":
      return r.file === "dr" ? registerOperand("dr", r.index, size) : "a debug register expected";
    default:
      return wrong;
  }
}

function fitNumber(
  spec: Extract<OperandSpec, { letter: string }>,
  given: Extract<GivenOperand, { kind: "immediate" }>,
  size: OperandSize,
  mode: Mode,
): Operand | string {
  const { letter, type } = spec;
  const bits = encodedBits(type, size, mode);
  if (letter === "J") {
    if (given.distance === "far") return "a far target wants a selector";
    if (given.distance === "short" && bits !== 8) return "not short";
    if (given.distance === "near" && bits === 8) return "not near";
    return { kind: "relative", displacement: 0, width: bits };
  }
  if (letter !== "I") return "a number cannot stand here";
  if (given.strict && given.size !== undefined && given.size !== bits)
    return `a number of ${bits} bits expected`;
  if (given.size === 8 && bits !== 8) return `a number of ${bits} bits expected`;
  if (
    given.size !== undefined &&
    given.size > 8 &&
    type !== "b" &&
    given.size !== Math.min(size, 32) &&
    given.size !== size
  ) {
    return `a number of ${size} bits expected`;
  }
  const width = type === "bs" || type === "z" ? size : bits;
  const { value } = given;
  if (value < -(1n << BigInt(width - 1)) || value >= 1n << BigInt(width))
    return `${value} does not fit ${width} bits`;
  const pattern = BigInt.asUintN(width, value);
  if (BigInt.asUintN(width, BigInt.asIntN(bits, pattern)) !== pattern)
    return `${value} does not fit ${bits} bits`;
  return { kind: "immediate", value: pattern, width };
}

function fitMemory(
  row: Row,
  spec: Extract<OperandSpec, { letter: string }>,
  given: Extract<GivenOperand, { kind: "memory" }>,
  width: number,
  mode: Mode,
  addressSize: 16 | 32 | 64,
): Operand | string {
  const { address } = given;
  const { letter, type } = spec;
  const size = given.size !== undefined && type === "p" && given.sizeOfOffset ? given.size + 16 : given.size;
  const anySize = width === 0 || type === "s" || type === "fx";
  if (!"EMWQOXY".includes(letter)) return "memory cannot stand here";
  if (size !== undefined && size !== width && !anySize) return `memory of ${width} bits expected`;
  // A far pointer in memory is asked for by its type or by the word far.
  if (given.far !== (type === "p") && (given.far || row.mnemonic === "call" || row.mnemonic === "jmp")) {
    return "not a far pointer";
  }
  const usual = letter === "Y" ? ES : address.base === 4 || address.base === 5 ? SS : DS;
  const segment = given.segment ?? usual;
  // Outside 64-bit mode a default segment may be written; in it es, cs, ss and ds have no effect.
  const effective = mode === 64 && segment < 4 ? usual : segment;
  const memory: MemoryOperand = {
    kind: "memory",
    segment: effective,
    base: address.base,
    index: address.index,
    scale: address.scale,
    displacement:
      address.rip === undefined ? wrapped(address.displacement, addressSize) : address.displacement,
    ripRelative: address.rip !== undefined,
    width,
    displacementSize: given.displacementBits === undefined ? 0 : Math.min(given.displacementBits, 32) / 8,
  };
  if (letter === "X" || letter === "Y") {
    const pointer = letter === "Y" ? 7 : implicitPointer(row);
    const right = memory.base === pointer && memory.index < 0 && memory.displacement === 0n;
    return right ? { ...memory, displacementSize: 0 } : "the string's own address register expected";
  }
  if (letter === "O") {
    if (memory.base >= 0 || memory.index >= 0 || memory.ripRelative) return "an offset alone expected";
    return { ...memory, displacement: BigInt.asUintN(addressSize, memory.displacement), displacementSize: 0 };
  }
  return memory;
}

/** A displacement as addition at the address size sees it: 0xfffffff8 is −8 in 32 bits. Larger ones stay as they are. */
function wrapped(displacement: bigint, addressSize: number): bigint {
  const fits = displacement >= 0n && displacement < 1n << BigInt(addressSize);
  return fits ? BigInt.asIntN(addressSize, displacement) : displacement;
}

/** The operands a row would have though they are not written: x87's st(0), xmm0, string addresses, accumulators. */
function implied(
  row: Row,
  given: readonly GivenOperand[],
  instruction: GivenInstruction,
): readonly GivenOperand[] | undefined {
  const specs = row.operands;
  if (given.length === specs.length) return given;
  const isString = specs.some((s) => "letter" in s && (s.letter === "X" || s.letter === "Y"));
  const written = [...given];
  const out: GivenOperand[] = [];
  for (const spec of specs) {
    const operand = impliedOperand(row, spec, isString, given.length === 0, instruction);
    const missing = specs.length - out.length - written.length;
    if (missing > 0 && operand !== undefined) out.push(operand);
    else {
      const next = written.shift();
      if (next === undefined) return undefined;
      out.push(next);
    }
  }
  return written.length === 0 ? out : undefined;
}

function impliedOperand(
  row: Row,
  spec: OperandSpec,
  isString: boolean,
  nothingWritten: boolean,
  instruction: GivenInstruction,
): GivenOperand | undefined {
  if ("letter" in spec) {
    if (!isString || !nothingWritten || (spec.letter !== "X" && spec.letter !== "Y")) return undefined;
    const base = spec.letter === "Y" ? 7 : implicitPointer(row);
    const address: Address = {
      base,
      index: -1,
      scale: 0,
      displacement: 0n,
      width: undefined,
      rip: undefined,
    };
    const segment =
      spec.letter === "X" && instruction.segment !== undefined ? { segment: instruction.segment } : {};
    return { kind: "memory", address, far: false, sizeOfOffset: false, ...segment };
  }
  switch (spec.fixed) {
    case "ST0":
      return { kind: "register", register: registerOperand("st", 0, 80) };
    case "XMM0":
      return { kind: "register", register: registerOperand("xmm", 0, 128) };
    case "STi":
      return nothingWritten ? { kind: "register", register: registerOperand("st", 1, 80) } : undefined;
    case "AL":
    case "rAX":
    case "eAX":
      return isString ? { kind: "register", register: registerOperand("gpr", 0, 0) } : undefined;
    case "DX":
      return isString && nothingWritten
        ? { kind: "register", register: registerOperand("gpr", 2, 16) }
        : undefined;
    default:
      return undefined;
  }
}

/** Operand sizes of a row in a mode, the one without prefixes first. */
function sizesOf(row: Row, mode: Mode): OperandSize[] {
  const all = [operandSize(row, mode, false, row.w === 1)];
  if (accepts66(row)) all.push(operandSize(row, mode, true, false));
  if (mode === 64 && row.w !== 0) all.push(operandSize(row, mode, false, true));
  return [...new Set(all)];
}

interface Choice {
  readonly row: Row;
  readonly operands: readonly Operand[];
  readonly context: EncodeContext;
  readonly bytes: Uint8Array;
}

/** A choice with its branch and rip-relative displacements filled in, now that its length is known. */
function finish(choice: Choice, given: readonly GivenOperand[], address: bigint): Uint8Array | string {
  const end = address + BigInt(choice.bytes.length);
  let changed = false;
  let problem: string | undefined;
  const operands = choice.operands.map((o, i) => {
    const g = given[i]!;
    if (o.kind === "relative" && g.kind === "immediate") {
      changed = true;
      const bits = choice.context.size === 8 ? choice.context.mode : choice.context.size!;
      const distance = BigInt.asIntN(bits, g.value - end);
      if (BigInt.asIntN(o.width, distance) !== distance) problem = `the target is ${distance} bytes away`;
      return { ...o, displacement: Number(BigInt.asIntN(o.width, distance)) };
    }
    if (o.kind === "memory" && g.kind === "memory" && g.address.rip === "target") {
      changed = true;
      const distance = g.address.displacement - end;
      if (BigInt.asIntN(32, distance) !== distance) problem = `the address is ${distance} bytes away`;
      return { ...o, displacement: BigInt.asIntN(32, distance) };
    }
    return o;
  });
  if (problem !== undefined) return problem;
  return changed ? encode(choice.row, operands, choice.context) : choice.bytes;
}

/** Encodes what is written, as shortly as it can be. Throws SelectError. */
export function select(given: GivenInstruction): Uint8Array {
  const named = candidates().get(given.mnemonic);
  if (named === undefined) throw new SelectError(`no instruction is called "${given.mnemonic}"`);
  if (named.every((c) => c.row.only === (given.mode === 64 ? "i64" : "o64"))) {
    throw new SelectError(`${given.mnemonic} is not in ${given.mode}-bit mode`);
  }
  const failures: { reason: string; depth: number }[] = [];
  let best: Uint8Array | undefined;
  for (const attempt of variants(given)) {
    const bytes = selectFrom(candidates().get(attempt.mnemonic)!, attempt, failures);
    if (bytes !== undefined && (best === undefined || bytes.length < best.length)) best = bytes;
  }
  if (best !== undefined) return best;
  failures.sort((a, b) => b.depth - a.depth);
  throw new SelectError(`${given.mnemonic}: ${failures[0]?.reason ?? "no such operands"}`);
}

const X87_ARITHMETIC = /^f(add|mul|subr?|divr?)$/;

/** Other ways to write the same: exchanged operands where the order says nothing, imul's first operand twice. */
function variants(given: GivenInstruction): GivenInstruction[] {
  const [a, b] = given.operands;
  // SDM vol. 2A: AAM and AAD without operand are for base ten, FADD without operands is FADDP.
  if (a === undefined && X87_ARITHMETIC.test(given.mnemonic))
    return [{ ...given, mnemonic: `${given.mnemonic}p` }];
  if (a === undefined && (given.mnemonic === "aam" || given.mnemonic === "aad")) {
    return [{ ...given, operands: [{ kind: "immediate", value: 10n, strict: false }] }];
  }
  const out = [given];
  if (a === undefined || b === undefined) return out;
  if (given.mnemonic === "xchg" || given.mnemonic === "test") out.push({ ...given, operands: [b, a] });
  if (given.mnemonic === "imul" && given.operands.length === 2 && b.kind === "immediate") {
    out.push({ ...given, operands: [a, a, b] });
  }
  // mov rax, 1 clears the upper half too, in fewer bytes.
  if (given.mnemonic === "mov" && a.kind === "register" && b.kind === "immediate" && b.size === undefined) {
    const { register } = a;
    if (register.file === "gpr" && register.width === 64 && b.value >= 0n && b.value < 1n << 32n) {
      return [
        {
          ...given,
          operands: [{ kind: "register", register: registerOperand("gpr", register.index, 32) }, b],
        },
      ];
    }
  }
  // mov rax, ds as well.
  if (
    given.mnemonic === "mov" &&
    a.kind === "register" &&
    b.kind === "register" &&
    b.register.file === "sreg"
  ) {
    const { register } = a;
    if (register.file === "gpr" && register.width === 64) {
      return [
        {
          ...given,
          operands: [{ kind: "register", register: registerOperand("gpr", register.index, 32) }, b],
        },
      ];
    }
  }
  return out;
}

const addressSizeOf = (given: GivenInstruction): 16 | 32 | 64 => {
  for (const o of given.operands) {
    if (o.kind !== "memory") continue;
    if (o.address.width !== undefined) return o.address.width;
    if (given.addressSize === undefined && o.address.rip === undefined && o.displacementBits === undefined) {
      // An address that only 32-bit addressing reaches.
      const { displacement } = o.address;
      if (given.mode === 16 && displacement >= 0x10000n) return 32;
      if (given.mode === 64 && displacement >= 1n << 31n && displacement < 1n << 32n) return 32;
    }
    if (o.displacementBits === 16 && given.mode !== 64) return 16;
    if (o.displacementBits === 32 && given.mode === 16) return 32;
  }
  return given.addressSize ?? given.mode;
};

function selectFrom(
  named: readonly Candidate[],
  given: GivenInstruction,
  failures: { reason: string; depth: number }[],
): Uint8Array | undefined {
  const { mode } = given;
  const choices: { choice: Choice; operands: readonly GivenOperand[] }[] = [];
  const sized = given.operands.some(
    (o) =>
      (o.kind === "register" && o.register.file === "gpr") ||
      (o.kind !== "register" && o.size !== undefined && !(o.kind === "immediate" && o.size === 8)),
  );
  const addressSize = addressSizeOf(given);
  if (given.addressSize !== undefined && addressSize !== given.addressSize) {
    failures.push({ reason: "the address registers contradict the prefix", depth: 9 });
    return undefined;
  }
  for (const { row, sizes } of named) {
    if (row.only === (mode === 64 ? "i64" : "o64")) continue;
    const operands = implied(row, given.operands, given);
    if (operands === undefined) {
      failures.push({ reason: `${row.operands.length} operands expected`, depth: 0 });
      continue;
    }
    const byAddress = row.namedBy === "address size";
    const rowAddressSize =
      byAddress && sizes !== undefined ? sizes.find((x) => x === 16 || x === 32 || x === 64) : undefined;
    const possible = sizesOf(row, mode);
    for (const size of possible) {
      if (given.operandSize !== undefined && size !== given.operandSize && size !== 8) continue;
      const named = sizes !== undefined && !byAddress;
      if (named && !sizes.includes(size)) continue;
      // Where nothing written says a size, it is that of the mode.
      if (!sized && !named && given.operandSize === undefined && size !== possible[0]) break;
      const context: EncodeContext = {
        mode,
        size,
        // as: found above among 16, 32 and 64
        addressSize: (rowAddressSize ?? addressSize) as 16 | 32 | 64,
        lock: given.lock,
        repeat: given.repeat,
        ...(given.segment !== undefined && { segmentOverride: given.segment }),
      };
      const fitted: Operand[] = [];
      let reason: string | undefined;
      for (const [i, g] of operands.entries()) {
        const o = operandFor(
          row,
          row.operands[i]!,
          widen(g, row.operands[i]!, size),
          size,
          mode,
          addressSize,
        );
        if (typeof o === "string") {
          reason = o;
          failures.push({
            reason: operands.length > 1 ? `operand ${i + 1}: ${o}` : o,
            depth: i + (o.includes("fit") ? 1.5 : 1),
          });
          break;
        }
        fitted.push(wanted(o, g));
      }
      if (reason !== undefined) continue;
      try {
        const choice = { row, operands: fitted, context, bytes: encode(row, fitted, context) };
        choices.push({ choice, operands });
      } catch (error) {
        if (!(error instanceof EncodeError)) throw error;
        failures.push({ reason: error.message.replace(/^.*\): /, ""), depth: 8 });
      }
    }
  }
  checkMemorySize(choices, given);
  choices.sort((a, b) => a.choice.bytes.length - b.choice.bytes.length);
  for (const { choice, operands } of choices) {
    if (choice.bytes.length < (given.leastLength ?? 0)) continue;
    const bytes = finish(choice, operands, given.address);
    if (typeof bytes !== "string") return bytes;
    failures.push({ reason: bytes, depth: 10 });
  }
  return undefined;
}

/** A target address counts from the end of the instruction; until that is known the displacement is 0. */
function wanted(o: Operand, g: GivenOperand): Operand {
  return o.kind === "memory" && g.kind === "memory" && g.address.rip === "target"
    ? { ...o, displacement: 0n }
    : o;
}

/** An implied accumulator has the width that the row gives it. */
function widen(g: GivenOperand, spec: OperandSpec, size: OperandSize): GivenOperand {
  if (g.kind !== "register" || g.register.width !== 0 || "letter" in spec) return g;
  const width = spec.fixed === "AL" ? 8 : spec.fixed === "eAX" ? Math.min(size, 32) : size;
  return { kind: "register", register: registerOperand("gpr", 0, width) };
}

/** Refuses memory whose size nothing written tells, where rows differ in it. */
function checkMemorySize(choices: readonly { choice: Choice }[], given: GivenInstruction): void {
  const i = given.operands.findIndex((o) => o.kind === "memory");
  const memory = given.operands[i];
  if (memory?.kind !== "memory" || memory.size !== undefined) return;
  const widths = new Set(
    choices.map(({ choice }) => choice.operands.find((o) => o.kind === "memory")?.width ?? 0),
  );
  if (widths.size > 1)
    throw new SelectError(`${given.mnemonic}: the size of the memory operand is not given`);
}
