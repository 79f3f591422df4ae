/* `vitrine asm` and `vitrine disasm` as a user runs them: output, files, ELF symbols, and one line for what is wrong. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { parseElf } from "../../src/cli/elf.ts";
import { main } from "../../src/cli/program.ts";
import { builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-asm-"));
const path = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.restoreAllMocks());

async function vitrine(...args: string[]): Promise<{ status: number | undefined; out: string; err: string }> {
  let out = "";
  let err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const status = await main(args, terminal);
  vi.restoreAllMocks();
  return { status, out, err };
}

describe("vitrine asm", () => {
  it("prints the bytes of lines", async () => {
    expect(await vitrine("asm", "mov rax, 1")).toEqual({
      status: undefined,
      out: "b8 01 00 00 00\n",
      err: "",
    });
    expect((await vitrine("asm", "--mode", "16", "--base", "0x7c00", "jmp 0x7c00", "hlt")).out).toBe(
      "eb fe f4\n",
    );
  });

  it.each([
    ["64K", "b800000100"],
    ["0x10000", "b800000100"],
    ["10000h", "b800000100"],
    ["1m", "b800001000"],
    ["0b1", "b801000000"],
  ])("takes --base %s, as the other commands do", async (base, bytes) => {
    const { out } = await vitrine("asm", "--mode", "32", "--base", base, "mov eax, $");
    expect(out.replaceAll(" ", "")).toBe(`${bytes}\n`);
    writeFileSync(path("base.bin"), Buffer.from("90", "hex"));
    const address = Number.parseInt(bytes.slice(2).match(/../g)!.reverse().join(""), 16);
    const json = JSON.parse((await vitrine("disasm", "--base", base, "--json", path("base.bin"))).out);
    expect(json.sections[0].lines[0].address).toBe(`0x${address.toString(16)}`);
  });

  it.each(["-1", "1z", "", "_", "0x_", "20000000000000000h"])("refuses --base %j", async (base) => {
    const { status, err } = await vitrine("asm", `--base=${base}`, "nop");
    expect(status).toBe(2);
    expect(err).toMatch(/^vitrine: .*--base.*number.*\n$/);
  });

  it("refuses 64-bit registers outside 64-bit mode, and endless nesting, in one line", async () => {
    expect(await vitrine("asm", "--mode", "32", "mov rax, 1")).toEqual({
      status: 2,
      out: "",
      err: "vitrine: 1:1: mov: rax needs 64-bit mode\n",
    });
    const { status, err } = await vitrine("asm", `mov eax, ${"(".repeat(20_000)}`);
    expect([status, err]).toEqual([2, expect.stringMatching(/^vitrine: 1:\d+: more than 200 levels.*\n$/)]);
  });

  it("assembles a file to a file, and lists", async () => {
    writeFileSync(path("a.asm"), "bits 32\norg 0x1000\nstart: mov eax, start\ntimes 20 nop\n");
    expect((await vitrine("asm", path("a.asm"), "-o", path("a.bin"))).out).toBe("");
    expect(readFileSync(path("a.bin")).toString("hex")).toBe(`b800100000${"90".repeat(20)}`);
    const { out } = await vitrine("asm", path("a.asm"), "--listing");
    expect(out.split("\n")[2]).toMatch(/^ {4}3 {2}00001000 {2}b8 00 10 00 00 +start: mov eax, start$/);
    expect(out.split("\n")[5]).toMatch(/^ {7}00001015 {2}90 90 90 90$/);
  });

  it("assembles to standard output", () => {
    const { stdout } = spawnSync(process.execPath, [builtProgram(), "asm", "nop", "ret", "-o", "-"]);
    expect([...stdout]).toEqual([0x90, 0xc3]);
  });

  it.each([
    [["mov rax"], /^vitrine: 1:1: mov: 2 operands expected\n$/],
    [["no-such.asm"], /^vitrine: no-such.asm: no such file or directory\n$/],
    [["nop", "--mode", "17"], /^vitrine: .*--mode.*16, 32 or 64/],
    [["nop", "--base", "x"], /^vitrine: .*--base.*number/],
    [[], /^vitrine: missing required argument/],
  ])("%j ends with one line and status 2", async (args, message) => {
    const { status, out, err } = await vitrine("asm", ...args);
    expect(status).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(message);
    expect(err.split("\n")).toHaveLength(2);
  });

  it("names the file and place of an error", async () => {
    writeFileSync(path("bad.asm"), "nop\n  frob\n");
    const { status, err } = await vitrine("asm", path("bad.asm"));
    expect(status).toBe(2);
    expect(err).toBe(
      `vitrine: ${path("bad.asm")}:2:3: no instruction or directive is called "frob" (a label alone ends in a colon)\n`,
    );
  });
});

describe("vitrine disasm", () => {
  it("disassembles a flat file, bytes that are no instruction as db", async () => {
    writeFileSync(path("flat"), Buffer.from("4889d806eb0048", "hex"));
    const { out } = await vitrine("disasm", path("flat"), "--base", "0x1000");
    expect(out.split("\n").map((l) => l.replace(/ {2,}/g, " | "))).toEqual([
      "0000000000001000 | 48 89 d8 | mov rax, rbx",
      "0000000000001003 | 06 | db 6",
      "0000000000001004 | eb 00 | jmp 0x1006",
      "0000000000001006 | 48 | db 0x48",
      "",
    ]);
    const json = JSON.parse((await vitrine("disasm", path("flat"), "--mode", "32", "--json")).out);
    expect(json.mode).toBe(32);
    expect(json.sections[0].lines.slice(0, 3)).toEqual([
      { address: "0x0", bytes: "48", text: "dec eax" },
      { address: "0x1", bytes: "89d8", text: "mov eax, ebx" },
      { address: "0x3", bytes: "06", text: "push es" },
    ]);
  });

  it("shows an ELF file's sections with symbols", async (ctx) => {
    const gcc = requireTool(ctx, "gcc");
    writeFileSync(
      path("a.s"),
      ".intel_syntax noprefix\n.globl _start\n.type _start,@function\n_start: call next\nret\n.size _start,.-_start\nnext: lea rax, [rip+_start]\njmp next+3\n.size next,.-next\n.type next,@function\n",
    );
    const { status, stderr } = spawnSync(gcc, ["-nostdlib", "-static", "-o", path("a.elf"), path("a.s")], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { out } = await vitrine("disasm", path("a.elf"));
    expect(out).toMatch(/^section \.text\n\n_start:\n\w+ {2}e8 .. .. .. .. +call next\n/);
    expect(out).toMatch(
      /\nnext:\n\w+ {2}48 8d 05 .* lea rax, qword ptr \[rel _start\]|lea rax, \[rel _start\]/,
    );
    expect(out).toMatch(/jmp 0x\w+ {2}; next\+0x3\n/);
  });

  it("shows each section of a relocatable file with its own symbols, and no empty ones", async (ctx) => {
    const gcc = requireTool(ctx, "gcc");
    writeFileSync(
      path("r.s"),
      '.section .text.one,"ax"\n.globl one\none: jmp one\n.section .text.two,"ax"\n.globl two\ntwo: jmp two\n',
    );
    expect(spawnSync(gcc, ["-c", "-o", path("r.o"), path("r.s")]).status).toBe(0);
    const { sections } = JSON.parse((await vitrine("disasm", path("r.o"), "--json")).out);
    expect(sections.map((s: { name: string; lines: object[] }) => [s.name, s.lines[0]])).toMatchObject([
      [".text.one", { address: "0x0", symbol: "one" }],
      [".text.two", { address: "0x0", symbol: "two" }],
    ]);
  });

  it("counts addresses round the end of 64 bits", async () => {
    writeFileSync(path("end"), Buffer.from("909090", "hex"));
    const { out } = await vitrine("disasm", path("end"), "--base", "0xfffffffffffffffe");
    expect(out.split("\n")[2]).toMatch(/^0{16} {2}90/);
  });

  it.each([
    ["missing", undefined, [], /missing: no such file or directory/],
    ["empty", "", [], /is empty/],
    ["short.elf", "7f454c460201", [], /the ELF file ends in its header/],
    ["arm.elf", `7f454c46020101${"00".repeat(9)}0200b700${"00".repeat(44)}`, [], /for machine 183, not x86/],
    [
      "nosections.elf",
      `7f454c46020101${"00".repeat(9)}02003e00${"00".repeat(44)}`,
      [],
      /no executable section/,
    ],
    [
      "based.elf",
      `7f454c46020101${"00".repeat(9)}02003e00${"00".repeat(44)}`,
      ["--base", "5"],
      /--base is for flat/,
    ],
  ])("%s ends with one line and status 2", async (name, bytes, options, message) => {
    if (bytes !== undefined) writeFileSync(path(name), Buffer.from(bytes, "hex"));
    const { status, out, err } = await vitrine("disasm", path(name), ...options);
    expect(status).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(message);
    expect(err.split("\n")).toHaveLength(2);
  });

  it("says that an ELF file is cut off, wherever it is", (ctx) => {
    const gcc = requireTool(ctx, "gcc");
    writeFileSync(path("b.s"), ".globl _start\n_start: ret\n");
    spawnSync(gcc, ["-nostdlib", "-static", "-o", path("b.elf"), path("b.s")]);
    const whole = readFileSync(path("b.elf"));
    expect(parseElf(whole).code.length).toBeGreaterThan(0);
    for (let n = 4; n < whole.length; n += 97) {
      let message = "";
      try {
        parseElf(whole.subarray(0, n));
      } catch (error) {
        message = error instanceof Error ? `${error.name}: ${error.message}` : "";
      }
      expect(message).toMatch(/^ElfError: the ELF file ends/);
    }
  });
});
