/*
 * Debugging information of compiled programs: llvm-dwarfdump and readelf find no fault in it, and gdb tells blocks, inlined calls, types and
 * the arguments of optimised code.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requireTool } from "../../support/tools.ts";
import { build, gdb, root } from "../debugger.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-dwarf-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("other programs' readers find no fault", () => {
  const programs: readonly [entry: string, target: "linux" | "kernel"][] = [
    ["tests/compiler/run/generic-structs.ts", "linux"],
    ["tests/compiler/run/sha256.ts", "linux"],
    ["tests/compiler/run/asm-naked.ts", "linux"],
    ["tests/compiler/run/switch-dense.ts", "linux"],
    ["kernel/hello.ts", "kernel"],
  ];
  const cases = programs.flatMap(([entry, target]) =>
    [true, false].map((debug) => ({ entry, target, debug })),
  );
  for (const { entry, target, debug } of cases) {
    it(`${entry}, ${debug ? "debug" : "release"}`, (ctx) => {
      const verifier = requireTool(ctx, "llvm-dwarfdump");
      const reader = requireTool(ctx, "readelf");
      const program = build({ folder, name: "verified", entry, target, debug });
      const verified = spawnSync(verifier, ["--verify", program], { encoding: "utf8" });
      expect([verified.status, verified.stdout.trimEnd().split("\n").at(-1)]).toEqual([0, "No errors."]);
      const sections = "info,abbrev,rawline,decodedline,Ranges,loc,frames-interp,str";
      const read = spawnSync(reader, [`--debug-dump=${sections}`, program], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      expect([read.status, read.stderr]).toEqual([0, ""]);
      expect(read.stdout).toContain("DW_TAG_subprogram");
    });
  }
});

const SCOPES = `/** @noinline */
function outer(x: u64): u64 {
  let r: u64 = x;
  {
    let x: u32 = 7;
    r += u64(x);
    {
      let x: u8 = 9;
      r += u64(x); // inmost
    }
    r += u64(x); // middle
  }
  for (let i: u64 = 0; i < 3; i++) {
    const x: u64 = i + 40;
    r += x; // loop
  }
  switch (r) {
    case 1: {
      const x: i64 = -1;
      return u64(x);
    }
    default:
      const y: u64 = r - 1;
      r = y; // switch
  }
  return r; // end
}
export function main(): i32 {
  /** @align 64 */
  let aligned: array<u64, 8> = zeroed();
  aligned[2] = 17;
  aligned[3] = outer(aligned[2]);
  return aligned[3] > 4 ? 0 : 1; // main
}
`;
const line = (text: string, mark: string): number =>
  text.split("\n").findIndex((l) => l.includes(`// ${mark}`)) + 1;

describe("blocks in gdb", () => {
  it("have their own variables, the innermost first", (ctx) => {
    const program = build({ folder, name: "scopes", entry: "scopes.ts", sources: { "scopes.ts": SCOPES } });
    const marks = ["inmost", "middle", "loop", "switch", "end"];
    const commands = [
      ...marks.map((mark) => `tbreak scopes.ts:${line(SCOPES, mark)}`),
      `tbreak scopes.ts:${line(SCOPES, "main")}`,
      "run",
      ...marks.flatMap((mark) => ["info locals", `echo -- ${mark}\\n`, "print x", "continue"]),
      "info locals",
    ];
    const out = gdb(requireTool(ctx, "gdb"), program, commands, folder);
    const locals = out.match(/(?<=\n\d+\t.*\n)(?:\w+ = .*\n)+(?=-- )/g)?.map((text) => text.trimEnd());
    expect(locals).toEqual([
      "x = 9 '\\t'\nx = 7\nr = 24",
      "x = 7\nr = 33",
      "x = 40\ni = 0\nr = 40",
      "y = 162\nr = 163",
      "r = 162",
    ]);
    expect(out.match(/\$\d+ = \S+/g)).toEqual(["$1 = 9", "$2 = 7", "$3 = 40", "$4 = 17", "$5 = 17"]);
    expect(out).toContain("aligned = {0, 0, 17, 162, 0, 0, 0, 0}\n");
  });
});

