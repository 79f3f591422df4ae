/*
 * The linker and the writer of executables: what is linked runs on the host and is read by readelf; what cannot be linked is told
 * by name.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { executable } from "../../../src/compiler/elf/executable.ts";
import { type LinkOptions, link } from "../../../src/compiler/elf/link.ts";
import { objectFile } from "../../../src/compiler/elf/object-file.ts";
import { relocatable } from "../../../src/compiler/elf/relocatable.ts";
import type { ObjectPiece } from "../../../src/compiler/object.ts";
import { ElfFile, SEGMENT_TYPE } from "../../../src/machine/boot/elf.ts";
import { symbolsIn } from "../../../src/machine/boot/elf-symbols.ts";
import { requireTool } from "../../support/tools.ts";
import { call, code, data, rodata, zeros } from "./pieces.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-elf-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
function file(bytes: Uint8Array | string): string {
  const path = join(folder, `f${files++}`);
  writeFileSync(path, bytes, { mode: 0o755 });
  return path;
}
function run(program: string, ...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "latin1" });
  return { status, out: stdout, err: stderr };
}

/** Writes 6 bytes of `message`, adds them up by `sum` through the pointer in .data, keeps the sum in .bss, exits with it. */
const START = code(
  "_start",
  `mov eax, 1
  mov edi, 1
  lea rsi, [rip+0]
  mov edx, 6
  syscall
  mov rdi, [rip+0]
  call $+5
  mov [rip+0], al
  movzx edi, byte [rip+0]
  mov eax, 60
  syscall`,
  [
    { offset: 13, kind: "R_X86_64_PC32", symbol: "message", addend: -4 },
    { offset: 27, kind: "R_X86_64_PC32", symbol: "pointer", addend: -4 },
    { offset: 32, kind: "R_X86_64_PLT32", symbol: "sum", addend: -4 },
    { offset: 38, kind: "R_X86_64_PC32", symbol: "result", addend: -4 },
    { offset: 45, kind: "R_X86_64_PC32", symbol: "result", addend: -4 },
  ],
);
const SUM = code("sum", "xor eax, eax\nmov ecx, 6\nagain: add al, [rdi+rcx-1]\nloop again\nret");
const MESSAGE = rodata("message", "hello\n");
const POINTER = data("pointer", new Uint8Array(8), {
  relocations: [{ offset: 0, kind: "R_X86_64_64", symbol: "message", addend: 0 }],
});
const RESULT = zeros("result", 5000, { align: 64 });
const PROGRAM = [START, SUM, MESSAGE, POINTER, RESULT];
/** "hello\n" added up, modulo 256. */
const STATUS = [..."hello\n"].reduce((n, c) => n + c.charCodeAt(0), 0) & 255;

const OPTIONS: LinkOptions = { base: 0x400000, entry: "_start" };
function linked(pieces: readonly (readonly ObjectPiece[])[], options = OPTIONS): Uint8Array {
  const objects = pieces.map((p) => objectFile({ pieces: p }));
  const result = link(
    objects.map((o) => o.file),
    options,
  );
  expect([...objects.flatMap((o) => o.problems), ...result.problems]).toEqual([]);
  return executable(result.linked);
}
const messages = (pieces: readonly (readonly ObjectPiece[])[], options = OPTIONS): string[] => {
  const objects = pieces.map((p) => objectFile({ pieces: p }));
  return [
    ...objects.flatMap((o) => o.problems),
    ...link(
      objects.map((o) => o.file),
      options,
    ).problems,
  ].map((p) => p.message);
};

