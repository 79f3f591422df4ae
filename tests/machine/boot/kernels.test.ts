/*
 * The test kernels of kernels/*.asm, booted by our plans on a BareMachine and by QEMU's loaders: they check what they are given
 * and say the same.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { BootRequest } from "../../../src/machine/boot/plan.ts";
import { missing, requireTool } from "../../support/tools.ts";
import {
  linuxKernel,
  multiboot2Kernel,
  multibootKernel,
  plainKernel32,
  plainKernel64,
  pvhKernel,
} from "./images.ts";
import { boot, type Outcome, request, SUCCESS } from "./run.ts";

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const INITRD = text("The first module has more than sixteen bytes.");
const MODULE = Uint8Array.from({ length: 5000 }, (_, i) => ((i * 7) & 0x3f) | 0x40);
const LINE = 'console=ttyS0 a="b c" -- ünïcode';
/** Size, sum and first characters of a module, as print.asm has them. */
const shown = (bytes: Uint8Array): string => {
  const hex = (n: number): string => n.toString(16).padStart(8, "0");
  const sum = bytes.reduce((n, b) => n + b, 0);
  return `${hex(bytes.length)} ${hex(sum)} ${Buffer.from(bytes.subarray(0, 16)).toString("latin1")}`;
};
const latin = (s: string): string => Buffer.from(s).toString("latin1");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vitrine-boot-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

/** The files that QEMU and GRUB are given. */
function writeFiles(kernel: Uint8Array): void {
  writeFileSync(path("kernel"), kernel);
  writeFileSync(path("initrd"), INITRD);
  writeFileSync(path("module"), MODULE);
}

/** Boots a kernel with QEMU's own loaders. */
function onQemu(program: string, kernel: string, args: readonly string[]): Outcome {
  const { status, stderr, error } = spawnSync(
    program,
    [
      ...[
        "-M",
        "pc",
        "-accel",
        "tcg",
        "-cpu",
        "max",
        "-m",
        "64",
        "-nodefaults",
        "-no-reboot",
        "-display",
        "none",
      ],
      ...["-debugcon", `file:${path("out")}`, "-device", "isa-debug-exit,iobase=0xf4,iosize=1"],
      ...["-kernel", path(kernel), ...args],
    ],
    { timeout: 60_000, encoding: "utf8" },
  );
  if (error !== undefined) throw error;
  expect(stderr).toBe("");
  // The BIOS writes to the same port before it starts the kernel.
  const output = readFileSync(path("out"), "latin1");
  return {
    output: output.slice(output.search(/command line:|FAILED|64-bit|protected/)),
    status: status ?? undefined,
  };
}

const lines = (...all: string[]): string => all.map((l) => `${l}\n`).join("");

describe("multiboot", () => {
  // QEMU puts the file's name before the command line, and gives a module its -initrd argument.
  const asked = (kernel: Uint8Array): BootRequest =>
    request(kernel, {
      commandLine: `${path("kernel")} ${LINE}`,
      modules: [
        { bytes: INITRD, commandLine: `${path("initrd")} with arguments` },
        { bytes: MODULE, commandLine: path("module") },
      ],
    });
  const expected = () =>
    lines(
      `command line: ${path("kernel")} ${latin(LINE)}`,
      "modules: 00000002",
      `module: ${shown(INITRD)} ${path("initrd")} with arguments`,
      `module: ${shown(MODULE)} ${path("module")}`,
      "kernel in RAM: yes",
    );
  it.each(["elf32", "elf64", "flat"] as const)("boots an %s kernel", (form) => {
    expect(boot(asked(multibootKernel(form)))).toEqual({ output: expected(), status: SUCCESS });
  });
  // It refuses ELF64.
  it.for(["elf32", "flat"] as const)(
    "boots the same %s kernel on QEMU, with the same output",
    (form, ctx) => {
      const qemu = requireTool(ctx, "qemu-system-x86_64");
      const initrd = `${path("initrd")} with arguments,${path("module")}`;
      writeFiles(multibootKernel(form));
      expect(onQemu(qemu, "kernel", ["-append", LINE, "-initrd", initrd])).toEqual({
        output: expected(),
        status: SUCCESS,
      });
    },
  );
});