const OPTIMISED = `let sink: u64 = 0;
function square(n: u64): u64 {
  const wide: u64 = n * n;
  if (wide > 100) {
    const half: u64 = wide / 2;
    sink += half; // stop
    return half;
  }
  sink += wide;
  return wide;
}
function twice(n: u64): u64 {
  let total: u64 = square(n); // first
  total += square(n + 5); // second
  return total;
}
/** @noinline */
function leaf(a: u64, b: u32, c: u8, d: f64): u64 {
  return a * 3 + u64(b) + u64(c) + u64(d);
}
/** @noinline */
function middle(a: u64, n: u32, flag: bool, p: ptr<u64>, s5: u64, s6: i16, s7: u64, s8: i8): u64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < n; i++) {
    sum += leaf(a, n, u8(s6 + 140), f64(s5) / 20) + p.value;
    if (flag) sum += s5 * u64(u16(s6)) + s7 / u64(u8(-s8));
  }
  return sum ^ leaf(a, n, u8(s6 + 140), f64(s5) / 20) ^ a ^ u64(n);
}
export function main(argc: i32): i32 {
  const x: u64 = 6;
  // None of the arguments is a constant that could take the parameter's place.
  const one = u64(argc);
  const kept = middle(one + 10, u32(one) + 8, one > 0, addressOf(x), one + 49, i16(one) + 59, one + 69, i8(one) - 9);
  const r = kept + twice(one + 20); // call
  return r === 0 ? 1 : 0;
}
`;