describe("an executable of ours", () => {
  it("runs on the host, from one object and from two", () => {
    const first = [START, POINTER, RESULT, MESSAGE];
    for (const bytes of [linked([PROGRAM]), linked([first, [SUM]])]) {
      expect(run(file(bytes))).toEqual({ status: STATUS, out: "hello\n", err: "" });
    }
  });

  it("has pages that are writable or executable, not both, and zeros that take no place", () => {
    const elf = new ElfFile(linked([PROGRAM]));
    const loads = elf.segments().filter((s) => s.type === SEGMENT_TYPE.load);
    expect(loads.map((s) => s.flags)).toEqual([5, 4, 6]);
    const [text, rodata, data] = loads;
    expect([text!.virtualAddress, elf.entry]).toEqual([0x400000n, 0x400000n]);
    expect(rodata!.fileSize).toBe(6);
    expect(data!.memorySize).toBeGreaterThanOrEqual(4096 + 5000);
    expect(data!.fileSize).toBe(8);
    for (const s of loads) expect(s.offset % 4096).toBe(Number(s.virtualAddress) % 4096);
  });

  it("keeps its symbols, with sizes, and those of sections", () => {
    const symbols = new Map(symbolsIn(linked([PROGRAM])).map((s) => [s.name, s]));
    expect(symbols.get("sum")).toMatchObject({ size: BigInt(SUM.bytes.length), address: 0x400000n + 64n });
    expect(symbols.get("result")?.size).toBe(5000n);
    expect(symbols.get("result")!.address % 64n).toBe(0n);
  });

  it("lets code find the bounds of sections", () => {
    const bytes = linked([
      [
        ...PROGRAM,
        data("bounds", new Uint8Array(16), {
          section: ".table",
          relocations: [
            { offset: 0, kind: "R_X86_64_64", symbol: "__text_start", addend: 0 },
            { offset: 8, kind: "R_X86_64_64", symbol: "__table_end", addend: 0 },
          ],
        }),
      ],
    ]);
    const bounds = symbolsIn(bytes).find((s) => s.name === "bounds")!;
    const segment = new ElfFile(bytes).segments().find((s) => s.flags === 6 && s.type === SEGMENT_TYPE.load)!;
    const view = new DataView(bytes.buffer, segment.offset + Number(bounds.address - segment.virtualAddress));
    expect([view.getBigUint64(0, true), view.getBigUint64(8, true)]).toEqual([
      0x400000n,
      bounds.address + 16n,
    ]);
  });

  it("is what readelf accepts without a complaint", (ctx) => {
    const readelf = requireTool(ctx, "readelf");
    const { status, out, err } = run(readelf, "-aW", file(linked([PROGRAM])));
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/FUNC +GLOBAL DEFAULT +1 sum\b/);
    expect(out).toMatch(/GNU_STACK .* RW /);
  });

  it("is the same every time", () => {
    expect(linked([PROGRAM])).toEqual(linked([PROGRAM]));
  });

  it("has a section where it is demanded", () => {
    const options = { ...OPTIONS, sections: new Map([[".low", 0x10000]]) };
    const bytes = linked([[...PROGRAM, code("low", "ret", [], { section: ".low" })]], options);
    expect(symbolsIn(bytes).find((s) => s.name === "low")!.address).toBe(0x10000n);
    expect(run(file(bytes)).status).toBe(STATUS);
  });
});

describe("a relocatable object of ours", () => {
  it("is linked by ld and runs", (ctx) => {
    const ld = requireTool(ctx, "ld");
    const object = file(relocatable(objectFile({ pieces: PROGRAM }).file));
    const out = join(folder, "by-ld");
    expect(run(ld, "--fatal-warnings", "-o", out, object)).toEqual({ status: 0, out: "", err: "" });
    expect(run(out)).toEqual({ status: STATUS, out: "hello\n", err: "" });
  });

  it("is linked by gcc with C, both calling each other", (ctx) => {
    const gcc = requireTool(ctx, "gcc");
    const c = join(folder, "main.c");
    writeFileSync(
      c,
      `#include <stdio.h>
      int twice(int); int after(int x) { return x + 1; } extern char message[];
      int main(void) { printf("%d %.5s\\n", twice(20), message); return 0; }`,
    );
    const twice = code("twice", "lea edi, [rdi+rdi]\ndb 0xe9\ndd 0", [
      { offset: 4, kind: "R_X86_64_PLT32", symbol: "after", addend: -4 },
    ]);
    const pieces = [twice, { ...MESSAGE, exported: true }];
    const object = file(relocatable(objectFile({ pieces }).file));
    const out = join(folder, "by-gcc");
    const made = run(gcc, "-Wl,--fatal-warnings", "-o", out, c, "-x", "none", object);
    expect(made).toEqual({ status: 0, out: "", err: "" });
    expect(run(out)).toEqual({ status: 0, out: "41 hello\n", err: "" });
  });

  it("lists sections and symbols for readelf without a complaint", (ctx) => {
    const readelf = requireTool(ctx, "readelf");
    const { status, out, err } = run(readelf, "-aW", file(relocatable(objectFile({ pieces: PROGRAM }).file)));
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatch(/OBJECT +LOCAL .* message\b/);
    expect(out).toMatch(/\.rela\.text/);
  });
});

