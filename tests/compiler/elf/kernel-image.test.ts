/*
 * Kernel images: the start-up code from PVH and multiboot to kmain in long mode, in Vitrine and in QEMU, and what the file says to loaders.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { main } from "../../../src/cli/program.ts";
import { assemblyPiece } from "../../../src/compiler/elf/assembly.ts";
import { image } from "../../../src/compiler/elf/image.ts";
import { objectFile } from "../../../src/compiler/elf/object-file.ts";
import type { ObjectPiece } from "../../../src/compiler/object.ts";
import { ElfFile, SEGMENT_TYPE } from "../../../src/machine/boot/elf.ts";
import { symbolsIn } from "../../../src/machine/boot/elf-symbols.ts";
import { multibootHeader } from "../../../src/machine/boot/multiboot.ts";
import { findMultiboot2, multiboot2Header } from "../../../src/machine/boot/multiboot2-header.ts";
import { pvhEntry } from "../../../src/machine/boot/pvh.ts";
import { requireTool } from "../../support/tools.ts";
import { code, data, rodata, zeros } from "./pieces.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-kernel-image-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});

function kernel(pieces: readonly ObjectPiece[], base?: number): Uint8Array {
  const made = image([objectFile({ pieces }).file], {
    target: "kernel",
    ...(base !== undefined && { base }),
  });
  if ("problems" in made) throw new Error(made.problems.map((p) => p.message).join("; "));
  return made.bytes;
}

/**
 * Writes to COM1 the greeting, a letter for the protocol ("m", "2" or "p"), and "0" if the zeros are zero; checks that SSE works and that the
 * stack is aligned as the ABI has it; ends by the debug-exit port with 0x15 (status 43).
 */
const KMAIN = assemblyPiece(
  "kmain",
  `
  mov ebx, esi
  mov rsi, [pointer]
next:
  lodsb
  test al, al
  jz protocol
  call put
  jmp next
protocol:
  mov al, 'm'
  cmp ebx, 0x2badb002
  je say
  mov al, '2'
  cmp ebx, 0x36d76289
  je say
  mov al, 'p'
  cmp dword [rdi], 0x336ec578
  je say
  mov al, '?'
say:
  call put
  xorps xmm0, xmm0
  movups xmm0, [rsp]
  movaps [rsp - 24], xmm0
  mov al, '0'
  add al, [nothing + 99999]
  call put
  mov byte [nothing + 99999], 7
  mov eax, 0x15
  out 0xf4, eax
  hlt
put:
  mov dx, 0x3f8
  out dx, al
  ret`,
  ["pointer", "nothing"],
);
const GREETING = rodata("greeting", "hello \0");
const POINTER = data("pointer", new Uint8Array(8), {
  relocations: [{ offset: 0, kind: "R_X86_64_64", symbol: "greeting", addend: 0 }],
});
const PIECES = [KMAIN, GREETING, POINTER, zeros("nothing", 100_000)];

async function boot(bytes: Uint8Array, ...args: string[]): Promise<{ status: number; out: string }> {
  const [file, serial] = [join(folder, "kernel.elf"), join(folder, "com1")];
  writeFileSync(file, bytes);
  let err = "";
  await main(["boot", "--serial", `file:${serial}`, "--max-seconds", "20", ...args, file], {
    out: () => {},
    err: (text) => {
      err += text;
    },
  });
  if (err !== "") throw new Error(err);
  return { status: Number(process.exitCode ?? 0), out: readFileSync(serial, "latin1") };
}
function qemu(program: string, bytes: Uint8Array): { status: number | null; out: string; err: string } {
  const file = join(folder, "qemu.elf");
  writeFileSync(file, bytes);
  const args =
    "-display none -monitor none -serial stdio -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4";
  const { status, stdout, stderr } = spawnSync(program, [...args.split(" "), "-kernel", file], {
    encoding: "latin1",
    timeout: 60_000,
  });
  return { status, out: stdout, err: stderr };
}
/** Without its multiboot header, so that QEMU goes by the note. */
function onlyPvh(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.fill(0, multibootHeader(copy)!.offset, multibootHeader(copy)!.offset + 4);
  return copy;
}

