/* The opcode maps: what makes a table wrong is an error that names the rows, and the choice between rows. */
import { describe, expect, it } from "vitest";
import { decodeWith, isFailure } from "../../src/isa/decode.ts";
import { buildDecodeTable } from "../../src/isa/decode-table.ts";
import type { Semantics } from "../../src/isa/ops.ts";
import { op, type Row, type RowOptions } from "../../src/isa/row.ts";
import { TABLE } from "../../src/isa/table.ts";

const nothing: Semantics = () => {};
const row = (opcode: number, name: string, operands = "", options: RowOptions = {}): Row =>
  op(opcode, name, operands, nothing, options);
const sse = { unit: "sse" } as const;

describe("buildDecodeTable", () => {
  it("takes the whole table", () => {
    expect(() => buildDecodeTable(TABLE)).not.toThrow();
  });

  it.each<[string, Row[], RegExp]>([
    [
      "two rows of one opcode",
      [row(0x01, "aaa", "Ev,Gv"), row(0x01, "bbb", "Eb,Gb", { w: 1 })],
      /01 "aaa" and 01w1 "bbb" accept the same bytes/,
    ],
    [
      "two rows of one digit",
      [row(0x80, "aaa", "Eb,Ib", { digit: 1 }), row(0x80, "bbb", "Eb,Ib", { digit: 1, mod: "reg" })],
      /accept the same bytes/,
    ],
    [
      "a digit and no digit",
      [row(0x80, "aaa", "Eb,Ib", { digit: 1 }), row(0x80, "bbb", "Eb,Gb")],
      /accept the same bytes/,
    ],
    [
      "a whole modrm byte in a digit",
      [row(0x0f01, "aaa", "", { modrm: 0xc8 }), row(0x0f01, "bbb", "Ew", { digit: 1 })],
      /accept the same bytes/,
    ],
    [
      "+r rows that meet",
      [row(0x50, "aaa", "Zv", { plus: true }), row(0x50, "bbb", "Zb", { plus: true, only: "o64" })],
      /accept the same bytes/,
    ],
    [
      "none and 66 that meet",
      [
        row(0x0f10, "aaa", "Vx,Wx", { ...sse, prefix: "66" }),
        row(0x0f10, "bbb", "Vx,Mx", { ...sse, prefix: "66", w: 0 }),
      ],
      /accept the same bytes/,
    ],
    [
      "VEX rows of any and one length",
      [
        row(0x0f38f2, "aaa", "Gy,By,Ey", { vex: { l: "ig" } }),
        row(0x0f38f2, "bbb", "Gy,By,Ey", { vex: { l: 0 } }),
      ],
      /accept the same bytes/,
    ],
    ["one id twice", [row(0x01, "aaa", "Ev,Gv"), row(0x01, "bbb", "Ev,Gv")], /two rows have the id 01/],
    [
      "a row behind four others",
      [
        row(0x0f10, "aaa", "Vx,Wx", { ...sse, prefix: "none" }),
        row(0x0f10, "bbb", "Vx,Wx", { ...sse, prefix: "66" }),
        row(0x0f10, "ccc", "Vx,Wx", { ...sse, prefix: "f3" }),
        row(0x0f10, "ddd", "Vx,Wx", { ...sse, prefix: "f2" }),
        row(0x0f10, "eee", "Vx,Wx", sse),
      ],
      /f10 "eee": no bytes reach it/,
    ],
    ["an opcode that is a prefix", [row(0x66, "aaa")], /no bytes reach it: the opcode is a prefix/],
    ["an opcode that is REX", [row(0x40, "aaa", "Zv", { plus: true })], /a REX prefix/],
    ["REX.W outside 64-bit mode", [row(0x98, "aaa", "", { w: 1, only: "i64" })], /REX.W does not exist/],
    ["LOCK before VEX", [row(0x0f38f2, "aaa", "Ey,By,Gy", { vex: { l: 0 }, lock: true })], /LOCK before VEX/],
    ["LOCK without memory", [row(0x98, "aaa", "", { lock: true })], /lock wants a memory form/],
    ["a whole modrm byte of a memory form", [row(0x0f01, "aaa", "", { modrm: 0x08 })], /register form/],
    ["an EVEX row", [row(0x0f10, "aaa", "Vx,Wx", { ...sse, evex: { l: 0 } })], /EVEX/],
  ])("refuses %s", (_what, rows, message) => {
    expect(() => buildDecodeTable(rows)).toThrow(message);
  });

  it("lets mod, digit, prefix, W, L and mode tell rows apart", () => {
    const rows = [
      row(0x0f01, "memory", "Ms", { digit: 0 }),
      row(0x0f01, "register", "Rv", { digit: 0, mod: "reg" }),
      row(0x0f10, "none", "Vx,Wx", { ...sse, prefix: "none" }),
      row(0x0f10, "p66", "Vx,Wx", { ...sse, prefix: "66" }),
      row(0x0f38f2, "w0", "Gy,By,Ey", { vex: { l: 0 }, w: 0 }),
      row(0x0f38f2, "w1", "Gy,By,Ey", { vex: { l: 0 }, w: 1 }),
      row(0x63, "in64", "Gv,Ed", { only: "o64" }),
      row(0x63, "not64", "Ew,Gw", { only: "i64" }),
    ];
    const maps = buildDecodeTable(rows);
    const name = (hex: string, mode: 16 | 32 | 64 = 64): string => {
      const found = decodeWith(maps, Uint8Array.from(Buffer.from(hex, "hex")), 0, mode);
      return isFailure(found) ? found.kind : found.mnemonic;
    };
    expect(name("0f0100")).toBe("memory");
    expect(name("0f01c0")).toBe("register");
    expect(name("0f01c8")).toBe("invalid");
    expect(name("0f10c0")).toBe("none");
    expect(name("660f10c0")).toBe("p66");
    expect(name("f30f10c0")).toBe("invalid");
    expect(name("c4e278f2c0")).toBe("w0");
    expect(name("c4e2f8f2c0")).toBe("w1");
    expect(name("c4e27cf2c0")).toBe("invalid");
    expect(name("63c0")).toBe("in64");
    expect(name("63c0", 32)).toBe("not64");
  });
});