/** GRUB with its multiboot 2 loader, a script and the files, in the form of a Linux kernel that QEMU starts in real mode. */
function packGrub(ctx: Pick<TestContext, "skip">): void {
  // Debian's grub-common and grub-pc-bin.
  const mkimage = requireTool(ctx, "grub-mkimage");
  const modules = join(dirname(mkimage), "../lib/grub/i386-pc");
  if (!existsSync(modules)) missing(ctx, "GRUB for i386-pc");
  const files = ["kernel", "initrd", "module"];
  const script = [
    "multiboot2 (memdisk)/kernel one two",
    "module2 (memdisk)/initrd",
    "module2 (memdisk)/module second",
    "boot",
  ];
  writeFileSync(path("grub.cfg"), lines(...script));
  const run = (program: string, args: readonly string[]): void => {
    const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  };
  run(requireTool(ctx, "tar"), ["cf", "files.tar", ...files]);
  const where = ["-d", modules, "-O", "i386-pc", "-p", "(memdisk)/", "-o", "core.img"];
  const contents = ["-c", "grub.cfg", "-m", "files.tar", "memdisk", "tar", "multiboot2", "boot", "biosdisk"];
  run(mkimage, [...where, ...contents]);
  const parts = [join(modules, "lnxboot.img"), path("core.img")].map((name) => readFileSync(name));
  writeFileSync(path("grub"), Buffer.concat(parts));
}

describe("multiboot 2", () => {
  // QEMU has no loader for it.
  it.for(["elf32", "elf64", "flat"] as const)(
    "boots the same %s kernel with GRUB on QEMU, with the same output but for the RSDP",
    (form, ctx) => {
      const qemu = requireTool(ctx, "qemu-system-x86_64");
      const kernel = multiboot2Kernel(form);
      writeFiles(kernel);
      packGrub(ctx);
      const ours = boot(
        request(kernel, {
          commandLine: "one two",
          initrd: INITRD,
          modules: [{ bytes: MODULE, commandLine: "second" }],
          rsdpBytes: undefined,
        }),
      );
      expect(onQemu(qemu, "grub", [])).toEqual(ours);
      expect(ours.status).toBe(SUCCESS);
    },
  );

  it.each(["elf32", "elf64", "flat"] as const)("boots an %s kernel", (form) => {
    const asked = request(multiboot2Kernel(form), {
      commandLine: LINE,
      initrd: INITRD,
      modules: [{ bytes: MODULE, commandLine: "second" }],
    });
    expect(boot(asked)).toEqual({
      output: lines(
        `command line: ${latin(LINE)}`,
        `module: ${shown(INITRD)} `,
        `module: ${shown(MODULE)} second`,
        "kernel in RAM: yes",
        "RSDP: RSD PTR ",
      ),
      status: SUCCESS,
    });
  });
});

describe("PVH", () => {
  const expected = (...modules: string[]) =>
    lines(
      `command line: ${latin(LINE)}`,
      `modules: 0000000${modules.length}`,
      ...modules,
      "kernel in RAM: yes",
      "RSDP: RSD PTR ",
    );
  it.each([false, true])("boots a kernel, ELF64: %s", (wide) => {
    const asked = request(pvhKernel(wide), {
      commandLine: LINE,
      initrd: INITRD,
      modules: [{ bytes: MODULE, commandLine: "second" }],
    });
    expect(boot(asked)).toEqual({
      output: expected(`module: ${shown(INITRD)}`, `module: ${shown(MODULE)} second`),
      status: SUCCESS,
    });
  });
  it.for([false, true])("boots the same kernel on QEMU, with the same output, ELF64: %s", (wide, ctx) => {
    const qemu = requireTool(ctx, "qemu-system-x86_64");
    writeFiles(pvhKernel(wide));
    expect(onQemu(qemu, "kernel", ["-append", LINE])).toEqual({ output: expected(), status: SUCCESS });
  });
});

describe("Linux", () => {
  const expected = () =>
    lines(`command line: ${latin(LINE)}`, `module: ${shown(INITRD)}`, "kernel in RAM: yes");
  it("boots a bzImage by the 64-bit protocol", () => {
    const asked = request(linuxKernel(), { commandLine: LINE, initrd: INITRD });
    expect(boot(asked)).toEqual({ output: `${expected()}RSDP: RSD PTR \n`, status: SUCCESS });
  });
  it("boots the same bzImage on QEMU, with the same output but for the RSDP", (ctx) => {
    const qemu = requireTool(ctx, "qemu-system-x86_64");
    writeFiles(linuxKernel());
    expect(onQemu(qemu, "kernel", ["-append", LINE, "-initrd", path("initrd")])).toEqual({
      output: expected(),
      status: SUCCESS,
    });
  });
});

describe("plain ELF", () => {
  it("boots an ELF32 file in protected mode", () => {
    expect(boot(request(plainKernel32()))).toEqual({ output: "protected mode\n", status: SUCCESS });
  });
  it("boots an ELF64 file of the higher half in 64-bit mode", () => {
    expect(boot(request(plainKernel64()))).toEqual({ output: "64-bit mode\n", status: SUCCESS });
  });
});
