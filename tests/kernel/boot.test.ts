/*
 * The kernel's image, booted in Vitrine and in QEMU: the same words at every size, by every protocol; panics that tell where; the end of the machine.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ElfFile, SEGMENT_TYPE } from "../../src/machine/boot/elf.ts";
import { multibootHeader } from "../../src/machine/boot/multiboot.ts";
import { builtKernel } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";
import { packGrub } from "./grub.ts";
import { bootByCommand, bootHere, bootInQemu } from "./image.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-kernel-"));
afterAll(() => rmSync(folder, { recursive: true }));
const image = join(folder, "kernel.elf");
copyFileSync(builtKernel("main.ts"), image);
const debugImage = builtKernel("main.ts", "--debug");

/** The image without its multiboot header, which QEMU starts by its PVH note. */
const pvhImage = join(folder, "kernel-pvh.elf");
{
  const bytes = readFileSync(image);
  const { offset } = multibootHeader(bytes)!;
  writeFileSync(pvhImage, bytes.fill(0, offset, offset + 4));
}

const MIB = 2 ** 20;
/** Behind it are programs (docs/kernel.md). */
const IMAGE_LIMIT = 4 * MIB;

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
const sizeOf = (mib: number): string => (mib % 1024 === 0 ? `${mib / 1024} GiB` : `${mib} MiB`);

it.each([
  ["release", image],
  ["debug", debugImage],
])("lies from 1 MiB to 4 MiB at most: %s", (_, path) => {
  const loads = new ElfFile(readFileSync(path)).segments().filter((s) => s.type === SEGMENT_TYPE.load);
  expect(Math.min(...loads.map((s) => Number(s.virtualAddress)))).toBe(MIB);
  const ends = loads.map((s) => Number(s.virtualAddress) + s.memorySize);
  expect(Math.max(...ends)).toBeLessThanOrEqual(IMAGE_LIMIT);
});

