/*
 * Every row in every mode, operand size and form (registers, memory, locked, repeated), with operands drawn from a seeded
 * generator: what the tests of encode, text and the assembler run over. Not a test itself.
 */
import { registerOperand } from "../../src/isa/decode.ts";
import { type EncodeContext, encodedBits, operandWidth } from "../../src/isa/encode.ts";
import type { MemoryOperand, Operand } from "../../src/isa/instruction.ts";
import { FIXED_OPERANDS, type OperandSpec } from "../../src/isa/operand.ts";
import type { Row } from "../../src/isa/row.ts";
import {
  accepts66,
  implicitPointer,
  type Mode,
  modForms,
  type OperandSize,
  operandSize,
} from "../../src/isa/row-facts.ts";
import { DS, ES, FS, GS, SS } from "../../src/isa/state.ts";

export interface Form {
  readonly row: Row;
  readonly operands: readonly Operand[];
  readonly context: Required<Pick<EncodeContext, "mode" | "size" | "addressSize" | "lock" | "repeat">>;
}

/** A small generator of numbers (xorshift32), so that a test repeats. */
export class Draw {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
  below(n: number): number {
    return this.next() % n;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  bits(n: number): bigint {
    return BigInt.asUintN(n, (BigInt(this.next()) << 32n) | BigInt(this.next()));
  }
  /** Signed, often small. */
  signed(bits: number): bigint {
    return BigInt.asIntN(this.pick([4, 8, bits]), this.bits(64));
  }
}

const plain = {
  kind: "memory",
  segment: DS,
  base: -1,
  index: -1,
  scale: 0,
  displacement: 0n,
  ripRelative: false,
  displacementSize: 0,
} as const;

const leastSize = (d: bigint, full: number, zeroAllowed: boolean): number =>
  d === 0n && zeroAllowed ? 0 : BigInt.asIntN(8, d) === d ? 1 : full;

function address(draw: Draw, mode: Mode, addressSize: 16 | 32 | 64, width: number): MemoryOperand {
  const registers = mode === 64 ? 16 : 8;
  const withSegment = (m: Omit<MemoryOperand, "segment">): MemoryOperand => {
    const usual = m.base === 4 || m.base === 5 ? SS : DS;
    const others = mode === 64 ? [FS, GS] : [ES, 1, SS, DS, FS, GS];
    return { ...m, segment: draw.below(4) === 0 ? draw.pick(others) : usual };
  };
  if (addressSize === 16) {
    const [base, index] = draw.pick([
      [3, 6],
      [3, 7],
      [5, 6],
      [5, 7],
      [6, -1],
      [7, -1],
      [5, -1],
      [3, -1],
      [-1, -1],
    ] as const);
    const displacement = draw.signed(16);
    const displacementSize = base < 0 ? 2 : leastSize(displacement, 2, !(base === 5 && index < 0));
    return withSegment({ ...plain, base, index, displacement, displacementSize, width });
  }
  const displacement = draw.signed(32);
  switch (draw.below(mode === 64 ? 5 : 4)) {
    case 0: {
      const base = draw.below(registers);
      return withSegment({
        ...plain,
        base,
        displacement,
        displacementSize: leastSize(displacement, 4, (base & 7) !== 5),
        width,
      });
    }
    case 1: {
      const base = draw.below(registers);
      const index = draw.pick([0, 1, 2, 3, 5, 6, registers - 1, (registers - 4) | 5]);
      const scale = draw.below(4);
      return withSegment({
        ...plain,
        base,
        index,
        scale,
        displacement,
        displacementSize: leastSize(displacement, 4, (base & 7) !== 5),
        width,
      });
    }
    case 2:
      return withSegment({ ...plain, displacement, displacementSize: 4, width });
    case 3:
      return withSegment({
        ...plain,
        index: draw.pick([0, 5, registers - 1]),
        scale: 1 + draw.below(3),
        displacement,
        displacementSize: 4,
        width,
      });
    default:
      return withSegment({ ...plain, ripRelative: true, displacement, displacementSize: 4, width });
  }
}

function generalRegister(draw: Draw, mode: Mode, width: number, noHigh: boolean): Operand {
  const index = draw.below(mode === 64 ? 16 : 8);
  if (width !== 8) return registerOperand("gpr", index, width);
  if (mode !== 64 || (index >= 4 && index < 8 && !noHigh && draw.below(2) === 0)) {
    return registerOperand("gpr", index & 3, 8, index >= 4);
  }
  return registerOperand("gpr", index, 8);
}

function operandFor(
  draw: Draw,
  row: Row,
  spec: OperandSpec,
  i: number,
  size: OperandSize,
  context: { mode: Mode; addressSize: 16 | 32 | 64 },
  memory: boolean,
): Operand {
  const { mode, addressSize } = context;
  if (!("letter" in spec)) {
    const { file, index, width } = FIXED_OPERANDS[spec.fixed];
    if (file === "imm") return { kind: "immediate", value: BigInt(index), width };
    const bits = width === "v" ? size : width === "z" ? Math.min(size, 32) : width;
    return registerOperand(file, index < 0 ? draw.below(8) : index, bits);
  }
  const { letter, type } = spec;
  const width = operandWidth(row, type, size, mode);
  const any = draw.below(mode === 64 ? 16 : 8);
  switch (letter) {
    case "E":
      return memory ? address(draw, mode, addressSize, width) : generalRegister(draw, mode, width, true);
    case "W":
    case "Q":
      if (memory) return address(draw, mode, addressSize, width);
      return letter === "W" ? registerOperand("xmm", any, width) : registerOperand("mm", any & 7, width);
    case "M":
      return address(draw, mode, addressSize, width);
    case "G":
    case "R":
    case "Z":
    case "B":
      // The exchange of register 0 with itself is nop.
      if (letter === "Z" && row.opcode === 0x90) return registerOperand("gpr", (any % 7) + 1, width);
      return generalRegister(draw, mode, width, true);
    case "V":
    case "U":
    case "H":
    case "L":
      return registerOperand("xmm", any, width);
    case "P":
    case "N":
      return registerOperand("mm", any & 7, 64);
    case "S":
      return registerOperand("sreg", i === 0 ? draw.pick([0, 2, 3, 4, 5]) : draw.below(6), 16);
    case "C":
      return registerOperand("cr", draw.pick(mode === 64 ? [0, 2, 3, 4, 8] : [0, 2, 3, 4]), size);
    case "D":
      return registerOperand("dr", draw.below(8), size);
    case "I": {
      const want = type === "bs" || type === "z" ? size : encodedBits(type, size, mode);
      const bits = encodedBits(type, size, mode);
      const value = BigInt.asUintN(want, BigInt.asIntN(bits, draw.pick([1n, 9n, 10n, -1n, draw.bits(64)])));
      return { kind: "immediate", value, width: want };
    }
    case "J": {
      const bits = encodedBits(type, size, mode);
      return { kind: "relative", displacement: Number(BigInt.asIntN(bits, draw.bits(32))), width: bits };
    }
    case "A":
      return { kind: "far", selector: draw.below(65536), offset: draw.bits(size), width: size };
    case "O":
      return {
        ...plain,
        displacement: draw.bits(addressSize),
        displacementSize: addressSize / 8,
        width,
        segment: draw.pick([DS, FS]),
      };
    case "X":
      return { ...plain, base: implicitPointer(row), width, segment: draw.pick([DS, GS]) };
    case "Y":
      return { ...plain, base: 7, width, segment: ES };
  }
}

/** All forms of a row; `copies` draws of operands for each. */
export function* formsOf(row: Row, copies: number, draw: Draw): Generator<Form> {
  for (const mode of [16, 32, 64] as const) {
    if (row.only === (mode === 64 ? "i64" : "o64")) continue;
    const sizes = new Set<OperandSize>();
    for (const has66 of [false, true]) {
      for (const w of [false, true]) {
        if (w && (mode !== 64 || row.w === 0)) continue;
        if (!w && row.w === 1) continue;
        if (has66 && !accepts66(row)) continue;
        sizes.add(operandSize(row, mode, has66, w));
      }
    }
    const mod = modForms(row);
    const memoryForms = mod === "mem" ? [true] : mod === "both" ? [false, true] : [false];
    for (const size of sizes) {
      for (const memory of memoryForms) {
        for (let copy = 0; copy < copies; copy++) {
          const addressSize = draw.below(4) === 0 ? (mode === 32 ? 16 : 32) : mode;
          const operands = row.operands.map((spec, i) =>
            operandFor(draw, row, spec, i, size, { mode, addressSize }, memory),
          );
          const context = { mode, size, addressSize, lock: false, repeat: "none" } as const;
          yield { row, operands, context };
          if (memory && row.lock && copy === 0) yield { row, operands, context: { ...context, lock: true } };
          if (row.rep !== undefined && copy === 0) {
            yield { row, operands, context: { ...context, repeat: "rep" } };
            if (row.rep === "repe") yield { row, operands, context: { ...context, repeat: "repne" } };
          }
        }
      }
    }
  }
}
