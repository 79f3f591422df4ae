/* The table of functions in images: its bytes, and that it is there for programs that ask for it alone. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { libraryText } from "../../../src/cli/build-sources.ts";
import { compile, programOf } from "../../../src/compiler/compile.ts";
import { functionTable, type TableFunction } from "../../../src/compiler/elf/function-table.ts";
import { ElfFile } from "../../../src/machine/boot/elf.ts";
import { requireTool } from "../../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-functions-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Read {
  readonly name: string;
  readonly address: number;
  readonly states: (readonly [offset: number, rule: number])[];
}
/** As the header of function-table.ts describes it. */
function read(bytes: Uint8Array): Read[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  const states = 4 + 12 * (count + 1);
  return Array.from({ length: count }, (_, i) => {
    const [address, name, state, , , end] = Array.from({ length: 6 }, (_, n) =>
      view.getUint32(4 + 12 * i + 4 * n, true),
    ) as [number, number, number, number, number, number];
    const text = bytes.subarray(name, bytes.indexOf(0, name));
    return {
      address,
      name: new TextDecoder().decode(text),
      states: Array.from({ length: end - state }, (_, n) => {
        const at = states + 4 * (state + n);
        return [view.getUint16(at, true), view.getUint16(at + 2, true)] as const;
      }),
    };
  });
}
const fn = (name: string, address: number, frame: TableFunction["frame"] = [], size = 16): TableFunction => ({
  name,
  address,
  size,
  frame,
});
const state = (offset: number, register: "rsp" | "rbp", displacement: number, rbp?: number) => ({
  offset,
  cfa: { register, displacement },
  saved: rbp === undefined ? [] : [{ register: "rbp", offset: -rbp }],
});

it("is sorted by address, and its rules are those of frames", () => {
  const table = functionTable([
    fn("später", 0x2000, [state(0, "rsp", 8), state(1, "rsp", 16, 16), state(4, "rbp", 16, 16)]),
    fn("first", 0x1000, [state(0, "rsp", 8), state(3, "rsp", 8184, 248)]),
    fn("none", 0x1800),
  ]);
  expect(read(table)).toEqual([
    { name: "first", address: 0x1000, states: [[0, 1], [3, 1023 | (31 << 10)]] }, // biome-ignore format: pairs
    { name: "none", address: 0x1800, states: [] },
    { name: "später", address: 0x2000, states: [[0, 1], [1, 2 | (2 << 10)], [4, 0x8002 | (2 << 10)]] }, // biome-ignore format: pairs
  ]);
  const end = new DataView(table.buffer).getUint32(4 + 12 * 3, true);
  expect(end).toBe(0x2010);
});
it("has no rule for what does not fit", () => {
  const [large, far, long] = read(
    functionTable([
      fn("large", 0, [state(0, "rsp", 8192)]),
      fn("far", 16, [state(0, "rsp", 800, 256)]),
      fn("long", 32, [state(0, "rsp", 8), state(0x1_0000, "rsp", 16)], 0x2_0000),
    ]),
  );
  expect(large?.states).toEqual([[0, 0]]);
  expect(far?.states).toEqual([[0, 0]]);
  expect(long?.states).toEqual([[0, 1], [0xffff, 0]]); // biome-ignore format: pairs
});
it("is empty without functions", () => {
  expect(read(functionTable([]))).toEqual([]);
});

const PROGRAM = `
declare const __symbols_start: u8;
function twice(x: u32): u32 { return pointer<u32>(u64(x)).value * 2; }
export function kmain(): void {
  out32(0xf4, twice(4) + u32(__symbols_start));
}`;
function image(source: string): Uint8Array<ArrayBuffer> {
  const compiled = compile({
    entry: "main.ts",
    readFile: (name) => (name === "main.ts" ? source : libraryText()),
    target: "kernel",
    debug: false,
    optimise: 0,
  });
  if ("diagnostics" in compiled) throw new Error(JSON.stringify(compiled.diagnostics));
  const program = programOf([compiled], { target: "kernel" });
  if ("diagnostics" in program) throw new Error(JSON.stringify(program.diagnostics));
  return Uint8Array.from(program.content);
}
it("lies in an image that asks for it, with the names and addresses that nm tells", (ctx) => {
  const nm = requireTool(ctx, "nm");
  const bytes = image(PROGRAM);
  const path = join(folder, "kernel.elf");
  writeFileSync(path, bytes);
  const symbols = spawnSync(nm, ["--defined-only", path], { encoding: "utf8" })
    .stdout.trim()
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, type]) => type === "T" || type === "t")
    .filter(([, , name]) => !/_(start|end)$/.test(name!) || name === "_start")
    .map(([address, , name]) => ({ name, address: Number.parseInt(address!, 16) }));
  const file = new ElfFile(bytes);
  const section = file.sections().find((s) => {
    const at = file.slice(s.offset, 4);
    return s.size > 100 && new DataView(at.buffer, at.byteOffset).getUint32(0, true) === symbols.length;
  });
  const table = read(file.slice(section!.offset, section!.size));
  expect(table.map(({ name, address }) => ({ name, address }))).toEqual(
    symbols.sort((a, b) => a.address - b.address),
  );
  expect(table.map(({ name }) => name)).toEqual(expect.arrayContaining(["_start", "kmain", "main.twice"]));
});
it("is not in one that does not", () => {
  const without = image(PROGRAM.replace("u32(__symbols_start)", "1").replace(/declare.*/, ""));
  expect(new TextDecoder("latin1").decode(without)).not.toContain(".symbols");
  expect(new TextDecoder("latin1").decode(image(PROGRAM))).toContain(".symbols");
});