describe("what cannot be linked", () => {
  const place = { file: "main.ts", line: 3, column: 5, offset: 0, length: 1 };
  it("names symbols that are not defined, once each, and who uses them", () => {
    const twice = code(
      "_start",
      "call $+5\ncall $+5\ncall $+5",
      [call(0, "gone"), call(5, "gone"), call(10, "lost")],
      {
        debug: {
          name: "start",
          place,
          lines: [
            { offset: 0, place },
            { offset: 10, place: { ...place, line: 9 } },
          ],
          variables: [],
          frame: [],
        },
      },
    );
    const { file } = objectFile({ pieces: [twice] });
    expect(link([file], OPTIONS).problems).toMatchObject([
      { code: "VT6001", message: "symbol gone is not defined, which start uses, and 1 more", place },
      {
        code: "VT6001",
        message: "symbol lost is not defined, which start uses",
        place: { ...place, line: 9 },
      },
    ]);
  });
  it("names symbols that are defined twice, but local ones of two objects are two", () => {
    expect(messages([[START, SUM, MESSAGE, POINTER, RESULT, SUM]])).toEqual(["symbol sum is defined twice"]);
    expect(messages([PROGRAM, [{ ...SUM, place }]])).toEqual(["symbol sum is defined twice"]);
    expect(messages([PROGRAM, [{ ...SUM, exported: false }]])).toEqual([]);
  });
  it("refuses local symbols of another object", () => {
    expect(messages([PROGRAM.filter((p) => p !== SUM), [{ ...SUM, exported: false }]])).toEqual([
      "symbol sum is not defined, which _start uses",
    ]);
  });
  it("needs an entry", () => {
    expect(messages([[SUM]])).toEqual(["there is no exported symbol _start, where the program begins"]);
  });
  it("tells sections that overlap, and those that would share a page against their rights", () => {
    const other = data("other", new Uint8Array(32), { section: ".other" });
    const at = (address: number): LinkOptions => ({ ...OPTIONS, sections: new Map([[".other", address]]) });
    expect(messages([[...PROGRAM, other]], at(0x400010))).toEqual([
      expect.stringMatching(
        /^sections \.text \(0x400000 to 0x4000..\) and \.other \(from 0x400010\) overlap$/,
      ),
    ]);
    expect(messages([[...PROGRAM, other]], at(0x400800))).toEqual([
      "sections .text and .other are on one page, at 0x400800, but need different rights",
    ]);
    expect(messages([PROGRAM], { ...OPTIONS, sections: new Map([[".none", 0]]) })).toEqual([
      "there is no section .none to give an address",
    ]);
  });
  it("tells code and data in one section, and fields that are too small", () => {
    expect(messages([[...PROGRAM, data("odd", "x", { section: ".text" })]])).toContain(
      "section .text holds code (_start) and data (odd)",
    );
    const far = data("far", new Uint8Array(4), {
      relocations: [{ offset: 0, kind: "R_X86_64_32S", symbol: "sum", addend: 0x7fff_ffff }],
    });
    expect(messages([[...PROGRAM, far]])).toEqual([
      "R_X86_64_32S against sum does not fit in 32 bits: 2151678015",
    ]);
  });
});
