/*
 * Boot plans, byte by byte: the structures that each protocol's specification lays out, where things are put, which protocol is
 * taken, and the state of the processor.
 */
import { describe, expect, it } from "vitest";
import { planBoot } from "../../../src/machine/boot/boot.ts";
import { basicMemory, ramIntervals } from "../../../src/machine/boot/memory-map.ts";
import type { BootPlan } from "../../../src/machine/boot/plan.ts";
import {
  elf,
  LINKED_AT,
  linuxKernel,
  multiboot2Header,
  multiboot2Kernel,
  multibootKernel,
  plainKernel64,
  pvhKernel,
} from "./images.ts";
import { MEMORY_MAP, MIB, RAM, RSDP, RSDP_BYTES, request } from "./run.ts";

/** What a plan puts into memory, as one view from an address on. */
function memory(plan: BootPlan, address: number): DataView {
  const write = plan.writes.find((w) => address >= w.address && address < w.address + w.bytes.length);
  if (write === undefined) throw new Error(`nothing is written at 0x${address.toString(16)}`);
  const { buffer, byteOffset, length } = write.bytes;
  const skip = address - write.address;
  return new DataView(buffer, byteOffset + skip, length - skip);
}
const u32s = (view: DataView, at: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => view.getUint32(at + i * 4, true));
function text(plan: BootPlan, address: number): string {
  const view = memory(plan, address);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}

/** No two writes or zeroed ranges touch, and all of them are RAM of the map. */
function expectTidy(plan: BootPlan): void {
  const ranges = [
    ...plan.writes.map((w) => ({ start: w.address, end: w.address + w.bytes.length })),
    ...plan.zero.map((z) => ({ start: z.address, end: z.address + z.size })),
  ].sort((a, b) => a.start - b.start);
  const ram = ramIntervals(MEMORY_MAP);
  for (const [i, r] of ranges.entries()) {
    expect(r.start).toBeLessThan(r.end);
    expect(ram.some((free) => free.start <= r.start && r.end <= free.end)).toBe(true);
    expect(ranges[i + 1]?.start ?? Infinity).toBeGreaterThanOrEqual(r.end);
  }
}

describe("which protocol", () => {
  const note = { pvhEntry: LINKED_AT };
  const part = (bytes: Uint8Array) => ({
    wide: true,
    entry: LINKED_AT,
    parts: [{ address: LINKED_AT, bytes }],
  });
  const pad = (bytes: Uint8Array, to: number) => new Uint8Array(Math.ceil(bytes.length / to) * to + to);
  const both = (): Uint8Array => {
    const one = multibootKernel("flat");
    const two = multiboot2Kernel("flat");
    const all = pad(one, 16);
    all.set(one);
    return new Uint8Array([...all, ...two]);
  };
  it.each([
    ["a bzImage", linuxKernel(), "linux"],
    ["a multiboot header", multibootKernel("flat"), "multiboot"],
    [
      "a multiboot header in an ELF file with a PVH note",
      elf({ ...part(multibootKernel("flat")), ...note }),
      "multiboot",
    ],
    ["a multiboot header before one of multiboot 2", both(), "multiboot"],
    ["a PVH note", pvhKernel(true), "pvh"],
    ["a PVH note and a multiboot 2 header", elf({ ...part(multiboot2Kernel("elf32")), ...note }), "pvh"],
    ["a multiboot 2 header in an ELF file", multiboot2Kernel("elf64"), "multiboot2"],
    ["nothing but an ELF header", plainKernel64(), "elf"],
  ] as const)("takes a file by %s", (_, kernel, protocol) => {
    expect(planBoot(request(kernel)).protocol).toBe(protocol);
  });
  it("takes the one that is asked for", () => {
    const kernel = elf({ ...part(multiboot2Kernel("elf32")), ...note });
    for (const protocol of ["pvh", "multiboot2", "elf"] as const) {
      expect(planBoot(request(kernel, { protocol })).protocol).toBe(protocol);
    }
    expect(() => planBoot(request(kernel, { protocol: "linux" }))).toThrow(
      /^not a kernel: it has none of a Linux setup header; the file is/,
    );
  });
});

