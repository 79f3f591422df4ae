// Places: fields, elements, pointers, bit fields, copies, volatile accesses. Expected values are worked out by hand.
import { describe, expect, it } from "vitest";
import { Interpreter } from "../../../src/compiler/ir/interpreter.ts";
import {
  address,
  array,
  assign,
  BOOL,
  binary,
  call,
  choose,
  compare,
  constant,
  convert,
  declare,
  deref,
  element,
  field,
  fn,
  get,
  giveBack,
  global,
  i32,
  int,
  load,
  lower,
  offset,
  place,
  pointer,
  result,
  run,
  struct,
  u8,
  u16,
  u32,
  u64,
  update,
  VOID,
  v,
  variable,
} from "./trees.ts";

const n = variable("n", u64, true);
const i64 = (x: number) => int(u64, x);

describe("places", () => {
  const pair = struct("Pair", { a: u32, b: u64 });

  it("has fields, elements and pointers, with displacements", () => {
    const list = variable("list", array(pair, 4));
    const p = variable("p", pointer(pair));
    const main = fn("main", [n], u64, [
      declare(list),
      run(assign(field(element(v(list), get(n)), "b"), i64(7))),
      declare(p, address(element(v(list), i64(1)))),
      run(assign(field(deref(offset(get(p), i64(1))), "b"), i64(100))),
      run(update(v(p), "add", i64(1))),
      run(update(field(deref(get(p)), "b"), "add", load(field(element(v(list), get(n)), "b")))),
      giveBack(load(field(element(v(list), i64(2)), "b"))),
    ]);
    expect(result({ functions: [main] }, [0])).toBe(107n);
    expect(result({ functions: [main] }, [2])).toBe(200n);
  });

  it("copies structures, also through a choice and an assignment's value", () => {
    const [x, y, z] = [variable("x", pair), variable("y", pair), variable("z", pair)];
    const main = fn("main", [n], u64, [
      declare(x),
      declare(y),
      run(assign(field(v(x), "b"), i64(1))),
      run(assign(field(v(y), "b"), i64(2))),
      declare(z, choose(compare("eq", get(n), i64(0)), get(x), get(y))),
      run(assign(v(x), assign(v(y), get(z)))),
      run(update(field(v(z), "b"), "add", i64(40))),
      giveBack(binary("add", load(field(v(z), "b")), binary("mul", load(field(v(x), "b")), i64(1000)))),
    ]);
    expect(result({ functions: [main] }, [0])).toBe(1041n);
    expect(result({ functions: [main] }, [1])).toBe(2042n);
  });

  it("evaluates the place of an update once, before the value, and gives before or after", () => {
    const [calls, list] = [variable("calls", u64), variable("list", array(u64, 4))];
    const next = update(v(calls), "add", i64(1), "before");
    const main = fn("main", [], u64, [
      declare(calls),
      declare(list),
      run(update(element(v(list), next), "add", binary("add", get(calls), i64(10)))),
      run(update(element(v(list), next), "add", i64(5), "after")),
      // 11, 5, 0, 0 and two calls.
      giveBack(
        binary(
          "add",
          binary("mul", load(element(v(list), i64(0))), i64(100)),
          binary("add", binary("mul", load(element(v(list), i64(1))), i64(10)), get(calls)),
        ),
      ),
    ]);
    expect(result({ functions: [main] })).toBe(1152n);
  });

  it("wraps in each width and goes by signedness", () => {
    const x = variable("x", i32, true);
    const shift = fn("main", [x], i32, [giveBack(binary("shr", get(x), int(i32, 33)))]);
    expect(result({ functions: [shift] }, [-8])).toBe(0xfffffffcn);
    const divide = fn("main", [x], i32, [giveBack(binary("rem", get(x), int(i32, 3)))]);
    expect(result({ functions: [divide] }, [-8])).toBe(0xfffffffen);
    const b = variable("b", u8, true);
    const wrap = fn("main", [b], u8, [giveBack(binary("add", get(b), int(u8, 10)))]);
    expect(result({ functions: [wrap] }, [250])).toBe(4n);
  });

  it("keeps bools as bytes and conditions", () => {
    const [a, b] = [variable("a", BOOL, true), variable("b", BOOL)];
    const main = fn("main", [a], BOOL, [
      declare(b, compare("ne", get(a), int(BOOL, 1))),
      giveBack(compare("lt", get(a), get(b))),
    ]);
    expect(result({ functions: [main] }, [0])).toBe(1n);
    expect(result({ functions: [main] }, [1])).toBe(0n);
  });

  it("converts f64 both ways", () => {
    const x = variable("x", i32, true);
    const f64 = { kind: "f64" } as const;
    const half = constant(f64, { kind: "f64", value: -0.5 });
    const product = binary("mul", convert(f64, "to f64", get(x)), half);
    const main = fn("main", [x], i32, [giveBack(convert(i32, "from f64", product))]);
    expect(result({ functions: [main] }, [-7])).toBe(3n);
    expect(result({ functions: [main] }, [9])).toBe(0xfffffffcn);
  });
});

