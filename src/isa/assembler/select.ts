/**
 * Chooses the row and operand size for a written instruction: all rows of that name that can mean the operands are
 * encoded, and the shortest wins, the table's order deciding between equals. It knows nothing of lines or labels.
 */
import { registerOperand } from "../decode.ts";
import { type EncodeContext, EncodeError, encode } from "../encode.ts";
import type { Operand } from "../instruction.ts";
import type { OperandSpec } from "../operand.ts";
import type { Row } from "../row.ts";
import {
  accepts66,
  implicitPointer,
  isSizedByMode,
  type Mode,
  type OperandSize,
  operandSize,
} from "../row-facts.ts";
import { TABLE } from "../table.ts";
import { type GivenOperand, operandFor, widen } from "./fit.ts";
import { whyOnly64 } from "./only64.ts";
import type { Address } from "./operand.ts";
import { type Shorthand, shorthandFor } from "./shorthand.ts";

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
export const isMnemonic = (name: string): boolean =>
  candidates().has(name) || shorthandFor(name) !== undefined;

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
  const short = shorthandFor(given.mnemonic);
  if (short === undefined) return selectNamed(given);
  try {
    return selectShorthand(given, short);
  } catch (error) {
    if (!(error instanceof SelectError)) throw error;
    throw new SelectError(error.message.replace(short.mnemonic, given.mnemonic));
  }
}

const FWAIT = 0x9b;

function selectShorthand(given: GivenInstruction, short: Shorthand): Uint8Array {
  const { mnemonic, waits, operandSize, immediate } = short;
  if (operandSize === 64 && given.mode !== 64)
    throw new SelectError(`${mnemonic} is not in ${given.mode}-bit mode`);
  if (immediate !== undefined && given.operands.length !== 2)
    throw new SelectError(`${mnemonic}: 2 operands expected`);
  const operands: readonly GivenOperand[] =
    immediate === undefined
      ? given.operands
      : [...given.operands, { kind: "immediate", value: immediate, strict: false }];
  const before = waits ? 1 : 0;
  const bytes = selectNamed({
    ...given,
    mnemonic,
    operands,
    address: given.address + BigInt(before),
    leastLength: (given.leastLength ?? 0) - before,
    ...(operandSize !== undefined && { operandSize }),
  });
  return waits ? Uint8Array.of(FWAIT, ...bytes) : bytes;
}

function selectNamed(written: GivenInstruction): Uint8Array {
  const given = withFarSize(written);
  const named = candidates().get(given.mnemonic);
  if (named === undefined) throw new SelectError(`no instruction is called "${given.mnemonic}"`);
  if (named.every((c) => c.row.only === (given.mode === 64 ? "i64" : "o64"))) {
    throw new SelectError(`${given.mnemonic} is not in ${given.mode}-bit mode`);
  }
  if (given.mode !== 64) {
    // Before anything is made of the operands: mov rax, 1 is no mov eax, 1 here.
    const why = whyOnly64(given.operands);
    if (why !== undefined) throw new SelectError(`${given.mnemonic}: ${why}`);
  }
  const failures: { reason: string; depth: number }[] = [];
  let best: Uint8Array | undefined;
  for (const attempt of variants(given)) {
    const bytes = selectFrom(candidates().get(attempt.mnemonic)!, attempt, failures);
    if (bytes !== undefined && (best === undefined || bytes.length < best.length)) best = bytes;
  }
  if (best !== undefined) return best;
  if (failures.length === 0 && named.every((c) => !hasSize(c, given.mode)))
    throw new SelectError(`${given.mnemonic} is not in ${given.mode}-bit mode`);
  failures.sort((a, b) => b.depth - a.depth);
  throw new SelectError(`${given.mnemonic}: ${failures[0]?.reason ?? "no such operands"}`);
}

/** Whether a row has one of the sizes of its name in a mode: pushfq has none in 32-bit mode. */
const hasSize = ({ row, sizes }: Candidate, mode: Mode): boolean =>
  sizes === undefined ||
  (row.namedBy === "address size"
    ? mode === 64 || sizes.some((size) => size !== 64)
    : sizesOf(row, mode).some((size) => sizes.includes(size)));

/** NASM's far pointer in memory is 16:64 in 64-bit mode, unless something written says another size. */
function withFarSize(given: GivenInstruction): GivenInstruction {
  const [o] = given.operands;
  const plain = o?.kind === "memory" && o.far && o.size === undefined && given.operandSize === undefined;
  return plain && given.mode === 64 ? { ...given, operandSize: 64 } : given;
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
