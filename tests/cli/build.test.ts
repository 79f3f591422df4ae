/*
 * `vitrine build` as docs/build.md describes it: outputs, statuses, what is said of bad programs and bad use, and --watch.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { ELF_TYPE, ElfFile } from "../../src/machine/boot/elf.ts";
import { symbolsIn } from "../../src/machine/boot/elf-symbols.ts";
import { builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vitrine-build-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});
const at = (name: string): string => join(folder, name);
function file(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}
const SEVEN = "export function main(): i32 {\n  return 7;\n}\n";

async function build(...args: string[]): Promise<{ status: number; err: string }> {
  let err = "";
  const returned = await main(["build", ...args], {
    out: () => {},
    err: (text) => {
      err += text;
    },
  });
  const status = returned ?? Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { status, err };
}
const run = (path: string): number | null => spawnSync(path).status;

describe("vitrine build", () => {
  it("makes a program that runs", async () => {
    expect(await build(file("seven.ts", SEVEN), "-o", at("seven"))).toEqual({ status: 0, err: "" });
    expect(statSync(at("seven")).mode & 0o100).toBe(0o100);
    if (process.platform === "linux" && process.arch === "x64") expect(run(at("seven"))).toBe(7);
  });
  it("makes the same file each time, and leaves no other behind", async () => {
    const source = file("same.ts", SEVEN);
    await build(source, "-o", at("one"), "--debug");
    await build(source, "-o", at("two"), "--debug");
    expect(readFileSync(at("one"))).toEqual(readFileSync(at("two")));
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
  it("says the same whether tsc looks at the types beside the compiler or in it", async () => {
    const sources = {
      good: SEVEN,
      // tsc's own errors, ours, and both on one line.
      types: `${SEVEN}function unused(x: u32): u32 {\n  nothing(x);\n  return "text";\n}\n`,
      both: "export function main(): i32 {\n  const p: ptr<u8> = 5;\n  nothing(p);\n  return 7 / 0.5;\n}\n",
      syntax: "export function main( {\n",
    };
    for (const [name, text] of Object.entries(sources)) {
      const source = file(`${name}.ts`, text);
      // The built program has a thread for tsc; the sources have none.
      const args = [builtProgram(), "build", source, "-o", at(`${name}-built`)];
      const built = spawnSync(process.execPath, args, { encoding: "utf8" });
      const here = await build(source, "-o", at(`${name}-here`));
      expect({ status: built.status, err: built.stderr }, name).toEqual(here);
      expect(here.status, name).toBe(name === "good" ? 0 : 1);
      if (name === "types") expect(here.err).toContain("error TS2304");
      if (name === "good") expect(readFileSync(at("good-built"))).toEqual(readFileSync(at("good-here")));
    }
  });
  it("makes objects that gcc links with C", async (ctx) => {
    const gcc = requireTool(ctx, "gcc");
    const source = file(
      "twice.ts",
      "declare function after(x: i32): i32;\nexport function twice(x: i32): i32 { return after(x + x); }\n",
    );
    expect(await build(source, "--emit", "obj", "--debug", "-o", at("twice.o"))).toEqual({
      status: 0,
      err: "",
    });
    expect(new ElfFile(readFileSync(at("twice.o"))).type).toBe(ELF_TYPE.relocatable);
    const c = file(
      "main.c",
      "int twice(int); int after(int x) { return x + 1; } int main(void) { return twice(20); }",
    );
    const { status, stderr } = spawnSync(gcc, ["-o", at("by-gcc"), c, at("twice.o")], { encoding: "latin1" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(run(at("by-gcc"))).toBe(41);
  });
  it("prints assembly and IR", async () => {
    const source = file("text.ts", SEVEN);
    await build(source, "--emit", "asm", "-o", at("text.s"));
    expect(readFileSync(at("text.s"), "utf8")).toMatch(/^section \.text\n\nmain: .*\n.*mov eax, 7/s);
    await build(source, "--emit", "ir", "-o", at("text.ir"));
    expect(readFileSync(at("text.ir"), "utf8")).toMatch(/function @main\(.*\) -> i32 exported/);
  });
  it("dumps the IR after passes", async () => {
    const source = file(
      "dump.ts",
      "export function main(argc: i32): i32 {\n  let x: i32 = argc;\n  return x;\n}\n",
    );
    const { status, err } = await build(source, "--dump", "0m", "-o", at("dump"));
    expect(status).toBe(0);
    expect(err).toMatch(/^; after lowering\n(.*\n)*.*slot(.*\n)*; after mem2reg\n/);
  });
  it("puts images and sections where they are wanted", async () => {
    const source = file(
      "place.ts",
      "/** @section .low */\nexport function low(): void {}\nexport function kmain(): void { low(); }\n",
    );
    const { status, err } = await build(
      ...[source, "--target", "kernel", "--base", "4M", "--section", ".low=0x800000", "-o", at("place.elf")],
    );
    expect([status, err]).toEqual([0, ""]);
    const symbols = symbolsIn(readFileSync(at("place.elf")));
    expect(symbols.find((s) => s.name === "low")?.address).toBe(0x80_0000n);
    expect(symbols.find((s) => s.name === "_start")?.address).toBeGreaterThanOrEqual(0x40_0000n);
  });
});

