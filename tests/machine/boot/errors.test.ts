/* Kernels that cannot be booted: one clear line each, and no other error than BootError whatever the bytes are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planBoot } from "../../../src/machine/boot/boot.ts";
import { BootError } from "../../../src/machine/boot/error.ts";
import { Placement } from "../../../src/machine/boot/placement.ts";
import type { BootRequest } from "../../../src/machine/boot/plan.ts";
import {
  elf,
  LINKED_AT,
  linuxKernel,
  multiboot2Header,
  multiboot2Kernel,
  multibootKernel,
  plainKernel32,
  plainKernel64,
  pvhKernel,
} from "./images.ts";
import { MEMORY_MAP, MIB, RAM, request } from "./run.ts";

const ascii = (s: string, size = s.length): Uint8Array => {
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode(s));
  return bytes;
};
const patched = (bytes: Uint8Array, change: (view: DataView) => void): Uint8Array => {
  change(new DataView(bytes.buffer));
  return bytes;
};
const part = { address: LINKED_AT, bytes: new Uint8Array(16) };
const header2 = (...tags: number[][]): Uint8Array =>
  elf({ entry: LINKED_AT, parts: [{ address: LINKED_AT, bytes: multiboot2Header(tags) }] });

describe("a file that is no kernel", () => {
  it.each([
    ["empty", new Uint8Array(0), "empty"],
    ["a script", ascii("#!/bin/sh\n"), "a script"],
    ["text", ascii("Hello, world.\n"), "text"],
    ["zeros", new Uint8Array(1000), "all zeros"],
    ["noise", Uint8Array.of(1, 2, 3, 200), "of no kind that is known here"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8), "compressed with gzip"],
    ["an initrd", ascii("070701"), "a cpio archive, as an initrd is"],
    ["a program of another system", ascii("MZ"), "an EFI application or a Windows program"],
    [
      "a disk",
      patched(new Uint8Array(512), (v) => v.setUint16(510, 0xaa55, true)),
      "a disk image or boot sector",
    ],
  ])("is told by what it seems to be: %s", (_, kernel, kind) => {
    expect(() => planBoot(request(kernel))).toThrow(
      new BootError(
        "not a kernel: it has none of a Linux setup header, a multiboot header, a PVH note, a multiboot 2 header, " +
          `an ELF header; the file is ${kind}`,
      ),
    );
  });
});

describe("a kernel that cannot be booted", () => {
  const wide = plainKernel64();
  const flat = multibootKernel("flat");
  const cases: readonly (readonly [string, Uint8Array | Partial<BootRequest>, RegExp | string])[] = [
    [
      "ELF of another machine",
      patched(elf({ entry: 0, parts: [part] }), (v) => v.setUint16(18, 183, true)),
      "the ELF file is for machine 183, not x86",
    ],
    [
      "object file",
      elf({ type: 1, entry: 0, parts: [part] }),
      "the ELF file is a relocatable object file, which has to be linked first, not an executable",
    ],
    [
      "core dump",
      elf({ type: 4, entry: 0, parts: [part] }),
      "the ELF file is a core dump, not an executable",
    ],
    [
      "PIE",
      elf({ type: 3, entry: LINKED_AT, parts: [part] }),
      "the ELF file is position-independent (ET_DYN); a kernel has to be linked at a fixed address",
    ],
    ["nothing loaded", elf({ entry: 0, parts: [] }), "the ELF file has no PT_LOAD segment: nothing to load"],
    [
      "entry outside",
      elf({ entry: 0x1234, parts: [part] }),
      "the entry point 0x1234 is in no segment of the kernel",
    ],
    ["cut in the ELF header", wide.subarray(0, 60), /^the ELF file ends before offset 0x4\d$/],
    [
      "cut in a segment",
      plainKernel32().subarray(0, 0x1010),
      /^the file is truncated: segment 0 of the kernel has \d+ bytes from offset 0x1000, of which 16 are there$/,
    ],
    [
      "cut flat",
      patched(flat.slice(0, 100), () => {}),
      /^the file is truncated: the kernel image has \d+ bytes from offset 0x0, of which 100 are there$/,
    ],
    [
      "cut in the address fields",
      flat.subarray(0, 20),
      "the file is truncated: it ends in the address fields of its multiboot header",
    ],
    [
      "file larger than memory image",
      elf({ entry: LINKED_AT, parts: [{ ...part, memorySize: 8 }] }),
      "segment 0 of the kernel has 16 bytes in the file and only 8 in memory; the file is damaged",
    ],
    [
      "too large",
      elf({ entry: LINKED_AT, parts: [{ ...part, memorySize: 100 * MIB }] }),
      "segment 0 of the kernel (0x200000–0x65fffff) does not fit in memory: it needs RAM up to 102 MiB, the machine has it up to 65408 KiB",
    ],
    [
      "too large for a number",
      elf({ wide: true, entry: LINKED_AT, parts: [{ ...part, memorySize: 2 ** 60 }] }),
      /does not fit in memory/,
    ],
    [
      "in the BIOS's area",
      elf({ entry: 0xf0000, parts: [{ ...part, address: 0xf0000 }] }),
      "segment 0 of the kernel (0xf0000–0xf000f) lies where the machine has no RAM",
    ],
    [
      "in the ACPI tables",
      elf({ entry: LINKED_AT, parts: [part, { ...part, address: RAM - 0x1000 }] }),
      /^segment 1 .* does not fit in memory/,
    ],
    [
      "overlapping segments",
      elf({ entry: LINKED_AT, parts: [part, { ...part, address: LINKED_AT + 8 }] }),
      "segment 1 of the kernel (0x200008–0x200017) overlaps segment 0 of the kernel (0x200000–0x20000f)",
    ],
    [
      "above 4 GiB",
      {
        kernel: elf({
          wide: true,
          entry: 2 ** 32,
          pvhEntry: LINKED_AT,
          parts: [part, { ...part, address: 2 ** 32 }],
        }),
        memoryMap: [...MEMORY_MAP, { start: 2 ** 32, size: MIB, type: "ram" }],
      },
      /^segment 2 of the kernel \(16 bytes at 0x100000000\) lies above 4 GiB/,
    ],
    [
      "initrd too large",
      { kernel: linuxKernel(), initrd: new Uint8Array(63 * MIB) },
      /^the initrd does not fit in memory: it needs 63 MiB below 0x80000000, the largest free piece there has \d+/,
    ],
    [
      "module too large",
      {
        kernel: multibootKernel("elf32"),
        initrd: new Uint8Array(1),
        modules: [{ bytes: new Uint8Array(64 * MIB), commandLine: "" }],
      },
      /^module 2 does not fit in memory: it needs 64 MiB below 0x100000000/,
    ],
    [
      "command line too long",
      { kernel: linuxKernel(), commandLine: "x".repeat(2048) },
      "the command line has 2048 bytes, the kernel takes at most 2047",
    ],
    [
      "command line in bytes",
      { kernel: linuxKernel(), commandLine: "ü".repeat(1024) },
      "the command line has 2048 bytes, the kernel takes at most 2047",
    ],
    [
      "command line far too long",
      { kernel: pvhKernel(true), commandLine: "x".repeat(65536) },
      "the command line has 65536 bytes, the kernel takes at most 65535",
    ],
    [
      "zero in the command line",
      { kernel: pvhKernel(true), commandLine: "a\0b" },
      "the command line contains a zero byte",
    ],
    [
      "modules for Linux",
      { kernel: linuxKernel(), modules: [{ bytes: new Uint8Array(1), commandLine: "" }] },
      "Linux takes an initrd, and no modules",
    ],
    [
      "command line for plain ELF",
      { kernel: wide, commandLine: "a" },
      "the kernel is an ELF file of no boot protocol (multiboot, PVH), which cannot be given a command line",
    ],
    ["initrd for plain ELF", { kernel: wide, initrd: new Uint8Array(1) }, /cannot be given an initrd$/],
    [
      "old Linux",
      patched(linuxKernel(), (v) => v.setUint16(0x206, 0x20b, true)),
      "the Linux kernel has boot protocol 2.11; the 64-bit protocol needs 2.12 (Linux 3.8)",
    ],
    [
      "32-bit Linux",
      patched(linuxKernel(), (v) => v.setUint16(0x236, 0, true)),
      "the Linux kernel has no 64-bit entry point (XLF_KERNEL_64): it is a 32-bit kernel",
    ],
    [
      "zImage",
      patched(linuxKernel(), (v) => v.setUint8(0x211, 0)),
      "the Linux kernel is a zImage, not a bzImage",
    ],
    [
      "Linux cut in its header",
      linuxKernel().subarray(0, 0x220),
      "the file is truncated: the setup header of the Linux kernel lacks 68 bytes",
    ],
    [
      "Linux cut in its code",
      linuxKernel().subarray(0, 2600),
      /^the file is truncated: the protected-mode code of the Linux kernel has \d+ bytes from offset 0xa00, of which 40 are there$/,
    ],
    [
      "Linux that needs more memory",
      patched(linuxKernel(), (v) => v.setUint32(0x260, 128 * MIB, true)),
      /^the kernel \(0x100000–0x80fffff\) does not fit in memory: it needs RAM up to 129 MiB/,
    ],
    [
      "too many ranges",
      {
        kernel: linuxKernel(),
        memoryMap: [
          ...MEMORY_MAP,
          ...Array.from({ length: 123 }, (_, i) => ({
            start: 0xc000_0000 + i * 4096,
            size: 4096,
            type: "reserved" as const,
          })),
        ],
      },
      "the memory map has 129 ranges, Linux takes at most 128",
    ],
    [
      "multiboot with unknown demands",
      patched(multibootKernel("flat"), (v) => {
        v.setUint32(4, 0x10008, true);
        v.setUint32(8, -(0x1badb002 + 0x10008), true);
      }),
      "the multiboot header demands features that are not known (flags 0x8)",
    ],
    [
      "multiboot without addresses",
      patched(multibootKernel("flat"), (v) => {
        v.setUint32(4, 3, true);
        v.setUint32(8, -(0x1badb002 + 3), true);
      }),
      "the multiboot kernel is no ELF file, and its header gives no addresses to load it at",
    ],
    [
      "multiboot loaded after its header",
      patched(multibootKernel("flat"), (v) => v.setUint32(16, 0x300000, true)),
      /^the multiboot header's addresses do not fit: header_addr 0x200000 at offset 0x0, load_addr 0x300000$/,
    ],
    [
      "multiboot that ends before it begins",
      patched(multibootKernel("flat"), (v) => v.setUint32(20, 0x100000, true)),
      /load_end_addr 0x100000 is not above load_addr 0x200000$/,
    ],
    [
      "multiboot with a bss in its data",
      patched(multibootKernel("flat"), (v) => v.setUint32(24, 0x200010, true)),
      /bss_end_addr 0x200010 is below the end of the data/,
    ],
    [
      "multiboot 2 for MIPS",
      patched(multiboot2Kernel("flat"), (v) => {
        v.setUint32(4, 4, true);
        v.setUint32(12, v.getUint32(12, true) - 4, true);
      }),
      "the multiboot 2 header is for architecture 4, not for i386",
    ],
    [
      "multiboot 2 with an unknown tag",
      header2([0x77, 0]),
      "the multiboot 2 header demands tag 119, which is not known",
    ],
    [
      "multiboot 2 with an unknown request",
      header2([1, 0, 1, 99]),
      "the kernel demands information (multiboot 2 tag 99) that is not known",
    ],
    [
      "multiboot 2 with a console",
      header2([4, 0, 1]),
      "the kernel demands a console (multiboot 2 tag 4), and this computer has no display",
    ],
    [
      "multiboot 2 without an entry",
      patched(multiboot2Kernel("flat"), (v) => v.setUint16(72, 0xffff, true)),
      "the multiboot 2 header has an address tag and no entry address tag",
    ],
    [
      "multiboot 2 with nowhere to go",
      header2([10, 0, 0x1000, 0x100f, 1, 0]),
      /^the kernel does not fit in memory: its \d+ bytes may lie from 0x1000 to 0x100f only$/,
    ],
    [
      "multiboot 2 with a bad alignment",
      header2([10, 0, 0, 0xffff_ffff, 3, 0]),
      "the multiboot 2 header wants an alignment of 3, which is no power of two",
    ],
  ];
  it.each(cases)("%s", (_, what, message) => {
    const asked = what instanceof Uint8Array ? request(what) : request(new Uint8Array(0), what);
    let error: unknown;
    try {
      planBoot(asked);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(BootError);
    if (!(error instanceof BootError)) return;
    expect(error.message).not.toContain("\n");
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  it("may ask for what it can do without", () => {
    const kernel = header2([0x77, 1], [1, 1, 99], [4, 1, 1], [5, 0, 800, 600, 32], [7, 0], [9, 0, 5]);
    expect(planBoot(request(kernel)).protocol).toBe("multiboot2");
  });
});

describe("placement", () => {
  const map = [
    { start: 0, size: 0x20000, type: "ram" as const },
    { start: 0x40000, size: 0x10000, type: "ram" as const },
  ];
  it("gives the lowest and the highest free place", () => {
    const p = new Placement(map);
    expect(p.lowest("a", 0x100)).toBe(0x10000);
    expect(p.lowest("b", 1, { align: 0x1000 })).toBe(0x11000);
    expect(p.lowest("c", 0x100)).toBe(0x10100);
    expect(p.highest("d", 0x1001, { align: 0x1000 })).toBe(0x4e000);
    expect(p.highest("e", 0x10, { below: 0x4e000 })).toBe(0x4dff0);
    expect(p.lowest("f", 0xe000)).toBe(0x11010);
    expect(() => p.lowest("g", 0x10000)).toThrow(
      /^g does not fit in memory: it needs 64 KiB below 0x100000000/,
    );
    expect(() => p.claim("h", 0x11100, 16)).toThrow(/^h \(0x11100–0x1110f\) overlaps f \(0x11010–0x1f00f\)$/);
    p.claim("page 0", 0, 0x1000);
    p.claim("nothing", 0, 0);
  });
});

const IMAGES: Readonly<Record<string, Uint8Array>> = {
  linux: linuxKernel(),
  multiboot: multibootKernel("flat"),
  "multiboot in ELF64": multibootKernel("elf64"),
  pvh: pvhKernel(true),
  "multiboot 2": multiboot2Kernel("flat"),
  "multiboot 2 in ELF32": multiboot2Kernel("elf32"),
  "plain ELF64": plainKernel64(),
  "plain ELF32": plainKernel32(),
};
/** Bytes of which headers are made, where damage matters most. */
const HEADERS = 0x1200;

describe("any bytes", () => {
  it.each(Object.keys(IMAGES))("that were %s plan, or throw BootError", (name) => {
    const image = IMAGES[name]!;
    const flip = fc.tuple(
      fc.oneof(fc.nat(0x120), fc.nat(HEADERS), fc.nat(image.length - 1)),
      fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
    );
    const damage = fc.record({
      flips: fc.array(flip, { maxLength: 12 }),
      length: fc.oneof(fc.constant(image.length), fc.nat(image.length)),
    });
    fc.assert(
      fc.property(damage, ({ flips, length }) => {
        const kernel = image.slice(0, length);
        for (const [at, value] of flips) if (at < length) kernel[at] = value;
        try {
          const plan = planBoot(request(kernel));
          const bytes = plan.writes.reduce((sum, w) => sum + w.bytes.length, 0);
          expect(bytes).toBeLessThan(2 * image.length + 0x20000);
          expect(plan.symbols().length).toBeLessThan(image.length);
        } catch (e) {
          if (!(e instanceof BootError)) throw e;
          expect(e.message).not.toContain("\n");
        }
      }),
      { numRuns: 1500, seed: 1 },
    );
  });
});
