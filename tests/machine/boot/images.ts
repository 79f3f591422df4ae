/*
 * Kernel images for the tests of boot protocols: the assembled kernels of kernels/*.asm, in files as a linker would make them.
 */
import { readFileSync } from "node:fs";
import { assemble } from "../../../src/isa/assembler/assemble.ts";
import { Structure } from "../../../src/machine/boot/structure.ts";

export interface ElfPart {
  readonly address: number;
  /** Default: the physical one. */
  readonly virtualAddress?: bigint;
  readonly bytes: Uint8Array;
  readonly memorySize?: number;
}
export interface ElfOptions {
  readonly wide?: boolean;
  /** e_type; default ET_EXEC. */
  readonly type?: number;
  readonly entry: bigint | number;
  readonly parts: readonly ElfPart[];
  /** The entry point of a PVH note. */
  readonly pvhEntry?: number;
  readonly symbols?: readonly { readonly name: string; readonly address: number; readonly size: number }[];
}

const PT_LOAD = 1;
const PT_NOTE = 4;

function put64(s: Structure, at: number, value: bigint): void {
  s.u32(at, Number(value & 0xffff_ffffn)).u32(at + 4, Number(BigInt.asUintN(64, value) >> 32n));
}
/** A word of the class. */
function put(s: Structure, wide: boolean, at: number, value: bigint | number): void {
  if (wide) put64(s, at, BigInt(value));
  else s.u32(at, Number(value));
}

/** A note as `readelf -n` shows it: namesz, descsz, type, "Xen", a four-byte description. */
export function xenNote(type: number, value: number): Uint8Array {
  return new Structure(20)
    .u32(0, 4)
    .u32(4, 4)
    .u32(8, type)
    .copy(12, new TextEncoder().encode("Xen\0"))
    .u32(16, value).bytes;
}

/** An ELF file with program headers, and section headers if it has symbols. Its first part begins at file offset 0x1000. */
export function elf(options: ElfOptions): Uint8Array {
  const { wide = false, type = 2, entry, parts, pvhEntry, symbols = [] } = options;
  const header = wide ? 64 : 52;
  const ph = wide ? 56 : 32;
  const sh = wide ? 64 : 40;
  const note = pvhEntry === undefined ? undefined : xenNote(18, pvhEntry);
  const segments = [
    ...(note === undefined ? [] : [{ type: PT_NOTE, address: 0, bytes: note }]),
    ...parts.map((p) => ({ type: PT_LOAD, ...p })),
  ];
  const symSize = wide ? 24 : 16;
  const names = new TextEncoder().encode(`\0${symbols.map((s) => `${s.name}\0`).join("")}`);
  const starts: number[] = [];
  let end = 0x1000;
  for (const s of segments) {
    starts.push(end);
    end = Math.ceil((end + s.bytes.length) / 16) * 16;
  }
  const symtab = end;
  const strtab = symtab + (symbols.length + 1) * symSize;
  const sections = Math.ceil((strtab + names.length) / 16) * 16;
  const file = new Structure(symbols.length === 0 ? end : sections + 3 * sh);
  file
    .copy(0, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1))
    .u16(16, type)
    .u16(18, wide ? 62 : 3)
    .u32(20, 1);
  const word = wide ? 8 : 4;
  put(file, wide, 24, entry);
  put(file, wide, 24 + word, header);
  put(file, wide, 24 + 2 * word, symbols.length === 0 ? 0 : sections);
  const sizes = 24 + 3 * word + 4;
  file
    .u16(sizes, header)
    .u16(sizes + 2, ph)
    .u16(sizes + 4, segments.length)
    .u16(sizes + 6, sh)
    .u16(sizes + 8, symbols.length === 0 ? 0 : 3);
  for (const [i, s] of segments.entries()) {
    const at = header + i * ph;
    const offset = starts[i]!;
    file.copy(offset, s.bytes).u32(at, s.type);
    const fields = [
      offset,
      s.virtualAddress ?? s.address,
      s.address,
      s.bytes.length,
      s.memorySize ?? s.bytes.length,
    ];
    const first = at + (wide ? 8 : 4);
    for (const [j, value] of fields.entries()) put(file, wide, first + j * word, value);
    file.u32(at + (wide ? 4 : 24), 7);
    put(file, wide, at + (wide ? 48 : 28), s.type === PT_NOTE ? 4 : 16);
  }
  if (symbols.length === 0) return file.bytes;
  file.copy(strtab, names);
  let name = 1;
  for (const [i, s] of symbols.entries()) {
    const at = symtab + (i + 1) * symSize;
    file
      .u32(at, name)
      .u8(at + (wide ? 4 : 12), 0x12)
      .u16(at + (wide ? 6 : 14), 1);
    put(file, wide, at + (wide ? 8 : 4), s.address);
    put(file, wide, at + (wide ? 16 : 8), s.size);
    name += s.name.length + 1;
  }
  for (const [i, kind, offset, size, link] of [
    [1, 2, symtab, strtab - symtab, 2],
    [2, 3, strtab, names.length, 0],
  ] as const) {
    const at = sections + i * sh;
    file.u32(at + 4, kind).u32(at + 8 + 4 * word, link);
    put(file, wide, at + 8 + 2 * word, offset);
    put(file, wide, at + 8 + 3 * word, size);
  }
  return file.bytes;
}

