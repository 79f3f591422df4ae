/*
 * Small programs and what the front end makes of them: types, layouts, constants, names. Offsets and sizes are those of the x86-64
 * psABI, computed by hand.
 */
import { describe, expect, it } from "vitest";
import type { Expression, Statement } from "../../../src/compiler/tree.ts";
import { type StructType, typeText } from "../../../src/compiler/types/type.ts";
import { functionOf, globalOf, treeOf } from "./sources.ts";

/** The statements of an exported function. */
const bodyOf = (text: string, symbol = "f"): readonly Statement[] => {
  const { body } = functionOf(treeOf(text), symbol);
  if (body?.kind !== "block") throw new Error(`${symbol} has no block`);
  return body.body;
};
/** What `export function f(…) { return X; }` returns. */
const returned = (text: string): Expression => {
  const last = bodyOf(text).at(-1);
  if (last?.kind !== "return" || last.value === undefined) throw new Error("nothing is returned");
  return last.value;
};
const structOf = (text: string, name: string): StructType => {
  const found = treeOf(text).types.find((t) => t.name === name);
  if (found?.kind !== "struct") throw new Error(`no structure ${name}`);
  return found;
};

describe("the typed tree", () => {
  it("has functions with exact types", () => {
    const f = functionOf(treeOf("export function add(a: u8, b: u8): u8 { return a + b; }"), "add");
    expect(f.type.params.map(typeText)).toEqual(["u8", "u8"]);
    expect(f.attributes).toEqual({ exported: true });
    expect(f.params.map((p) => p.name)).toEqual(["a", "b"]);
    expect(f.place).toMatchObject({ file: "main.ts", line: 1, column: 17 });
  });

  it("reads literals from the source, not from tsc's doubles", () => {
    const value = returned("export function f(): u64 { return 0xffff_8000_0000_0001; }");
    expect(value).toMatchObject({ kind: "constant", value: { kind: "int", value: 0xffff800000000001n } });
    expect(returned("export function f(): u64 { return 18446744073709551615; }")).toMatchObject({
      value: { value: 18446744073709551615n },
    });
  });

  it("gives constants of negative numbers their width", () => {
    expect(returned("export function f(): i16 { return -2; }")).toMatchObject({ value: { value: 0xfffen } });
  });

  it("computes numbers without a type exactly", () => {
    const text = "const A = 1 << 40; const B = A * 3 - 1; export function f(): u64 { return B; }";
    expect(returned(text)).toMatchObject({ value: { value: (1n << 40n) * 3n - 1n } });
    expect(treeOf(text).globals).toEqual([]);
  });

  it("checks narrowing conversions and extends by the source's sign", () => {
    const conversion = (from: string, to: string): unknown => {
      const value = returned(`export function f(x: ${from}): ${to} { return ${to}(x); }`);
      return value.kind === "convert" ? value.conversion : value.kind;
    };
    expect(conversion("u32", "u8")).toBe("check");
    expect(conversion("u8", "u32")).toBe("integer");
    expect(conversion("i8", "u32")).toBe("check");
    expect(conversion("u32", "i32")).toBe("check");
    expect(conversion("u32", "i64")).toBe("integer");
    expect(conversion("u64", "f64")).toBe("to f64");
    expect(conversion("f64", "i32")).toBe("from f64");
    expect(conversion("u64", "usize")).toBe("load");
    expect(returned("export function f(x: u32): u8 { return truncate<u8>(x); }")).toMatchObject({
      conversion: "integer",
    });
  });

  it("lays structures out as C does", () => {
    const text = `class S extends Struct { a: u8; b: u32; c: u16; d: ptr<S> | null; e: array<u8, 3>; }
      export function f(s: ptr<S>): u32 { return s.b; }`;
    const s = structOf(text, "S");
    expect(s.fields.map((f) => [f.name, f.offset])).toEqual([
      ["a", 0],
      ["b", 4],
      ["c", 8],
      ["d", 16],
      ["e", 24],
    ]);
    expect([s.size, s.align]).toEqual([32, 8]);
  });

  it("packs bit fields as the psABI does, and unions at 0", () => {
    const bits = structOf(
      `class B extends Struct { a: bitfield<3>; b: bitfield<30>; c: u8; d: bitfield<5, u8>; }
      class U extends Union { x: u64; y: u8; }
      export function f(b: ptr<B>, u: ptr<U>): u32 { return b.b; }`,
      "B",
    );
    // b does not fit behind a in 32 bits; c follows b's 30 bits at byte 8; d begins the next byte.
    expect(bits.fields.map((f) => [f.offset, f.bits])).toEqual([
      [0, { offset: 0, width: 3 }],
      [4, { offset: 0, width: 30 }],
      [8, undefined],
      [9, { offset: 0, width: 5 }],
    ]);
    expect(bits.size).toBe(12);
    const union = structOf(
      "class U extends Union { x: u64; y: u8; } export function f(u: ptr<U>): u8 { return u.y; }",
      "U",
    );
    expect([union.union, union.size, ...union.fields.map((f) => f.offset)]).toEqual([true, 8, 0, 0]);
  });

  it("takes offsets, @packed and @align", () => {
    const text = `
      /** @packed */
      class P extends Struct { limit: u16; base: u64; }
      class A extends Struct { low: u8; high: at<0x10, u32>; }
      /** @align 64 */
      class L extends Struct { x: u8; }
      static_assert(sizeof<P>() === 10);
      static_assert(offsetof<P>("base") === 2);
      static_assert(offsetof<A>("high") === 16 && sizeof<A>() === 20);
      static_assert(sizeof<L>() === 64 && alignof<L>() === 64);
      export function f(): void {}`;
    expect(treeOf(text).functions).toHaveLength(1);
  });

  it("puts a base's fields first, and takes pointers to it", () => {
    const text = `class A extends Struct { a: u32; get1(): u32 { return this.a; } }
      class B extends A { b: u8; }
      function g(a: ptr<A>): u32 { return a.a; }
      export function f(b: ptr<B>): u32 { return g(b) + b.get1(); }`;
    expect(structOf(text, "B").fields.map((f) => [f.name, f.offset])).toEqual([
      ["a", 0],
      ["b", 4],
    ]);
    const value = returned(text);
    expect(value).toMatchObject({
      kind: "binary",
      left: { kind: "call", callee: { symbol: "main.g" }, args: [{ kind: "convert", conversion: "bits" }] },
      right: { kind: "call", callee: { symbol: "main.A.get1" }, args: [{ kind: "convert" }] },
    });
  });

  it("makes an instance of a generic function for each type", () => {
    const tree = treeOf(`function max<T extends number>(a: T, b: T): T { return a > b ? a : b; }
      export function f(a: u8, b: i64): i64 { return i64(max(a, 3)) + max<i64>(b, 5); }`);
    expect(tree.functions.map((f) => f.symbol)).toEqual(["f", "main.max$u8", "main.max$i64"]);
    expect(tree.functions[1]?.name).toBe("max<u8>");
  });

  it("makes generic structures, with numbers as arguments too", () => {
    const text = `class Ring<T, N extends number> extends Struct {
        head: u32; items: array<T, N>;
        push(item: T): void { this.items[this.head % u32(this.items.length)] = item; this.head++; }
      }
      const ring: Ring<u16, 6> = zeroed();
      export function f(): void { ring.push(7); }
      static_assert(sizeof<Ring<u16, 6>>() === 16);`;
    const tree = treeOf(text);
    expect(tree.types.map((t) => t.name)).toContain("Ring<u16, 6>");
    expect(tree.functions.map((f) => f.symbol)).toEqual(["f", "main.Ring$u16$6.push"]);
  });

  it("has constants of globals: structures, arrays, addresses, bit fields, bytes", () => {
    const tree =
      treeOf(`class P extends Struct { a: bitfield<4>; b: bitfield<4>; c: u16; next: ptr<P> | null; }
      export const list: array<P, 2> = [init({ c: 9 })];
      export const p: P = { a: 1, b: 2, c: 3, next: addressOf(list[1]) };
      export let text: ptr<u8> = "hé";
      export const raw: array<u8, 4> = bytes("ab");
      export const call: fn<() => void> = f;
      export const zeros: array<u8, 4096> = zeroed();
      export function f(): void {}`);
    expect(globalOf(tree, "p").initial).toEqual({
      kind: "aggregate",
      parts: [
        { offset: 2, type: { kind: "int", bits: 16, signed: false }, value: { kind: "int", value: 3n } },
        { offset: 8, type: expect.anything(), value: { kind: "address", symbol: "list", offset: 16 } },
        { offset: 0, type: { kind: "int", bits: 8, signed: false }, value: { kind: "int", value: 0x21n } },
      ],
    });
    expect(globalOf(tree, "text")).toMatchObject({
      readOnly: false,
      initial: { kind: "string", bytes: Uint8Array.of(0x68, 0xc3, 0xa9, 0) },
    });
    expect(globalOf(tree, "raw").initial).toEqual({ kind: "bytes", bytes: Uint8Array.of(0x61, 0x62) });
    expect(globalOf(tree, "call").initial).toEqual({ kind: "address", symbol: "f", offset: 0 });
    expect(globalOf(tree, "zeros").initial).toBeUndefined();
  });

  it("reads module constants as their values, and keeps out what is not reached", () => {
    const tree = treeOf(`const LIMIT: u32 = 4 * 1024; let unused: u32 = 1;
      function dead(): void { unused = 2; }
      export function f(): u32 { return LIMIT; }`);
    expect(functionOf(tree, "f").body).toMatchObject({
      body: [{ kind: "return", value: { kind: "constant", value: { value: 4096n } } }],
    });
    expect(tree.functions.map((f) => f.symbol)).toEqual(["f"]);
    expect(tree.globals.map((g) => g.symbol)).not.toContain("main.unused");
  });

  it("has enums with a base, which combine to themselves", () => {
    const tree = treeOf(`/** @base u8 */ enum E { A = 1, B = A << 2, C }
      export function f(): E { return E.A | E.B; } export function g(e: E): u8 { return u8(e); }
      static_assert(E.C === (5 as E));`);
    expect(tree.types).toMatchObject([
      { kind: "enum", name: "E", base: { bits: 8 }, members: [{ value: 1n }, { value: 4n }, { value: 5n }] },
    ]);
    expect(functionOf(tree, "f").type.result).toBe(tree.types[0]);
  });

  it("lifts functions that capture nothing", () => {
    const tree = treeOf(`function apply(f: fn<(x: u32) => u32>, x: u32): u32 { return f(x); }
      export function f(): u32 { const twice = (x: u32): u32 => x * 2; return apply(twice, apply((x) => x + 1, 3)); }`);
    expect(tree.functions.map((f) => f.symbol)).toEqual(["main.apply", "f", "f.twice", "f.function2"]);
  });

  it("finds members of imported modules, and names by file", () => {
    const files = {
      "uart.ts": `export const PORT: u16 = 0x3f8; export function put(c: u8): void { out8(PORT, c); }
        /** @export */ export function keep(): void {} export declare function other(): void;`,
    };
    const tree = treeOf(
      `import * as uart from "./uart.ts"; import { put as send } from "./uart.ts";
      export function f(): void { uart.put(1); send(2); uart.other(); }`,
      files,
    );
    expect(tree.functions.map((f) => [f.symbol, f.body !== undefined])).toEqual([
      ["uart.put", true],
      ["keep", true],
      ["other", false],
      ["f", true],
    ]);
    expect(tree.files.map((f) => f.name)).toEqual(["main.ts", "uart.ts"]);
  });

  it("labels loops and jumps", () => {
    const [outer] = bodyOf(`export function f(n: u32): void {
      outer: for (let i: u32 = 0; i < n; i++) { while (true) { if (i === 3) continue outer; break; } }
    }`);
    if (outer?.kind !== "block" || outer.body[1]?.kind !== "loop") throw new Error("no loop");
    const loop = outer.body[1];
    expect(loop.label.name).toBe("outer");
    const inner = loop.body.kind === "block" ? loop.body.body[0] : undefined;
    if (inner?.kind !== "loop" || inner.body.kind !== "block") throw new Error("no inner loop");
    const [test, stop] = inner.body.body;
    if (test?.kind !== "if" || test.then.kind !== "block" || stop?.kind !== "break")
      throw new Error("no jumps");
    const jump = test.then.body[0];
    expect(jump?.kind === "continue" && jump.label === loop.label).toBe(true);
    expect(stop.label).toBe(inner.label);
  });

  it("has asm with registers, immediates and a result", () => {
    const value = returned(`export function f(a: u64): u64 {
      return asm<u64>({ in: { rdi: a }, clobbers: ["rcx", "memory"] })\`mov \${asm.result}, \${a}; add rax, \${5}\`;
    }`);
    expect(value).toMatchObject({
      kind: "asm",
      asm: {
        text: "mov $3, $1; add rax, $2",
        inputs: [{ at: "rdi" }, { at: "any" }, { at: "constant" }],
        output: "any",
        clobbers: ["rcx", "memory"],
      },
    });
  });

  it("marks interrupt handlers by what they take", () => {
    const tree = treeOf(`class Frame extends Struct { rip: u64; }
      function tick(frame: ptr<Frame>): void {} function fault(frame: ptr<Frame>, code: u64): void {}
      export function f(): usize { return address(isr(tick)) + address(isr(fault)); }`);
    expect(functionOf(tree, "main.tick").attributes.isr).toBe("plain");
    expect(functionOf(tree, "main.fault").attributes.isr).toBe("error code");
  });

  it("reads tags", () => {
    const tree = treeOf(`/** @noinline @section .boot.text @align 16 */
      export function f(): void { asm\`hlt\`; stop(); }
      /** @naked @noreturn */
      function stop(): void { asm\`hlt\`; }
      /** @section .data.boot @align 4096 */
      export let page: array<u8, 4096> = zeroed();`);
    expect(functionOf(tree, "f").attributes).toEqual({
      inline: "never",
      section: ".boot.text",
      align: 16,
      exported: true,
    });
    expect(functionOf(tree, "main.stop").attributes).toEqual({ naked: true, noreturn: true });
    expect(globalOf(tree, "page").attributes).toEqual({ section: ".data.boot", align: 4096, exported: true });
  });

  it("is the same for the same sources", () => {
    const text = "class A extends Struct { x: u8; } export function f(a: ptr<A>): u8 { return a.x; }";
    const show = (): string =>
      JSON.stringify(treeOf(text), (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));
    expect(show()).toBe(show());
  });
});