describe("a plan", () => {
  const initrd = new Uint8Array(100_000).fill(1);
  it.each([
    ["linux", linuxKernel()],
    ["multiboot", multibootKernel("elf64")],
    ["pvh", pvhKernel(true)],
    ["multiboot2", multiboot2Kernel("flat")],
  ] as const)("of %s keeps everything apart, in RAM", (protocol, kernel) => {
    const plan = planBoot(request(kernel, { initrd, commandLine: "a" }));
    expect(plan.protocol).toBe(protocol);
    expectTidy(plan);
    expect(plan.writes.some((w) => w.bytes === initrd)).toBe(true);
  });
  it("of a plain ELF file does too", () => expectTidy(planBoot(request(plainKernel64()))));
  it("has nothing below 64 KiB but what is linked there", () => {
    const low = elf({ entry: 0x7000, parts: [{ address: 0x7000, bytes: Uint8Array.of(0xf4) }] });
    expect(planBoot(request(low)).writes.filter((w) => w.address < 0x10000)).toEqual([
      { address: 0x7000, bytes: Uint8Array.of(0xf4) },
    ]);
  });
});

describe("the memory map", () => {
  it("is RAM where nothing else is", () => {
    expect(
      ramIntervals([
        { start: 0x3000, size: 0x1000, type: "ram" },
        { start: 0, size: 0x3000, type: "ram" },
        { start: 0x1000, size: 0x800, type: "reserved" },
        { start: 0x5000, size: 0, type: "ram" },
      ]),
    ).toEqual([
      { start: 0, end: 0x1000 },
      { start: 0x1800, end: 0x4000 },
    ]);
  });
  it("gives conventional and extended memory in KiB", () => {
    expect(basicMemory(MEMORY_MAP)).toEqual({ lower: 639, upper: 63 * 1024 - 128 });
    expect(basicMemory([{ start: 0, size: 8 * 2 ** 30, type: "ram" }])).toEqual({
      lower: 640,
      upper: 4 * 1024 * 1024 - 1024,
    });
    expect(basicMemory([])).toEqual({ lower: 0, upper: 0 });
  });
});

// Xen's public/arch-x86/hvm/start_info.h and docs/misc/pvh.pandoc.
describe("PVH", () => {
  const plan = planBoot(
    request(pvhKernel(false), {
      commandLine: "line",
      initrd: Uint8Array.of(1, 2, 3),
      modules: [{ bytes: Uint8Array.of(4), commandLine: "four" }],
    }),
  );
  const info = memory(plan, plan.processor.registers.rbx ?? 0);
  it("fills hvm_start_info", () => {
    expect(u32s(info, 0, 4)).toEqual([0x336ec578, 1, 0, 2]);
    expect(text(plan, info.getUint32(24, true))).toBe("line");
    expect(u32s(info, 32, 2)).toEqual([RSDP, 0]);
    expect(u32s(info, 48, 2)).toEqual([MEMORY_MAP.length, 0]);
    const list = memory(plan, info.getUint32(16, true));
    // Two pages of zeros after less than a page of code, rounded up.
    const kernelEnd = 0x203000;
    expect(u32s(list, 0, 8)).toEqual([kernelEnd, 0, 3, 0, 0, 0, 0, 0]);
    expect(u32s(list, 32, 4)).toEqual([kernelEnd + 4096, 0, 1, 0]);
    expect(text(plan, list.getUint32(48, true))).toBe("four");
    const map = memory(plan, info.getUint32(40, true));
    expect(u32s(map, 0, 6)).toEqual([0, 0, 0x9fc00, 0, 1, 0]);
    expect(u32s(map, 4 * 24, 6)).toEqual([RAM - 0x20000, 0, 0x20000, 0, 3, 0]);
  });
  it("enters flat protected mode", () => {
    const { processor: p } = plan;
    expect([p.mode, p.cr0, p.cr3, p.cr4, p.efer]).toEqual([32, 0x11, 0, 0, 0]);
    expect(p.cs).toMatchObject({ base: 0, limit: 0xffff_ffff, attributes: 0xc09b });
    expect(p.data).toMatchObject({ base: 0, limit: 0xffff_ffff, attributes: 0xc093 });
    expect(p.tr).toMatchObject({ base: 0, limit: 0x67, attributes: 0x8b });
    // The descriptors of SDM vol. 3A figure 3-8, as every textbook has them.
    const gdt = memory(plan, p.gdtr.base);
    expect([0, 8, 16, 24].map((at) => gdt.getBigUint64(at, true))).toEqual([
      0n,
      0x00cf9b000000ffffn,
      0x00cf93000000ffffn,
      0x00008b0000000067n,
    ]);
  });
});