const SIZES = [16, 256, 3072];
const CPUS = [1, 2, 3, 4, 5, 6, 7, 8];
const machines = SIZES.flatMap((mib) =>
  CPUS.filter((cpus) => mib === 256 || [1, 2, 4, 8].includes(cpus)).map((cpus) => ({ mib, cpus })),
);
const greeting = ({ mib, cpus }: { mib: number; cpus: number }) => ({
  status: 0,
  lines: [`Vitrine: ${sizeOf(mib)}, ${plural(cpus, "processor")}, 1 node`],
});
describe("greets and switches off", () => {
  it.for(machines)("in Vitrine, with $mib MiB and $cpus processors", ({ mib, cpus }) => {
    const ran = bootHere(image, { memory: mib * MIB, cpus });
    expect(ran).toEqual(greeting({ mib, cpus }));
  });
  it.for(machines)("in QEMU, with $mib MiB and $cpus processors", ({ mib, cpus }, ctx) => {
    const ran = bootInQemu(ctx, image, "-m", `${mib}`, "-smp", `${cpus}`);
    expect(ran).toEqual(greeting({ mib, cpus }));
  });
  it("and says the same of its options, here and in QEMU", (ctx) => {
    const here = bootHere(image, { cpus: 4, append: "help" });
    expect(here.lines.length).toBeGreaterThan(10);
    expect(bootInQemu(ctx, image, "-m", "256", "-smp", "4", "-append", "help")).toEqual(here);
  });
  it.for(SIZES)(
    "and says the same of its memory, but for what QEMU's firmware keeps, with %s MiB",
    (mib, ctx) => {
      const here = bootHere(image, { memory: mib * MIB, cpus: 2, append: "memory" }).lines;
      const there = bootInQemu(ctx, image, "-m", `${mib}`, "-smp", "2", "-append", "memory").lines;
      expect(there.length).toBe(here.length);
      const differ = here.flatMap((line, i) =>
        line === there[i] ? [] : [line.replace(/[\d.].*/, "").trim()],
      );
      // Its ACPI tables, at the end of RAM, are 128 KiB; so are the range, the sums, and the row of the segment shorter.
      const segment = mib === 16 ? "DMA" : "DMA32";
      expect(
        differ.filter(
          (what) =>
            !["", "ACPI: FACP APIC HPET MCFG", segment.replace(/\d.*/, ""), "unusable,"].includes(what),
        ),
      ).toEqual([]);
      const kib = (lines: readonly string[]): number =>
        Number(/^(\d+) KiB of memory/m.exec(lines.join("\n"))![1]);
      expect(kib(here) - kib(there)).toBe(128);
      const row = (lines: readonly string[]): number[] =>
        lines
          .find((line) => line.startsWith(`${segment} `))!
          .split(/\s+/)
          .slice(1, 3)
          .map(Number);
      const [[frames, free], [framesThere, freeThere]] = [row(here), row(there)];
      expect(frames! - framesThere!).toBe(32);
      // Which processor runs the first thread, and so has pages in its pools, is a matter of real time there.
      expect(Math.abs(free! - freeThere! - 32)).toBeLessThanOrEqual(16);
    },
  );
  it.for(["pvh", "multiboot", "multiboot2"])("by %s", (protocol) => {
    const ran = bootByCommand(image, "--protocol", protocol, "--append", "memory");
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.lines[0]).toBe("Vitrine: 256 MiB, 1 processor, 1 node");
    const other = bootHere(image, { append: "memory" });
    expect(ran.lines).toEqual(other.lines);
  });
  it("by PVH in QEMU", (ctx) => {
    expect(bootInQemu(ctx, pvhImage, "-m", "256")).toEqual(greeting({ mib: 256, cpus: 1 }));
  });
  it("on QEMU's q35", (ctx) => {
    const ran = bootInQemu(ctx, image, "-M", "q35", "-m", "256", "-smp", "3");
    expect(ran).toEqual(greeting({ mib: 256, cpus: 3 }));
  });
  it("on QEMU's microvm, whose ACPI has no fixed hardware", (ctx) => {
    const ran = bootInQemu(ctx, pvhImage, "-M", "microvm", "-m", "256", "-smp", "2");
    expect(ran).toEqual(greeting({ mib: 256, cpus: 2 }));
  });
  it("as a debug build, here and in QEMU", (ctx) => {
    expect(bootHere(debugImage, { cpus: 4 })).toEqual(greeting({ mib: 256, cpus: 4 }));
    const ran = bootInQemu(ctx, debugImage, "-m", "256", "-smp", "4");
    expect(ran).toEqual(greeting({ mib: 256, cpus: 4 }));
  });
  it("with eight of ten processors, in QEMU", (ctx) => {
    const { status, lines } = bootInQemu(ctx, image, "-m", "256", "-smp", "10");
    expect({ status, lines }).toEqual({
      status: 0,
      lines: ["Vitrine: 256 MiB, 8 processors, 1 node", "warning: 2 more processors are not used"],
    });
  });
  it("with RAM above 4 GiB, in QEMU", (ctx) => {
    const { status, lines } = bootInQemu(ctx, image, "-m", "5G", "-append", "memory");
    expect(status).toBe(0);
    expect(lines[0]).toBe("Vitrine: 5 GiB, 1 processor, 1 node");
    expect(lines.some((line) => /^ {2}0x0000000100000000 – 0x00000001[0-9a-f]{8} /.test(line))).toBe(true);
  });
});

/** Two numbers of a line "  0x… – 0x…". */
const rangeOf = (line: string): [number, number] => {
  const [, start, end] = /^ {2}0x([0-9a-f]{16}) – 0x([0-9a-f]{16}) /.exec(line)!;
  return [Number.parseInt(start!, 16), Number.parseInt(end!, 16)];
};
/** The lines behind a title, up to the next line that is not indented. */
function listed(lines: readonly string[], title: string): string[] {
  const from = lines.indexOf(title) + 1;
  const length = lines.slice(from).findIndex((line) => !line.startsWith("  "));
  return lines.slice(from, length < 0 ? undefined : from + length);
}
describe("modules", () => {
  const MODULE = join(folder, "module");
  writeFileSync(MODULE, "a module".repeat(1000));
  const check = (lines: readonly string[], text: string): void => {
    const [module] = listed(lines, "modules:");
    expect(module?.slice(62)).toBe(text);
    const [start, end] = rangeOf(module!);
    expect(end - start).toBe(8000);
    const usable = listed(lines, "usable memory:").map(rangeOf);
    expect(usable.filter(([from, to]) => from < end && start < to)).toEqual([]);
  };
  it.for(["pvh", "multiboot", "multiboot2"])("are told and kept: %s", (protocol) => {
    const { lines } = bootByCommand(
      ...([image, "--protocol", protocol, "--module", `${MODULE},two words`, "--append", "memory"] as const),
    );
    check(lines, "two words");
  });
  it("are told and kept, in QEMU", (ctx) => {
    const { lines } = bootInQemu(ctx, image, "-initrd", `${MODULE} two words`, "-append", "memory");
    check(lines, `${MODULE} two words`);
  });
  it.for(["multiboot", "multiboot2"])("come by GRUB and %s, in QEMU", (protocol, ctx) => {
    const script = [
      `${protocol} (memdisk)/stripped.elf memory`,
      `module${protocol.slice(9)} (memdisk)/module two words`,
      "boot",
    ];
    // With its debugging information it does not fit into GRUB's own image.
    copyFileSync(builtKernel("main.ts", "--strip"), join(folder, "stripped.elf"));
    const files = ["stripped.elf", "module"];
    const grub = packGrub(ctx, folder, `grub-${protocol}`, { script, files, modules: [protocol] });
    const { status, lines } = bootInQemu(ctx, grub, "-m", "256", "-smp", "2");
    expect(status).toBe(0);
    const at = lines.findIndex((line) => line.endsWith("Vitrine: 256 MiB, 2 processors, 1 node"));
    expect(at).not.toBe(-1);
    check(lines.slice(at + 1), "two words");
  });
});