describe("bit fields", () => {
  // In one u32: low 5 unsigned, then 7 bits, then 20.
  const bits = struct("Bits", { low: [u32, 0, 0, 5], mid: [u32, 0, 5, 7], high: [u32, 0, 12, 20] });
  const signed = struct("Signed", { low: [i32, 0, 0, 3], rest: [i32, 0, 3, 29] });

  it("changes only its bits, cuts what does not fit, and gives what is kept", () => {
    const x = variable("x", bits);
    const whole = deref(convert(pointer(u32), "bits", address(v(x))));
    const main = fn("main", [n], u64, [
      declare(x),
      run(assign(whole, int(u32, 0xffffffff))),
      giveBack(
        binary(
          "add",
          binary(
            "mul",
            convert(u64, "integer", assign(field(v(x), "mid"), convert(u32, "integer", get(n)))),
            int(u64, 1n << 32n),
          ),
          convert(u64, "integer", load(whole)),
        ),
      ),
    ]);
    // 0x1a5 cut to 7 bits is 0x25; 0xffffffff with bits 5–11 replaced.
    expect(result({ functions: [main] }, [0x1a5])).toBe((0x25n << 32n) | 0xfffff4bfn);
  });

  it("extends by signedness, and wraps in its own width", () => {
    const x = variable("x", signed);
    const main = fn("main", [], i32, [
      declare(x),
      run(assign(field(v(x), "rest"), int(i32, -2))),
      run(assign(field(v(x), "low"), int(i32, 3))),
      run(update(field(v(x), "low"), "add", int(i32, 1))),
      giveBack(binary("mul", load(field(v(x), "rest")), load(field(v(x), "low")))),
    ]);
    // 3 + 1 in 3 bits signed is −4; −2 · −4.
    expect(result({ functions: [main] })).toBe(8n);
  });

  it("accesses a volatile unit exactly once for a read, and once each way for a write", () => {
    const p = variable("p", pointer(bits, true), true);
    const put = fn("put", [p], VOID, [run(assign(field(deref(get(p)), "mid"), int(u32, 9)))]);
    const take = fn("take", [p], u32, [giveBack(load(field(deref(get(p)), "high")))]);
    const add = fn("add", [p], VOID, [run(update(field(deref(get(p)), "low"), "add", int(u32, 1)))]);
    const program = lower({
      functions: [put, take, add],
      globals: [
        {
          symbol: "g",
          name: "g",
          type: bits,
          initial: undefined,
          external: false,
          readOnly: false,
          attributes: {},
          place,
        },
      ],
    });
    const accesses = (symbol: string): string => {
      const seen: string[] = [];
      const machine = new Interpreter(program, {
        host: { access: (kind, _at, type, volatile) => void (volatile && seen.push(`${kind} ${type}`)) },
      });
      expect(machine.run(symbol, [machine.memory.symbol("g")]).kind).toBe("returned");
      return seen.join(", ");
    };
    expect(accesses("put")).toBe("load i32, store i32");
    expect(accesses("take")).toBe("load i32");
    expect(accesses("add")).toBe("load i32, store i32");
  });
});

