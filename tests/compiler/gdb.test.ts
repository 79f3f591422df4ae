/*
 * gdb on what the compiler makes: a Linux program natively, and the hello kernel through QEMU's stub: breakpoints by line, variables,
 * arguments, callers, types.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requireTool } from "../support/tools.ts";
import { build as buildProgram, root, gdb as runGdb } from "./debugger.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-gdb-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCE = `class Point extends Struct {
  x: i32;
  y: i32;
  level: bitfield<3>;

  sum(): i32 {
    const both = this.x + this.y;
    return both;
  }
}
enum Colour { Red, Green = 7 }
const table: array<u16, 3> = [1, 2, 3];
let colour: Colour = Colour.Green;

/** @noinline */
function scale(p: ptr<Point>, factor: i64): i64 {
  let total: i64 = 0;
  for (let i: i64 = 0; i < factor; i++) {
    total += i64(p.sum());
  }
  const done: bool = true;
  return done ? total : 0;
}
export function main(argc: i32, argv: ptr<ptr<u8>>): i32 {
  let p: Point = init({ x: 3, y: 4, level: 5 });
  const apply: fn<(p: ptr<Point>, factor: i64) => i64> = scale;
  const result = apply(addressOf(p), 6);
  colour = Colour.Red;
  return result === 42 ? i32(table[0]) - 1 : 1;
}
`;
const LINE = (text: string): number => SOURCE.split("\n").findIndex((l) => l.includes(text)) + 1;

const build = (entry: string, target: "linux" | "kernel", name: string, debug = true): string =>
  buildProgram({ folder, name, entry, sources: { "main.ts": SOURCE }, target, debug });
const gdb = (program: string, file: string, commands: readonly string[], cwd = folder): string =>
  runGdb(program, file, commands, cwd);

describe("gdb on a Linux program", () => {
  it("breaks at a line, and tells locals, arguments, callers", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const line = LINE("const done");
    const out = gdb(program, build("main.ts", "linux", "main"), [
      `break main.ts:${line}`,
      "run",
      "info args",
      "info locals",
      "print *p",
      "bt",
      "next",
      "print done",
      "up",
      "info locals",
    ]);
    expect(out).toMatch(
      new RegExp(`Breakpoint 1, .*scale \\(p=0x[0-9a-f]+, factor=6\\) at main\\.ts:${line}\n`),
    );
    expect(out).toContain(`${line}\t  const done: bool = true;\n`);
    expect(out).toMatch(/\np = 0x[0-9a-f]+\nfactor = 6\n/);
    expect(out).toMatch(/\ntotal = 42\n/);
    expect(out).toContain("$1 = {x = 3, y = 4, level = 5}");
    expect(out).toMatch(
      new RegExp(
        `#0 +.*scale \\(.*\\) at main\\.ts:${line}\n#1 +0x[0-9a-f]+ in main \\(argc=1, .*\\) at main\\.ts:${LINE("apply(addressOf")}\n`,
      ),
    );
    expect(out).toContain("$2 = true");
    expect(out).toMatch(/\np = \{x = 3, y = 4, level = 5\}\n/);
  });
  it("breaks at functions and methods behind their prologues", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const out = gdb(program, build("main.ts", "linux", "main"), [
      "break Point.sum",
      "run",
      "print this.x",
      "finish",
      "delete",
      "continue",
    ]);
    expect(out).toMatch(
      new RegExp(`Breakpoint 1, Point\\.sum \\(this=0x[0-9a-f]+\\) at main\\.ts:${LINE("const both")}\n`),
    );
    expect(out).toContain("$1 = 3\n");
    expect(out).toMatch(/Value returned is \$2 = 7\n/);
    expect(out).toMatch(/exited normally\]/);
  });
  it("knows types and globals", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const out = gdb(program, build("main.ts", "linux", "main"), [
      "break main.ts:28",
      "run",
      "ptype Point",
      "ptype p",
      "whatis apply",
      "print table",
      "print colour",
      "ptype colour",
      "print result",
    ]);
    const point = "type = struct Point {\n    i32 x;\n    i32 y;\n    u32 level : 3;\n}\n";
    expect(out.split(point).length).toBe(3);
    expect(out).toContain("type = i64 (*)(Point *, i64)\n$1 = {1, 2, 3}\n$2 = Green\n");
    expect(out).toMatch(/type = enum Colour \{Red, Green = 7\}\n\$3 = 42\n/);
  });
  it("finds lines and callers in a release build too", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const out = gdb(program, build("main.ts", "linux", "release", false), ["break scale", "run", "bt"]);
    expect(out).toMatch(/Breakpoint 1, scale \(.*\) at main\.ts:\d+\n/);
    expect(out).toMatch(
      new RegExp(`#1 +0x[0-9a-f]+ in main \\(.*\\) at main\\.ts:${LINE("apply(addressOf")}\n`),
    );
  });
});

/** QEMU with its stub on a socket, stopped before the first instruction; ended by the caller. */
function qemu(program: string, kernel: string): { child: ChildProcess; socket: string } {
  const socket = join(folder, "gdb.sock");
  const args =
    "-display none -monitor none -serial null -no-reboot -S -device isa-debug-exit,iobase=0xf4,iosize=4";
  const child = spawn(program, [
    ...args.split(" "),
    ...[
      "-chardev",
      `socket,path=${socket},server=on,wait=off,id=gdb`,
      "-gdb",
      "chardev:gdb",
      "-kernel",
      kernel,
    ],
  ]);
  return { child, socket };
}

describe("gdb on the kernel in QEMU", () => {
  it("breaks in an interrupt handler, and shows who was interrupted", async (ctx) => {
    const program = requireTool(ctx, "gdb");
    const kernel = build("kernel/hello.ts", "kernel", "hello.elf");
    const { child, socket } = qemu(requireTool(ctx, "qemu-system-x86_64"), kernel);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const source = readFileSync(join(root, "kernel/hello.ts"), "utf8").split("\n");
    const line = source.findIndex((l) => l.includes('print("interrupt')) + 1;
    try {
      const out = gdb(
        program,
        kernel,
        [
          "set tcp connect-timeout 20",
          `target remote ${socket}`,
          `hbreak hello.ts:${line}`,
          "continue",
          "bt",
          "print interrupts",
          "ptype Gate",
          "print/x idt[0x40].selector",
          "delete",
          "continue",
        ],
        root,
      );
      expect(out).toMatch(new RegExp(`Breakpoint 1, .*onInterrupt \\(.*\\) at kernel/hello\\.ts:${line}\n`));
      expect(out).toMatch(/#1 .* in kmain \(\) at kernel\/hello\.ts:\d+\n/);
      expect(out).toContain("$1 = 1\ntype = struct Gate {\n    u16 low;\n");
      expect(out).toContain("$2 = 0x8\n");
      expect(await ended).toBe(33);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