// Multiboot Specification 0.6.96, §3.3.
describe("multiboot", () => {
  const plan = planBoot(
    request(multibootKernel("elf32"), {
      commandLine: "line",
      modules: [{ bytes: Uint8Array.of(4, 5), commandLine: "four" }],
    }),
  );
  it("fills the information structure", () => {
    expect(plan.processor.registers.rax).toBe(0x2badb002);
    const info = memory(plan, plan.processor.registers.rbx ?? 0);
    expect(u32s(info, 0, 4)).toEqual([0b10_0100_1101, 639, 63 * 1024 - 128, 0]);
    expect(text(plan, info.getUint32(16, true))).toBe("line");
    expect(text(plan, info.getUint32(64, true))).toBe("Vitrine");
    expect(info.getUint32(20, true)).toBe(1);
    const [start, end, name, reserved] = u32s(memory(plan, info.getUint32(24, true)), 0, 4);
    expect([start! % 4096, end! - start!, reserved]).toEqual([0, 2, 0]);
    expect(text(plan, name!)).toBe("four");
    expect(info.getUint32(44, true)).toBe(24 * MEMORY_MAP.length);
    const map = memory(plan, info.getUint32(48, true));
    expect(u32s(map, 24, 6)).toEqual([20, 0x9fc00, 0, 0x400, 0, 2]);
  });
});

// Multiboot2 Specification 2.0, §3.6.
describe("multiboot 2", () => {
  /** Tags by type: offsets into the information. */
  function tags(plan: BootPlan): { info: DataView; at: Map<number, number> } {
    const info = memory(plan, plan.processor.registers.rbx ?? 0);
    const at = new Map<number, number>();
    for (let p = 8; p < info.getUint32(0, true); p += Math.ceil(info.getUint32(p + 4, true) / 8) * 8) {
      at.set(info.getUint32(p, true), p);
    }
    return { info, at };
  }
  it("fills the tags", () => {
    const { info, at } = tags(planBoot(request(multiboot2Kernel("elf32"), { commandLine: "line" })));
    expect([...at.keys()]).toEqual([1, 2, 4, 6, 15, 0]);
    expect(u32s(info, at.get(1)!, 2)).toEqual([1, 13]);
    expect(u32s(info, at.get(4)!, 4)).toEqual([4, 16, 639, 63 * 1024 - 128]);
    expect(u32s(info, at.get(6)!, 4)).toEqual([6, 16 + 24 * MEMORY_MAP.length, 24, 0]);
    expect(u32s(info, at.get(6)! + 16 + 24, 6)).toEqual([0x9fc00, 0, 0x400, 0, 2, 0]);
    expect(u32s(info, at.get(15)!, 2)).toEqual([15, 8 + RSDP_BYTES.length]);
    expect(u32s(info, at.get(0)!, 2)).toEqual([0, 8]);
    expect(info.getUint32(0, true)).toBe(at.get(0)! + 8);
  });

  /** An ELF file of 64 KiB linked at 1 MiB with a relocatable tag. */
  const relocatable = (least: number, most: number, align: number, preference: number): Uint8Array => {
    const bytes = new Uint8Array(0x10000);
    bytes.set(multiboot2Header([[10, 0, least, most, align, preference]]));
    return elf({ entry: MIB + 0x100, parts: [{ address: MIB, bytes }] });
  };
  it.each([
    ["where it is linked, if it may", [0, 0xffff_ffff, 4096, 0], MIB],
    ["at the lowest place that it allows", [0x140_0001, 0xffff_ffff, 0x10000, 1], 0x141_0000],
    ["at the highest place that it allows", [0x140_0000, 0x1ff_ffff, 0x1000, 2], 0x1ff_0000],
    ["anywhere without a preference", [0x20_0000, 0xffff_ffff, 0x20_0000, 0], 0x20_0000],
  ] as const)("puts a relocatable kernel %s", (_, [least, most, align, preference], address) => {
    const plan = planBoot(request(relocatable(least, most, align, preference)));
    expect(plan.entry).toBe(address + 0x100);
    const { info, at } = tags(plan);
    expect(u32s(info, at.get(21)!, 3)).toEqual([21, 12, address]);
    expectTidy(plan);
  });
  it("gives the section headers to a kernel that asks, with the symbols in memory", () => {
    const bytes = new Uint8Array(0x1000);
    bytes.set(multiboot2Header([[1, 0, 9]]));
    const symbols = [{ name: "start", address: MIB, size: 16 }];
    const kernel = elf({ entry: MIB, parts: [{ address: MIB, bytes }], symbols });
    const plan = planBoot(request(kernel));
    const { info, at } = tags(plan);
    const tag = at.get(9)!;
    expect(u32s(info, tag, 5)).toEqual([9, 20 + 3 * 40, 3, 40, 0]);
    const [symtab, strings] = [1, 2].map((i) => info.getUint32(tag + 20 + i * 40 + 12, true));
    expect(text(plan, strings! + memory(plan, symtab!).getUint32(16, true))).toBe("start");
    expectTidy(plan);
  });
});

