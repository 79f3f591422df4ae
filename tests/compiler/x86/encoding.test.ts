/*
 * Every operation of the machine IR in every shape it has: what the back end's encoder writes decodes to the row and operands that
 * were meant, and isa/encode.ts makes no shorter bytes of them.
 */
import { describe, expect, it } from "vitest";
import { CodeBuffer, encodeInstruction, hasForm } from "../../../src/compiler/x86/encoding.ts";
import {
  imm,
  instruction,
  MACHINE_OPS,
  type MachineOp,
  mem,
  type Operand,
  reg,
  type Size,
} from "../../../src/compiler/x86/machine.ts";
import { decode, isFailure } from "../../../src/isa/decode.ts";
import { encode } from "../../../src/isa/encode.ts";

const SIZES: readonly Size[] = [8, 16, 32, 64];
const IMMEDIATES = [0, 1, -1, 100, -128, 127];
const OPERANDS: readonly Operand[] = [
  ...[0, 4, 6, 13].map(reg),
  ...[17, 24].map(reg),
  ...IMMEDIATES.map(imm),
  imm(200),
  imm(0x12345678),
  mem(0),
  mem(5),
  mem(4, 8),
  mem(12, -128),
  mem(13, 0),
  mem(13, 1000, { index: 9, scale: 3 }),
  mem(3, 0, { index: 5, scale: 2 }),
  mem(-1, 64, { index: 12, scale: 3 }),
  mem(-1, 0x1000),
  mem(-1, 0, { symbol: "there" }),
];
/** Not rows of the table, or without operands that decide. */
const SKIPPED = new Set<MachineOp>(["asm", "touch", "call", "movabs"]);
/** Their operands are always 64 bits wide: other sizes are not asked for. */
const ONLY64 = new Set<MachineOp>(["push", "pop", "callr", "jmpr"]);

function* shapes(count: number): Generator<Operand[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const first of OPERANDS) {
    if (count > 1) for (const rest of shapes(count - 1)) yield [first, ...rest];
    else yield [first];
  }
}

const low = (v: bigint, bits: number): bigint => BigInt.asUintN(bits, v);

/** What an operand is, in a form in which ours and the decoder's are comparable. */
function ours(o: Operand): string {
  if (o.kind === "reg") return o.reg >= 16 ? `x${o.reg - 16}` : `r${o.reg}`;
  if (o.kind === "imm") return `i${low(BigInt(o.value), 8)}`;
  if (o.symbol !== undefined) return "rip";
  return `[${o.base} ${o.index} ${o.index < 0 ? 0 : o.scale} ${o.displacement}]`;
}

describe("the encoder of the back end", () => {
  // as: the keys of the table are its operations
  const ops = (Object.keys(MACHINE_OPS) as MachineOp[]).filter((op) => !SKIPPED.has(op));
  it.each(ops)("%s", (op) => {
    const { roles, conditional }: { roles: string; conditional?: true } = MACHINE_OPS[op];
    let count = 0;
    for (const size of SIZES) {
      for (const operands of shapes(roles.length)) {
        if (!hasForm(op, size, operands) || (ONLY64.has(op) && size !== 64)) continue;
        count++;
        const i = instruction(op, size, ...operands);
        if (conditional) i.cc = count % 16;
        const out = new CodeBuffer();
        encodeInstruction(out, i);
        const bytes = out.bytes.slice(0, out.length);
        const text = `${op} ${size} ${operands.map(ours).join(", ")}: ${Buffer.from(bytes).toString("hex")}`;
        const decoded = decode(bytes, 0, { mode: 64 });
        if (isFailure(decoded)) throw new Error(`${text} is no instruction`);
        expect(decoded.length, text).toBe(bytes.length);
        const read = decoded.operands.flatMap((o, n) => {
          const spec = decoded.row.operands[n]!;
          if ("fixed" in spec && spec.fixed !== "1") return [];
          if ("letter" in spec && (spec.letter === "X" || spec.letter === "Y")) return [];
          if (o.kind === "register") {
            expect(o.high, text).toBe(false);
            if (
              o.file === "gpr" &&
              op !== "cvttsd2si" &&
              op !== "cvtsi2sd" &&
              !op.startsWith("mov") &&
              !op.startsWith("push") &&
              !op.startsWith("pop") &&
              op !== "callr" &&
              op !== "jmpr"
            ) {
              expect(o.width, text).toBe(size);
            }
            return [o.file === "xmm" ? `x${o.index}` : `r${o.index}`];
          }
          if (o.kind === "immediate") return [`i${low(o.value, 8)}`];
          if (o.kind !== "memory") return [];
          if (o.ripRelative) return ["rip"];
          return [`[${o.base} ${o.index} ${o.index < 0 ? 0 : o.scale} ${o.displacement}]`];
        });
        // The order of xchg's and test's operands does not matter to them.
        const same = op === "xchg" || op === "test" ? [...read].sort() : read;
        const meant = operands.map(ours);
        expect(same, text).toEqual(op === "xchg" || op === "test" ? meant.sort() : meant);
        const again = encode(decoded.row, decoded.operands, {
          mode: 64,
          size: decoded.size,
          addressSize: decoded.addressSize,
          repeat: decoded.repeat,
        });
        expect(bytes.length, text).toBeLessThanOrEqual(again.length);
      }
    }
    expect(count).toBeGreaterThan(0);
  });

  it("counts rip from behind an immediate", () => {
    const out = new CodeBuffer();
    encodeInstruction(out, instruction("cmp", 32, mem(-1, 8, { symbol: "there" }), imm(5)));
    expect(out.relocations).toEqual([
      { offset: 2, kind: "R_X86_64_PC32", symbol: "there", addend: 8 - 4 - 1 },
    ]);
  });
  it("refuses what the table does not have", () => {
    expect(hasForm("lea", 64, [reg(0), reg(1)])).toBe(false);
    expect(() => encodeInstruction(new CodeBuffer(), instruction("mov", 64, mem(0), mem(1)))).toThrow(
      /no form/,
    );
  });
});