describe("nodes of memory", () => {
  const nodes = ["--numa", "cpus=0-1,memory=64M", "--numa", "cpus=2-3,memory=192M"];
  it("are those of the machine", () => {
    const { lines } = bootByCommand(image, "--cpus", "4", ...nodes, "--append", "memory");
    expect(lines[0]).toBe("Vitrine: 256 MiB, 4 processors, 2 nodes");
    const at = lines.indexOf("nodes:");
    expect(lines.slice(at + 1, at + 3).map((line) => line.trim().split(/\s+/).slice(0, 3).join(" "))).toEqual(
      ["0x0000000000000000 – 0x0000000004000000", "0x0000000004000000 – 0x0000000010000000"],
    );
    expect(lines.slice(at + 3, at + 6)).toEqual(["distances between nodes:", "  10 20", "  20 10"]);
  });
  it("are those that QEMU has, with its distances", (ctx) => {
    const memory = [
      "-object",
      "memory-backend-ram,id=a,size=64M",
      "-object",
      "memory-backend-ram,id=b,size=192M",
    ];
    const numa = ["node,cpus=0-1,memdev=a", "node,cpus=2-3,memdev=b", "dist,src=0,dst=1,val=31"];
    const { status, lines } = bootInQemu(
      ...([ctx, image, "-m", "256", "-smp", "4", "-append", "memory", ...memory] as const),
      ...numa.flatMap((node) => ["-numa", node]),
    );
    expect(status).toBe(0);
    expect(lines[0]).toBe("Vitrine: 256 MiB, 4 processors, 2 nodes");
    const at = lines.indexOf("distances between nodes:");
    expect(lines.slice(at + 1, at + 3)).toEqual(["  10 31", "  31 10"]);
  });
});

describe("the command line", () => {
  it("is warned about, and lists what there is", () => {
    const { lines } = bootHere(image, { append: "help nonsense 'two words'=3" });
    expect(lines.slice(0, 2)).toEqual([
      "warning: unknown option nonsense",
      "warning: unknown option two words",
    ]);
    const names = lines.slice(3).map((line) => line.trim().split(/\s+/)[0]);
    expect(names).toEqual(expect.arrayContaining(["help", "memory", "time", "crash", "test"]));
  });
  it("has no place for the kernel's file, but multiboot 1 has", () => {
    const said = (...options: string[]) => bootByCommand(image, "--append", "kernel", ...options).lines[0];
    expect(said("--protocol", "multiboot")).not.toMatch("warning");
    expect(said("--protocol", "multiboot2")).toBe("warning: unknown option kernel");
    expect(said("--protocol", "pvh")).toBe("warning: unknown option kernel");
  });
  it("may begin with the kernel's file, as QEMU gives it", (ctx) => {
    expect(bootInQemu(ctx, image, "-m", "256", "-append", "").lines).toEqual(
      greeting({ mib: 256, cpus: 1 }).lines,
    );
  });
});

/** Functions of the image, with where they end, by `nm`. */
function functionsOf(nm: string, path: string): { name: string; start: number; end: number }[] {
  const { stdout } = spawnSync(nm, ["--defined-only", "--print-size", path], { encoding: "utf8" });
  return [...stdout.matchAll(/^([0-9a-f]+) ([0-9a-f]+) [tT] (.+)$/gm)].map(([, start, size, name]) => ({
    name: name!,
    start: Number.parseInt(start!, 16),
    end: Number.parseInt(start!, 16) + Number.parseInt(size!, 16),
  }));
}
interface Call {
  readonly address: number;
  readonly name: string;
  readonly offset: number;
}
const callsIn = (lines: readonly string[]): Call[] =>
  lines
    .slice(lines.indexOf("calls, innermost first:") + 1)
    .map((line) => /^ {2}0x([0-9a-f]{16}) (\S+)\+0x([0-9a-f]+)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, address, name, offset]) => ({
      address: Number.parseInt(address!, 16),
      name: name!,
      offset: Number.parseInt(offset!, 16),
    }));