describe("optimised code in gdb", () => {
  const program = (): string =>
    build({
      folder,
      name: "optimised",
      entry: "optimised.ts",
      sources: { "optimised.ts": OPTIMISED },
      debug: false,
    });

  it("has inlined calls in its backtraces, with the places of the calls", (ctx) => {
    const stop = line(OPTIMISED, "stop");
    const out = gdb(
      requireTool(ctx, "gdb"),
      program(),
      [`break optimised.ts:${stop}`, "run", "bt", "continue", "bt"],
      folder,
    );
    const traces = out
      .match(/(?:^#\d.*\n)+/gm)
      ?.map((t) => t.replace(/ \(.*?\)|0x[0-9a-f]+ in /g, "").replace(/ +/g, " "));
    const trace = (mark: string): string =>
      [
        `#0 square at optimised.ts:${stop}`,
        `#1 twice at optimised.ts:${line(OPTIMISED, mark)}`,
        `#2 main at optimised.ts:${line(OPTIMISED, "call")}`,
        "",
      ].join("\n");
    expect(traces).toEqual([trace("first"), trace("second")]);
  });

  it("tells arguments where they still are, and never wrong ones", (ctx) => {
    const steps = 150;
    const out = gdb(
      requireTool(ctx, "gdb"),
      program(),
      ["break middle", "run", ...Array.from({ length: steps }, () => ["bt 2", "stepi"]).flat()],
      folder,
    );
    const known: Readonly<Record<string, RegExp>> = {
      a: /^11$/,
      b: /^9$/,
      c: /^200 /,
      d: /^2.5$/,
      n: /^9$/,
      flag: /^true$/,
      p: /^0x[0-9a-f]+$/,
      s5: /^50$/,
      s6: /^60$/,
      s7: /^70$/,
      s8: /^-8 /,
      argc: /^1$/,
    };
    const seen = new Map<string, number>();
    for (const [, list = ""] of out.matchAll(/^#\d.*? \((.*)\) at /gm)) {
      for (const [, name = "", value = ""] of list.matchAll(/(\w+)=(<optimized out>|[^,]+)/g)) {
        if (value === "<optimized out>") continue;
        expect(value, `${name} in ${list}`).toMatch(known[name] ?? /^unknown$/);
        seen.set(name, (seen.get(name) ?? 0) + 1);
      }
    }
    const names = ["a", "b", "c", "d", "flag", "n", "p", "s5", "s6", "s7", "s8"];
    expect(names.filter((name) => !seen.has(name))).toEqual([]);
    // The ones that the loop needs are there most of the time.
    expect(Math.min(...["a", "n", "p"].map((name) => seen.get(name)!))).toBeGreaterThan(steps / 2);
  });
});

const TYPES = `/** @base u16 */
enum Colour { Red = 1, Green, Blue = 40 }
class Word extends Union { number: u64; parts: array<u8, 8>; }
class Pair<A, B> extends Struct { first: A; second: B; }
class Node extends Struct {
  next: ptr<Node> | null;
  colour: Colour;
  flags: bitfield<3>;
  ready: bitfield<1, bool>;
  grid: array<array<i16, 3>, 2>;
  call: fn<(node: ptr<Node>, by: i64) => bool> | null;
  device: mmio<u32> | null;
  word: Word;
  pair: Pair<u8, ptr<Word>>;
}
const colours: array<Colour, 3> = [Colour.Red, Colour.Blue, Colour.Green];
function largest<T extends number, N extends number>(of: ptr<array<T, N>>): T {
  let most: T = of.value[0];
  for (let i: usize = 1; i < of.value.length; i++) if (of.value[i] > most) most = of.value[i];
  return most; // generic
}
export function main(): i32 {
  const node: Node = init({ colour: Colour.Blue, flags: 5, ready: true, grid: [[1, 2, 3], [-4, 5, 6]] });
  node.word.number = 0x0807060504030201;
  node.pair.first = 200;
  const anything: ptr<unknown> = addressOf(node);
  const numbers: array<i32, 4> = [3, -9, 12, 4];
  const most = largest(addressOf(numbers));
  return anything === null ? most : i32(colours[0] === Colour.Blue); // types
}
`;

describe("types in gdb", () => {
  it("are C's: enums, arrays, unions, bit fields, function pointers, generics", (ctx) => {
    const program = build({ folder, name: "types", entry: "types.ts", sources: { "types.ts": TYPES } });
    const out = gdb(
      requireTool(ctx, "gdb"),
      program,
      [
        `tbreak types.ts:${line(TYPES, "generic")}`,
        `tbreak types.ts:${line(TYPES, "types")}`,
        "run",
        "whatis of",
        "whatis most",
        "bt 1",
        "continue",
        "ptype Node",
        "ptype Colour",
        "ptype Word",
        "ptype node.pair",
        "whatis node.grid",
        "whatis anything",
        "whatis colours",
        "print colours",
        "print node.colour",
        "print node.flags",
        "print node.ready",
        "print node.grid",
        "print/x node.word.parts",
        "print most",
        "whatis main",
      ],
      folder,
    );
    expect(out).toContain("type = i32 (*)[4]\ntype = i32\n#0  largest<i32, 4> (of=0x");
    expect(out).toContain(
      [
        "type = struct Node {",
        "    Node *next;",
        "    Colour colour;",
        "    u32 flags : 3;",
        "    bool ready : 1;",
        "    i16 grid[2][3];",
        "    bool (*call)(Node *, i64);",
        "    volatile u32 *device;",
        "    Word word;",
        "    Pair<u8, ptr<Word>> pair;",
        "}",
        "type = enum Colour {Red = 1, Green, Blue = 40}",
        "type = union Word {",
        "    u64 number;",
        "    u8 parts[8];",
        "}",
        "type = struct Pair<u8, ptr<Word>> {",
        "    u8 first;",
        "    Word *second;",
        "}",
        "type = i16 [2][3]",
        "type = void *",
        "type = Colour [3]",
        "$1 = {Red, Blue, Green}",
        "$2 = Blue",
        "$3 = 5",
        "$4 = true",
        "$5 = {{1, 2, 3}, {-4, 5, 6}}",
        "$6 = {0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8}",
        "$7 = 12",
        "",
      ].join("\n"),
    );
    expect(out).toContain("type = i32 (void)");
  });
  it("are there for the whole kernel", (ctx) => {
    const kernel = build({ folder, name: "hello.elf", entry: "kernel/hello.ts", target: "kernel" });
    const out = gdb(
      requireTool(ctx, "gdb"),
      kernel,
      ["ptype TablePointer", "print sizeof(TablePointer)"],
      root,
    );
    expect(out).toContain("type = struct TablePointer {\n    u16 limit;\n    u64 base;\n}\n$1 = 10\n");
  });
});
