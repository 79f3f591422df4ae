/**
 * A written operand against an operand code: the operand that the row would have, or why it cannot. Which row and size
 * to try is select.ts's; it knows no bytes.
 */
import { registerOperand } from "../decode.ts";
import { encodedBits, operandWidth } from "../encode.ts";
import type { MemoryOperand, Operand, RegisterOperand } from "../instruction.ts";
import { FIXED_OPERANDS, type OperandSpec } from "../operand.ts";
import type { Row } from "../row.ts";
import { implicitPointer, type Mode, type OperandSize } from "../row-facts.ts";
import { DS, ES, SS } from "../state.ts";
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

/** The operand as `spec` would have it, or why it cannot be. `size` is the operand size tried. */
export function operandFor(
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

/** An implied accumulator has the width that the row gives it. */
export function widen(g: GivenOperand, spec: OperandSpec, size: OperandSize): GivenOperand {
  if (g.kind !== "register" || g.register.width !== 0 || "letter" in spec) return g;
  const width = spec.fixed === "AL" ? 8 : spec.fixed === "eAX" ? Math.min(size, 32) : size;
  return { kind: "register", register: registerOperand("gpr", 0, width) };
}