// Documentation/arch/x86/boot.rst and zero-page.rst.
describe("Linux", () => {
  const initrd = new Uint8Array(10_000).fill(7);
  const plan = planBoot(request(linuxKernel(), { commandLine: "line", initrd }));
  const params = memory(plan, plan.processor.registers.rsi ?? 0);
  it("fills boot_params", () => {
    expect(params.byteLength).toBe(4096);
    expect(u32s(params, 0x70, 2)).toEqual([RSDP, 0]);
    expect(params.getUint8(0x1e8)).toBe(MEMORY_MAP.length);
    expect(params.getUint8(0x1ef)).toBe(0);
    expect(params.getUint32(0x202, true)).toBe(0x53726448);
    expect(params.getUint8(0x210)).toBe(0xff);
    expect(params.getUint8(0x211)).toBe(1);
    expect(text(plan, params.getUint32(0x228, true))).toBe("line");
    expect(params.getUint32(0x21c, true)).toBe(initrd.length);
    expect(u32s(params, 0x2d0 + 20, 5)).toEqual([0x9fc00, 0, 0x400, 0, 2]);
  });
  it("puts the initrd at the end of RAM, and below what the kernel reaches", () => {
    expect(params.getUint32(0x218, true)).toBe(RAM - 0x20000 - 3 * 4096);
    const kernel = linuxKernel();
    new DataView(kernel.buffer).setUint32(0x22c, 0x1ff_ffff, true);
    const second = planBoot(request(kernel, { initrd }));
    expect(memory(second, second.processor.registers.rsi ?? 0).getUint32(0x218, true)).toBe(
      0x200_0000 - 3 * 4096,
    );
  });
  it("enters 64-bit mode with four GiB mapped to themselves", () => {
    const { processor: p } = plan;
    expect([p.mode, plan.entry, p.cs.selector, p.data.selector]).toEqual([64, MIB + 0x200, 0x10, 0x18]);
    expect(p.cr0 & 0x8000_0001).toBe(0x8000_0001 | 0);
    expect([p.cr4, p.efer]).toEqual([0x20, 0x500]);
    const tables = memory(plan, p.cr3);
    const entry = (at: number): number => Number(tables.getBigUint64(at - p.cr3, true) & 0xffff_ffff_f000n);
    for (const address of [0, 0x20_0000, 0x1234_5000, 0xffff_f000]) {
      const third = entry(p.cr3);
      const second = entry(third + 8 * Math.floor(address / 2 ** 30));
      const at = second + 8 * (Math.floor(address / 2 ** 21) % 512);
      expect(entry(at)).toBe(Math.floor(address / 2 ** 21) * 2 ** 21);
      expect(tables.getUint32(at - p.cr3, true) & 0xfff).toBe(0x83);
    }
    const gdt = memory(plan, p.gdtr.base);
    expect([0x10, 0x18].map((at) => gdt.getBigUint64(at, true))).toEqual([
      0x00af9b000000ffffn,
      0x00cf93000000ffffn,
    ]);
  });
  it("moves a relocatable kernel whose preferred address is taken", () => {
    const kernel = linuxKernel();
    const view = new DataView(kernel.buffer);
    view.setBigUint64(0x258, BigInt(RAM - 0x10000), true);
    expect(() => planBoot(request(kernel))).toThrow(/^the kernel \(.*\) does not fit in memory/);
    view.setUint8(0x234, 1);
    view.setUint32(0x230, 0x20_0000, true);
    const moved = planBoot(request(kernel));
    expect(moved.entry).toBe(0x20_0000 + 0x200);
    expect(memory(moved, moved.processor.registers.rsi ?? 0).getUint32(0x214, true)).toBe(0x20_0000);
  });
  it("maps more where there is more RAM", () => {
    const memoryMap = [...MEMORY_MAP, { start: 2 ** 32, size: 3 * 2 ** 30, type: "ram" as const }];
    const large = planBoot(request(linuxKernel(), { memoryMap }));
    expect(memory(large, large.processor.cr3).byteLength).toBe((2 + 7) * 4096);
  });
});

describe("symbols", () => {
  it("are read when asked for, sorted by address", () => {
    const names = planBoot(request(plainKernel64()))
      .symbols()
      .map((s) => s.name);
    expect(names).toEqual(["start", "puts"]);
    expect(planBoot(request(linuxKernel())).symbols()).toEqual([]);
  });
});