/** By `crash=`: what the panic says, and the calls, innermost first, up to that of `crash`. */
const CRASHES = [
  {
    kind: "null",
    says: /^panic: .*write at 0x0000000000000010, not present/,
    calls: ["crash.writeThrough", "crash.crash"],
  },
  {
    kind: "jump",
    says: /^panic: .*execution at 0x0000000000000010/,
    calls: ["?", "crash.callNowhere", "crash.crash"],
  },
  { kind: "opcode", says: /^panic: #UD invalid opcode/, calls: ["crash.crash"] },
  {
    kind: "divide",
    says: /^panic: (#DE divide error|division by zero, .*kernel.crash.ts:\d+)/,
    calls: ["crash.divide", "crash.crash"],
  },
  { kind: "panic", says: /^panic: asked for: left = 0x1, right = 0xfeed$/, calls: ["crash.crash"] },
  { kind: "assert", says: /^panic: kinds are alike$/, calls: ["crash.crash"] },
  {
    kind: "double",
    says: /^panic: #DF double fault$/,
    calls: ["crash.faultTwice", "crash.crash"],
  },
  {
    kind: "interrupt",
    says: /^ {2}interrupted by vector 97$/,
    calls: [
      ...["crash.panicInHandler", "interrupts.takeInterrupt", "dispatch.dispatch"],
      ...["crash.interruptItself", "crash.crash"],
    ],
  },
  {
    kind: "stack",
    says: /^panic: stack overflow: write at 0xffffc000/,
    calls: ["crash.recurse", "crash.recurse", "crash.crash"],
  },
  {
    kind: "stray",
    says: /^the kernel's root has an entry for programs' addresses: level 3, 0x0000028000000000 to 0x000002ffffffffff, entry 0x/,
    calls: ["clone.cloneRoot", "crash.cloneStray", "crash.crash"],
  },
];
describe.each(["release", "debug"])("a crash, %s build", (build) => {
  const path = build === "debug" ? debugImage : image;
  const check = (lines: readonly string[], { says, calls }: (typeof CRASHES)[number]): void => {
    expect(
      lines.some((line) => says.test(line)),
      lines.join("\n"),
    ).toBe(true);
    const all = [...calls, "first.runFirst", "start.callFirst", "spawn.beginThread", "switch.enterThread"];
    // Folders come before names of which there are several.
    const told = callsIn(lines).map((c) => c.name.split(".").slice(-2).join("."));
    // Functions of other files may have become part of their callers.
    const expected = all.filter(
      (name) => /^crash|^[?]/.test(name) || build === "debug" || told.includes(name),
    );
    expect(told).toEqual(expected);
  };
  it.for(CRASHES)("$kind, in Vitrine", (crash) => {
    const { status, lines } = bootHere(path, { cpus: 4, append: `crash=${crash.kind}` });
    check(lines, crash);
    expect(status).toBe(1);
  });
  it.for(CRASHES)("$kind, in QEMU", (crash, ctx) => {
    const { status, lines } = bootInQemu(ctx, path, "-smp", "4", "-append", `crash=${crash.kind}`);
    check(lines, crash);
    expect(status).toBe(1);
  });
  it("names functions as nm does", (ctx) => {
    const functions = functionsOf(requireTool(ctx, "nm"), path);
    const { lines } = bootHere(path, { append: "crash=null" });
    const calls = callsIn(lines);
    expect(calls.length).toBeGreaterThan(5);
    for (const { address, name, offset } of calls) {
      const found = functions.find((f) => f.name === name)!;
      expect({ name, start: address - offset }).toEqual({ name, start: found.start });
      expect(address).toBeLessThanOrEqual(found.end);
    }
  });
  it("prints all registers", () => {
    const { lines } = bootHere(path, { append: "crash=null" });
    const registers = lines.flatMap((line) =>
      [...line.matchAll(/ (r\w\w?|flg|cr\d) +0x[0-9a-f]{16}/g)].map(([, r]) => r),
    );
    expect(registers.length).toBe(21);
  });
  it("within a crash ends at once", () => {
    const { status, lines } = bootHere(path, { append: "crash=twice" });
    expect(lines.at(-1)).toMatch(/^panic in a panic: /);
    expect(status).toBe(1);
  });
});
