/* encode and decode are each other's inverse, on every row in every mode, size and form; and what encode refuses. */
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { decode, isFailure, registerOperand } from "../../src/isa/decode.ts";
import { EncodeError, encode } from "../../src/isa/encode.ts";
import type { Operand } from "../../src/isa/instruction.ts";
import { TABLE } from "../../src/isa/table.ts";
import { Draw, formsOf } from "./forms.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const rowNamed = (id: string) => {
  const row = TABLE.find((r) => r.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
};
const gpr = (index: number, width: number, high = false) => registerOperand("gpr", index, width, high);
const memory = (fields: Partial<Extract<Operand, { kind: "memory" }>>): Operand => ({
  kind: "memory",
  segment: 3,
  base: -1,
  index: -1,
  scale: 0,
  displacement: 0n,
  ripRelative: false,
  width: 32,
  displacementSize: 0,
  ...fields,
});

describe("encode", () => {
  it("gives bytes that decode to the same instruction, for every row and form", () => {
    const draw = new Draw(1);
    let forms = 0;
    for (const row of TABLE) {
      let ofRow = 0;
      for (const { operands, context } of formsOf(row, 6, draw)) {
        const bytes = encode(row, operands, context);
        const back = decode(bytes, 0, context);
        const where = () => `${row.id} ${row.mnemonic} ${hex(bytes)} in ${context.mode}-bit mode`;
        if (isFailure(back)) throw new Error(`${where()}: ${back.kind}`);
        const { mode, lock, repeat, size, addressSize } = back;
        const got = {
          row: back.row.id,
          length: back.length,
          mode,
          lock,
          repeat,
          size,
          addressSize,
          operands: back.operands,
        };
        const wanted = { row: row.id, length: bytes.length, ...context, operands };
        if (!isDeepStrictEqual(got, wanted)) expect(got, where()).toEqual(wanted);
        ofRow++;
      }
      expect(ofRow, `forms of ${row.id}`).toBeGreaterThan(0);
      forms += ofRow;
    }
    expect(forms).toBeGreaterThan(TABLE.length * 6);
  });

  it("takes the shortest displacement that is not below the size asked for", () => {
    const row = rowNamed("01");
    const to = (m: Operand): string => hex(encode(row, [m, gpr(0, 32)], { mode: 64 }));
    expect(to(memory({ base: 3 }))).toBe("0103");
    expect(to(memory({ base: 13, displacement: 0n }))).toBe("41014500");
    expect(to(memory({ base: 12 }))).toBe("41010424");
    expect(to(memory({ base: 3, displacement: 127n }))).toBe("01437f");
    expect(to(memory({ base: 3, displacement: 128n }))).toBe("018380000000");
    expect(to(memory({ base: 3, displacement: 1n, displacementSize: 4 }))).toBe("018301000000");
    expect(to(memory({ displacement: 0x1000n }))).toBe("01042500100000");
  });

  it.each([
    ["ah with REX", "00", [gpr(0, 8, true), gpr(8, 8)], /need REX/],
    ["rsp as index", "01", [memory({ base: 0, index: 4 }), gpr(0, 32)], /no index/],
    ["r8 outside 64-bit mode", "01", [gpr(8, 32), gpr(0, 32)], /64-bit mode/, 32],
    ["different widths", "01", [gpr(0, 64), gpr(0, 32)], /not 32 bits|not 64 bits/],
    ["too many operands", "01", [gpr(0, 64)], /has 2 operands/],
    [
      "a displacement beyond 32 bits",
      "01",
      [memory({ displacement: 1n << 40n }), gpr(0, 32)],
      /does not fit/,
    ],
    ["a row of another mode", "40+ri64", [gpr(0, 32)], /not in 64-bit mode/],
    [
      "an immediate too wide",
      "83/0",
      [gpr(0, 32), { kind: "immediate", value: 200n, width: 32 }],
      /fit 8 bits/,
    ],
  ] as const)("refuses %s", (_what, id, operands, message, mode: 16 | 32 | 64 = 64) => {
    const size = id === "83/0" ? { size: 32 as const } : {};
    const act = () => encode(rowNamed(id), operands, { mode, ...size });
    expect(act).toThrow(EncodeError);
    expect(act).toThrow(message);
  });

  it("refuses LOCK on a register and repeats of what does not repeat", () => {
    expect(() => encode(rowNamed("01"), [gpr(0, 32), gpr(1, 32)], { mode: 64, lock: true })).toThrow(
      /locked/,
    );
    expect(() => encode(rowNamed("01"), [gpr(0, 32), gpr(1, 32)], { mode: 64, repeat: "rep" })).toThrow(
      /repeat/,
    );
  });
});