describe("data", () => {
  it("lays out globals, pools strings, and relocates addresses", () => {
    const text = (s: string) => ({ kind: "string", bytes: new TextEncoder().encode(`${s}\0`) }) as const;
    const node = struct("Node", { next: pointer(u8), tag: u16, name: pointer(u8) });
    const f = fn("f", [], u64, [giveBack(i64(5))]);
    const globalOf = (symbol: string, more: object) => ({
      symbol,
      name: symbol,
      type: node,
      initial: undefined,
      external: false,
      readOnly: false,
      attributes: {},
      place,
      ...more,
    });
    const sources = {
      functions: [f],
      globals: [
        globalOf("zero", {}),
        globalOf("one", {
          readOnly: true,
          attributes: { align: 64, exported: true },
          initial: {
            kind: "aggregate",
            parts: [
              { offset: 0, type: pointer(u8), value: { kind: "address", symbol: "zero", offset: 8 } },
              { offset: 8, type: u16, value: { kind: "int", value: 0x1234n } },
              { offset: 16, type: pointer(u8), value: text("hi") },
            ],
          },
        }),
        globalOf("two", {
          attributes: { section: ".special" },
          initial: { kind: "aggregate", parts: [{ offset: 16, type: pointer(u8), value: text("hi") }] },
        }),
        globalOf("elsewhere", { external: true }),
      ],
    };
    const pieces = lower(sources).data.map(
      ({ symbol, section, kind, align, bytes, relocations, exported }) => [
        symbol,
        section,
        kind,
        align,
        Buffer.from(bytes).toString("hex"),
        relocations.map((r) => `${r.offset} ${r.kind} ${r.symbol}+${r.addend}`),
        exported,
      ],
    );
    expect(pieces).toEqual([
      ["zero", ".bss", "zeros", 8, "00".repeat(24), [], false],
      [
        "one",
        ".rodata",
        "read-only data",
        64,
        `${"00".repeat(8)}3412${"00".repeat(14)}`,
        ["0 R_X86_64_64 zero+8", "16 R_X86_64_64 .string.0+0"],
        true,
      ],
      ["two", ".special", "data", 8, "00".repeat(24), ["16 R_X86_64_64 .string.0+0"], false],
      [".string.0", ".rodata", "read-only data", 1, "686900", [], false],
    ]);
  });

  it("reads constants of aggregates, and calls through addresses in data", () => {
    const signature = { kind: "fn", params: [u64], result: u64 } as const;
    const double = fn("double", [n], u64, [giveBack(binary("add", get(n), get(n)))]);
    const table = array(pointer(signature), 2);
    const triple = fn("triple", [n], u64, [giveBack(binary("mul", get(n), i64(3)))]);
    const numbers = constant(array(u16, 3), { kind: "bytes", bytes: Uint8Array.of(1, 0, 2, 0, 3, 1) });
    const local = variable("local", array(u16, 3));
    const main = fn("main", [n], u64, [
      declare(local, numbers),
      giveBack(
        binary(
          "add",
          {
            kind: "call",
            callee: { pointer: load(element(global("table", table), get(n))) },
            signature,
            args: [i64(10)],
            type: u64,
            place,
          },
          convert(u64, "integer", load(element(v(local), i64(2)))),
        ),
      ),
    ]);
    const globals = [
      {
        symbol: "table",
        name: "table",
        type: table,
        initial: {
          kind: "aggregate" as const,
          parts: [
            {
              offset: 0,
              type: pointer(signature),
              value: { kind: "address" as const, symbol: "double", offset: 0 },
            },
            {
              offset: 8,
              type: pointer(signature),
              value: { kind: "address" as const, symbol: "triple", offset: 0 },
            },
          ],
        },
        external: false,
        readOnly: true,
        attributes: {},
        place,
      },
    ];
    const sources = { functions: [double, triple, main], globals };
    expect(result(sources, [0])).toBe(20n + 0x103n);
    expect(result(sources, [1])).toBe(30n + 0x103n);
    expect(call(double, i64(1)).type).toBe(u64);
  });
});