describe("a program with a fault", () => {
  it("is told with place, line and caret, status 1, and the output that was there stays", async () => {
    file("old", "old");
    const source = file(
      "bad.ts",
      "export function main(): i32 {\n  const x: u8 = 1;\n  const y: u32 = x;\n  return 0;\n}\n",
    );
    const { status, err } = await build(source, "-o", at("old"));
    expect(status).toBe(1);
    expect(err).toMatch(/bad\.ts:3:18: error VT\d{4}: .*\n {4}const y: u32 = x;\n {19}\^\n/);
    expect(readFileSync(at("old"), "utf8")).toBe("old");
  });
  it.each([
    ["missing import", 'import { x } from "./nowhere.ts";\nexport const main = x;\n', /nowhere\.ts/],
    [
      "no main",
      "export function other(): void {}\n",
      /VT6003: there is no exported symbol main, where the program begins\n {2}hint: /,
    ],
    [
      "function that is declared only",
      "declare function gone(): i32;\nexport function main(): i32 { return gone(); }\n",
      /:2:\d+: error VT6001: symbol gone is not defined, which main uses/,
    ],
    [
      "code and data in one section",
      "/** @section .both */\nlet x: u32 = 1;\n/** @section .both */\nexport function main(): i32 { return i32(x++); }\n",
      /VT6004: section \.both holds/,
    ],
  ])("%s", async (name, text, message) => {
    const out = at(`${name}.out`);
    const { status, err } = await build(file("fault.ts", text), "-o", out);
    expect(err).toMatch(message);
    expect(status).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
  it("whose file is missing", async () => {
    const { status, err } = await build(at("none.ts"), "-o", at("none"));
    expect(err).toMatch(/^error VT5001: cannot read .*none\.ts\n {2}hint: .*\n$/);
    expect(status).toBe(1);
  });
  it("with sections that overlap", async () => {
    const source = file("overlap.ts", "/** @section .low */\nexport function kmain(): void {}\n");
    const { status, err } = await build(
      source,
      "--target",
      "kernel",
      "--section",
      ".low=0x200000",
      "-o",
      at("overlap"),
    );
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/VT6005: sections .* overlap\n {2}hint: --section .*\n$/),
    ]);
    expect(existsSync(at("overlap"))).toBe(false);
  });
});

describe("bad use is one line and status 2", () => {
  it.each([
    [["--target", "mars"], /argument 'mars' is invalid/],
    [["--emit", "wasm"], /argument 'wasm' is invalid/],
    [["--dump", "mZ"], /no pass has the letter Z; there are 0 lowering, /],
    [["--base", "5"], /multiple of 4096/],
    [["--base", "4G"], /below 2 GiB/],
    [["--section", ".text"], /NAME=ADDRESS/],
    [["--emit", "obj", "--base", "4M"], /are for --emit elf/],
    [["--watch", "-o", "-"], /--watch needs a file/],
    [["--what"], /unknown option/],
  ])("%j", async (args, message) => {
    const { status, err } = await build(file("use.ts", SEVEN), ...args);
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain("\n");
    expect(status).toBe(2);
  });
  it("an output that cannot be written", async () => {
    mkdirSync(at("read-only"), { recursive: true });
    chmodSync(at("read-only"), 0o500);
    const missing = await build(file("use.ts", SEVEN), "-o", at("no-folder/out"));
    expect(missing).toEqual({
      status: 2,
      err: expect.stringMatching(/no-folder\/out.*: no such file or directory\n$/),
    });
    expect((await build(file("use.ts", SEVEN), "-o", folder)).status).toBe(2);
  });
});

describe("--watch", () => {
  it("builds again when a file or an import of it changes, and says one line each time", async () => {
    const lib = file("watched-lib.ts", "export function value(): i32 {\n  return 1;\n}\n");
    const source = file(
      "watched.ts",
      'import { value } from "./watched-lib.ts";\nexport function main(): i32 {\n  return value();\n}\n',
    );
    const cli = join(root, "src/cli/main.ts");
    const args = [
      "--import",
      import.meta.resolve("tsx"),
      cli,
      "build",
      source,
      "-o",
      at("watched"),
      "--watch",
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    let wake: () => void = () => {};
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      wake();
    });
    const says = async (what: RegExp): Promise<string> => {
      while (!what.test(said)) await new Promise<void>((resolve) => (wake = resolve));
      const text = said;
      said = "";
      return text;
    };
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    try {
      expect(await says(/\n/)).toMatch(/^built .*watched in \d+ ms\n$/);
      writeFileSync(lib, "export function value(): i32 {\n  return wrong;\n}\n");
      expect(await says(/not built/)).toMatch(/watched-lib\.ts:2:10: error (.*\n)+not built \(\d+ ms\)\n$/);
      writeFileSync(lib, "export function value(): i32 {\n  return 9;\n}\n");
      expect(await says(/built .*\n/)).toMatch(/^built .*watched in \d+ ms\n$/);
      if (process.platform === "linux" && process.arch === "x64") expect(run(at("watched"))).toBe(9);
    } finally {
      child.kill("SIGINT");
    }
    expect(await ended).toBe(0);
  });
});