describe("a kernel image", () => {
  it.each([
    ["multiboot", "m"],
    ["multiboot2", "2"],
    ["pvh", "p"],
  ])("boots here by %s", async (protocol, letter) => {
    const expected = { status: 43, out: `hello ${letter}0` };
    expect(await boot(kernel(PIECES), "--protocol", protocol)).toEqual(expected);
  });
  it("boots in QEMU by both", (ctx) => {
    const program = requireTool(ctx, "qemu-system-x86_64");
    expect(qemu(program, kernel(PIECES))).toEqual({ status: 43, out: "hello m0", err: "" });
    expect(qemu(program, onlyPvh(kernel(PIECES)))).toEqual({ status: 43, out: "hello p0", err: "" });
  });
  it.for(["--is-x86-multiboot", "--is-x86-multiboot2"])("is what GRUB says it is: %s", (kind, ctx) => {
    const program = requireTool(ctx, "grub-file");
    const file = join(folder, "grub.elf");
    writeFileSync(file, kernel(PIECES));
    expect(spawnSync(program, [kind, file]).status).toBe(0);
  });
  it("lies elsewhere if it is told to", async () => {
    const bytes = kernel(PIECES, 0x40_0000);
    expect(new ElfFile(bytes).segments()[0]!.virtualAddress).toBe(0x40_0000n);
    expect((await boot(bytes)).out).toBe("hello m0");
  });
  it("has all headers, where loaders look", () => {
    const bytes = kernel(PIECES);
    const start = symbolsIn(bytes).find((s) => s.name === "_start")!;
    expect(multibootHeader(bytes)).toEqual({ offset: 4096, flags: 0x10003 });
    const offset = findMultiboot2(bytes)!;
    expect(offset).toBeLessThan(8192);
    expect(multiboot2Header(bytes, offset)).toMatchObject({ addresses: undefined, entry: undefined });
    expect(pvhEntry(bytes)).toBe(Number(start.address));
    const elf = new ElfFile(bytes);
    expect(elf.entry).toBe(start.address);
    const loads = elf.segments().filter((s) => s.type === SEGMENT_TYPE.load);
    expect(loads.map((s) => s.flags)).toEqual([5, 4, 6]);
    for (const s of loads) expect(s.physicalAddress).toBe(s.virtualAddress);
  });
  it("names the bounds of its sections", () => {
    const names = ["__image_start", "__file_end", "__bss_start", "__image_end"];
    const bounds = data("bounds", new Uint8Array(32), {
      relocations: names.map((symbol, i) => ({ offset: 8 * i, kind: "R_X86_64_64", symbol, addend: 0 })),
    });
    const bytes = kernel([...PIECES, bounds]);
    const elf = new ElfFile(bytes);
    const [, , data3] = elf.segments();
    const start = Number(data3!.virtualAddress);
    const offset = Number(symbolsIn(bytes).find((s) => s.name === "bounds")!.address) - start + data3!.offset;
    const [first, fileEnd, zerosStart, end] = names.map((_, i) => Number(elf.word(offset + 8 * i)));
    expect([first, fileEnd, end]).toEqual([0x200000, start + data3!.fileSize, start + data3!.memorySize]);
    expect(zerosStart).toBe(Math.ceil(fileEnd! / 4096) * 4096);
  });
  it("has no segment beyond its end, not even of zeros", () => {
    const bytes = kernel([KMAIN, code("pointer", "dq 0"), zeros("nothing", 100_000)]);
    const segments = new ElfFile(bytes).segments().filter((s) => s.type === SEGMENT_TYPE.load);
    expect(segments.some((s) => s.fileSize === 0)).toBe(true);
    for (const s of segments) {
      expect(s.offset + s.fileSize).toBeLessThanOrEqual(bytes.length);
      expect(s.offset % 4096).toBe(Number(s.virtualAddress) % 4096);
    }
  });
  it("leaves _start to a kernel that has its own", () => {
    const own = code("_start", "hlt", [], { align: 4096 });
    expect(symbolsIn(kernel([own])).filter((s) => s.name.startsWith("__boot"))).toEqual([]);
  });
  it("is told that kmain is missing, and that a section below the image hides its header", () => {
    const { file } = objectFile({ pieces: [GREETING] });
    expect(image([file], { target: "kernel" })).toMatchObject({
      problems: [{ message: "there is no exported symbol kmain, where the program begins" }],
    });
    const low = code("low", "ret", [], { section: ".low" });
    const sections = new Map([[".low", 0x8000]]);
    expect(
      image([objectFile({ pieces: [...PIECES, low] }).file], { target: "kernel", sections }),
    ).toMatchObject({
      problems: [
        { message: expect.stringMatching(/^section \.low lies so far below the image that its multiboot/) },
      ],
    });
  });
});

describe("assembly with names", () => {
  it("becomes relocations of three kinds", () => {
    const piece = assemblyPiece("f", "call g\nmov eax, [g+8]\nlea rax, [h]\nself: dd self, g - 3, h\nret", [
      "g",
      "h",
    ]);
    expect(
      piece.relocations.map((r) => `${r.kind} ${r.symbol}${r.addend < 0 ? "" : "+"}${r.addend}`),
    ).toEqual([
      "R_X86_64_PC32 g-4",
      "R_X86_64_32 g+8",
      "R_X86_64_32 h+0",
      `R_X86_64_32 f+${piece.bytes.length - 13}`,
      "R_X86_64_32 g-3",
      "R_X86_64_32 h+0",
    ]);
  });
  it("refuses fields that are not of 32 bits", () => {
    expect(() => assemblyPiece("f", "dw f1\nf1:", [])).toThrow();
    expect(() => assemblyPiece("f", "jmp 0x1234", [])).toThrow("relative to a fixed address");
  });
});