const read = (name: string): string => readFileSync(new URL(`kernels/${name}.asm`, import.meta.url), "utf8");

interface Code {
  readonly bytes: Uint8Array;
  symbol(name: string): number;
}

/** Assembles kernel sources one after the other; `constants` are known as `equ` names. */
function assembled(names: readonly string[], constants: Readonly<Record<string, number>> = {}): Code {
  const source = names.map(read).join("\n");
  const { bytes, symbols } = assemble(
    `${source}\n${Object.entries(constants)
      .map(([name, value]) => `${name} equ ${value}`)
      .join("\n")}`,
    { mode: 32 },
  );
  return { bytes, symbol: (name) => Number(symbols.get(name)) };
}

/** The address that all kernels but Linux are linked at. */
export const LINKED_AT = 0x200000;

function inElf(code: Code, options: Partial<ElfOptions>): Uint8Array {
  return elf({
    entry: code.symbol("start"),
    parts: [{ address: LINKED_AT, bytes: code.bytes, memorySize: code.symbol("bss_end") - LINKED_AT }],
    ...options,
  });
}

/** Multiboot: "elf32" and "elf64" without address fields, "flat" with them and in no other format. */
export function multibootKernel(form: "elf32" | "elf64" | "flat"): Uint8Array {
  const code = assembled(["multiboot", "print", "bss"], { flags: form === "flat" ? 0x10003 : 3 });
  return form === "flat" ? code.bytes : inElf(code, { wide: form === "elf64" });
}
export function multiboot2Kernel(form: "elf32" | "elf64" | "flat"): Uint8Array {
  const flat = form === "flat";
  const code = assembled(["multiboot2", "print", "bss"], {
    addresses: flat ? 2 : 0xffff,
    entry: flat ? 3 : 0xffff,
  });
  return flat ? code.bytes : inElf(code, { wide: form === "elf64" });
}
/** PVH: its e_entry is nothing to run, the note has the entry point. */
export function pvhKernel(wide: boolean): Uint8Array {
  const code = assembled(["pvh", "print", "bss"]);
  const entry = code.symbol("digits");
  return inElf(code, { wide, entry, pvhEntry: code.symbol("start") });
}
export const plainKernel32 = (): Uint8Array => inElf(assembled(["plain32", "print", "bss"]), {});
/** Linked in the higher half: e_entry is a virtual address. */
export function plainKernel64(): Uint8Array {
  const code = assembled(["plain64", "print", "bss"]);
  const high = 0xffff_ffff_8000_0000n;
  return elf({
    wide: true,
    entry: high + BigInt(code.symbol("start")),
    parts: [
      {
        address: LINKED_AT,
        virtualAddress: high + BigInt(LINKED_AT),
        bytes: code.bytes,
        memorySize: code.symbol("bss_end") - LINKED_AT,
      },
    ],
    symbols: [
      { name: "puts", address: code.symbol("puts"), size: 16 },
      { name: "start", address: code.symbol("start"), size: 32 },
    ],
  });
}
/** A bzImage whose protected-mode part is linked at 1 MiB. */
export function linuxKernel(): Uint8Array {
  const code = assembled(["linux", "print"]);
  const setup = assembled(["linux-setup"], { code_size: code.bytes.length });
  const sectors = 5;
  return new Structure(sectors * 512 + code.bytes.length).copy(0, setup.bytes).copy(sectors * 512, code.bytes)
    .bytes;
}

/** A multiboot 2 header of tags, each its type, its flags and 32-bit fields; the end tag follows. */
export function multiboot2Header(tags: readonly (readonly number[])[]): Uint8Array {
  const size = (tag: readonly number[]): number => 8 + (tag.length - 2) * 4;
  const padded = (n: number): number => Math.ceil(n / 8) * 8;
  const length = tags.reduce((sum, tag) => sum + padded(size(tag)), 16) + 8;
  const header = new Structure(length)
    .u32(0, 0xe85250d6)
    .u32(8, length)
    .u32(12, 2 ** 32 - ((0xe85250d6 + length) % 2 ** 32));
  let at = 16;
  for (const tag of tags) {
    const [type = 0, flags = 0, ...fields] = tag;
    header
      .u16(at, type)
      .u16(at + 2, flags)
      .u32(at + 4, size(tag));
    for (const [i, field] of fields.entries()) header.u32(at + 8 + i * 4, field);
    at += padded(size(tag));
  }
  return header.u32(at + 4, 8).bytes;
}
