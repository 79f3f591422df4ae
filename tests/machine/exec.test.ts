/* `vitrine exec` as docs/exec.md describes it: modes, options, the JSON object, batches, and one line for bad use. */
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { assemble } from "../../src/isa/assembler/assemble.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vitrine-exec-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});

function file(name: string, source: string, mode: 16 | 32 | 64 = 64): string {
  const path = join(folder, name);
  writeFileSync(path, assemble(source, { mode }).bytes);
  return path;
}

const hex = (n: number): string => `0x${n.toString(16)}`;

/** Runs `vitrine exec …`; the status is what the process would end with. */
async function exec(...args: string[]) {
  let out = "";
  let err = "";
  const returned = await main(["exec", ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  const status = returned ?? Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { status, out, err };
}
async function execJson(...args: string[]) {
  const { status, out, err } = await exec(...args, "--json");
  expect(err).toBe("");
  expect(out.endsWith("}\n")).toBe(true);
  return { status, ...JSON.parse(out) };
}

describe("vitrine exec", () => {
  it("runs to hlt and prints all state", async () => {
    const path = file("sum.bin", "mov eax, 40\nadd rax, 2\npush rax\nfld1\nmovq xmm3, rax\nhlt");
    const report = await execJson(path);
    expect(report).toMatchObject({
      status: 0,
      stop: "hlt",
      exception: null,
      mxcsr: "0x00001f80",
      memory: [],
      instructions: 6,
    });
    expect(Object.keys(report.registers).join(" ")).toBe(
      "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15 rip rflags " +
        "cs ds es fs gs ss fs_base gs_base cr0 cr2 cr3 cr4 cr8 efer",
    );
    expect(report.registers).toMatchObject({
      rax: "0x000000000000002a",
      rsp: "0x000000007ffefff8",
      rip: "0x0000000000010012",
      rflags: "0x0000000000000002",
      cs: "0x0008",
      cr0: "0x0000000080050033",
    });
    expect(report.xmm).toHaveLength(16);
    expect(report.xmm[3]).toBe("0x0000000000000000000000000000002a");
    expect(report.x87.st).toHaveLength(8);
    expect(report.x87).toMatchObject({ control: "0x037f", status: "0x3800", tag: "0x3fff" });
    expect(report.x87.st[0]).toBe("0x3fff8000000000000000");
    expect(report.cycles).toBeGreaterThan(0);
  });

  it("prints a table for people", async () => {
    const { status, out } = await exec(file("table.bin", "mov eax, 1\nstc\nhlt"), "--dump", "0x10000:6");
    expect(status).toBe(0);
    expect(out).toMatch(/^stop hlt\n/);
    expect(out).toMatch(/rax {5}0x0000000000000001/);
    expect(out).toMatch(/ CF\n/);
    expect(out).toMatch(/0x0000000000010000 {2}b8 01 00 00 00 f9\n/);
  });

  it("maps, sets and dumps", async () => {
    const path = file("copy.bin", "mov [rdi+4], eax\nmov al, [rsi]\nhlt");
    const options = [
      "--map",
      "0x20000:4096",
      "--map",
      "0x1ffff:0x1002",
      "--set",
      "rdi=0x20ffe",
      "--set",
      "eax=-2",
    ];
    const report = await execJson(
      path,
      ...options,
      "--set",
      "rsi=0x1f000",
      "--dump",
      "0x21000:8",
      "--dump",
      "131072:1",
    );
    expect(report.registers.rax).toBe("0x00000000ffffff00");
    expect(report.memory).toEqual([
      { address: "0x0000000000021000", bytes: "0000feffffff0000" },
      { address: "0x0000000000020000", bytes: "00" },
    ]);
  });

  it("needs memory once for what is mapped several times", async () => {
    const maps = Array.from({ length: 40 }, (_, i) => ["--map", `${hex(0x100000 + i * 0x1000)}:128M`]);
    const report = await execJson(
      file("end.bin", "mov eax, [rdi]\nhlt"),
      "--set",
      "rdi=0x8126ffc",
      ...maps.flat(),
    );
    expect(report.stop).toBe("hlt");
    // One byte past the last page: nothing there.
    const beyond = await exec(file("end.bin", "hlt"), "--dump", "0x8127000:1", ...maps.flat());
    expect(beyond.err).toMatch(/0x8127000 is not mapped$/m);
  });

  it("has page tables for pages far apart", async () => {
    const places = Array.from({ length: 200 }, (_, i) => 2 ** 39 * (i + 1) - 1);
    const maps = places.flatMap((at) => ["--map", `${hex(at)}:2`]);
    const dumps = places.flatMap((at) => ["--dump", `${hex(at)}:2`]);
    const report = await execJson(file("far.bin", "hlt"), ...maps, ...dumps);
    expect(report.memory.map((m: { bytes: string }) => m.bytes)).toEqual(places.map(() => "0000"));
  });

  it.each([
    ["ud2", 6, null, null],
    ["mov eax, [0x123456]", 14, 0, "0x0000000000123456"],
    ["mov rax, 0x1234567800000000\nmov [rax], al", 13, 0, null],
    ["int3", 3, null, null],
    ["int 0x80", 0x80, null, null],
    ["xor ecx, ecx\ndiv ecx", 0, null, null],
    ["mov ax, 0x100\nmov ds, ax", 13, 0x100, null],
  ])("reports %j as exception %i", async (source, vector, error, address) => {
    const report = await execJson(file("fault.bin", source));
    expect(report).toMatchObject({ status: 1, stop: "exception" });
    expect(report.exception).toMatchObject({ vector, error, address, tripleFault: false });
  });

  it("ends at a limit", async () => {
    const path = file("loop.bin", "again: inc rax\njmp again");
    const report = await execJson(path, "--max-instructions", "1001");
    expect(report).toMatchObject({ status: 1, stop: "limit", instructions: 1001 });
    expect(report.registers.rax).toBe("0x00000000000001f5");
  });

  it("starts at level 3", async () => {
    const report = await execJson(file("user.bin", "push rax\nmov eax, cs\nhlt"), "--ring", "3");
    expect(report.exception).toMatchObject({ vector: 13, error: 0 });
    expect(report.registers).toMatchObject({ rax: "0x000000000000002b", cs: "0x002b", ss: "0x0023" });
  });
  it("runs 32-bit code", async () => {
    const report = await execJson(file("32.bin", "inc eax\npush eax\npop ecx\nhlt", 32), "--mode", "32");
    expect(report).toMatchObject({ stop: "hlt", instructions: 4 });
    expect(report.registers).toMatchObject({ rax: "0x0000000000000001", rcx: "0x0000000000000001" });
    expect(report.registers.efer).toBe("0x0000000000000000");
  });
  it.each([
    ["0x7c00", "0x0000", "0x0000000000007c03"],
    ["0x10000", "0x1000", "0x0000000000000003"],
  ])("runs 16-bit code at %s with cs %s", async (base, cs, rip) => {
    const report = await execJson(file("16.bin", "push ax\ninc ax\nhlt", 16), "--mode", "16", "--base", base);
    expect(report).toMatchObject({ stop: "hlt" });
    expect(report.registers).toMatchObject({ rax: "0x0000000000000001", cs, rip, cr0: "0x0000000000000032" });
  });

  it("is the same on each engine", async () => {
    const path = file("same.bin", "mov ecx, 100\nagain: imul rax, rcx\nadd rax, rcx\nloop again\nhlt");
    const one = await execJson(path, "--engine", "evaluator");
    const two = await execJson(path, "--engine", "interpreter");
    expect(one).toEqual(two);
  });

  it("runs a batch, each file in a fresh machine", async () => {
    const paths = [
      file(
        "a.bin",
        "mov rbx, [0x20000]\nmov qword [0x20000], 7\nmov eax, 5\nmovd xmm1, eax\nfld1\nstc\nmov ds, [cs:rel null]\nhlt\nnull: dw 0",
      ),
      file("b.bin", "mov rbx, [0x20000]\nmov ecx, ds\nhlt"),
      file("c.bin", "ud2"),
      join(folder, "missing.bin"),
      file("d.bin", "inc eax\nhlt"),
    ];
    const { status, out, err } = await exec("--batch", "--map", "0x20000:8", ...paths, paths[1]!);
    expect(err).toBe("");
    expect(status).toBe(2);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((l) => l.file)).toEqual([...paths, paths[1]]);
    expect(lines.map((l) => l.stop)).toEqual(["hlt", "hlt", "exception", undefined, "hlt", "hlt"]);
    expect(lines[3].error).toMatch(/missing\.bin: no such file/);
    expect(lines[4].instructions).toBe(2);
    const alone = await execJson(paths[1]!, "--map", "0x20000:8");
    for (const line of [lines[1], lines[5]]) {
      expect({ ...line, status: 0 }).toEqual({ ...alone, file: paths[1] });
    }
  });

  it("goes on with a batch whatever cannot be read, and makes room for what is large", async () => {
    const good = file("good.bin", "mov eax, 5\nhlt");
    const large = join(folder, "large.bin");
    writeFileSync(large, Buffer.concat([Buffer.alloc(3 << 20, 0x90), Buffer.from([0xf4])]));
    const loop = join(folder, "itself.bin");
    symlinkSync(loop, loop);
    const huge = join(folder, "huge-too.bin");
    writeFileSync(huge, "");
    truncateSync(huge, 2 ** 33);
    const paths = [loop, folder, huge, join(good, "x"), join(folder, "n".repeat(300)), large, good];
    const { status, out, err } = await exec("--batch", ...paths);
    expect([status, err]).toEqual([2, ""]);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((l) => l.stop ?? l.error.replace(/^.*: /, ""))).toEqual([
      expect.stringMatching(/symbolic links/),
      "it is a directory",
      "more than 1073741824 bytes",
      "not a directory",
      "name too long",
      "hlt",
      "hlt",
    ]);
    expect(lines[5].instructions).toBe((3 << 20) + 1);
    expect(lines[6]).toEqual({ ...JSON.parse((await exec(good, "--json")).out), file: good });
  });

  it.each([
    [["nothing.bin"], /nothing\.bin: no such file or directory$/],
    [
      ["FILE", "--base", "0x800000000000"],
      /cannot be mapped: addresses of 64-bit mode end at 0x800000000000$/,
    ],
    [["FILE", "--base", "-1"], /-1 is out of range$/],
    [["FILE", "--base", "x"], /"x" is not a number$/],
    [["FILE", "--map", "0x1000"], /It has the form ADDRESS:SIZE$/],
    [["FILE", "--map", "0:0"], /It must be at least 1$/],
    [["FILE", "--map", "0:5G"], /are more than fit/],
    [["FILE", "--set", "rax"], /It has the form REGISTER=VALUE$/],
    [["FILE", "--set", "raxx=1"], /No register is called "raxx"$/],
    [["FILE", "--set", "al=256"], /256 does not fit in al, which has 8 bits$/],
    [["FILE", "--set", "cr4=0x8000000000"], /the processor refuses 0x8000000000 for cr4$/],
    [["FILE", "--dump", "0:1"], /0x0 is not mapped$/],
    [["FILE", "--dump", "0x10000:16M"], /0x11000 is not mapped$/],
    [["FILE", "--dump", "0x10000"], /It has the form ADDRESS:LENGTH$/],
    [["FILE", "--dump", "0x10000:1", "--dump", "0x10000:64M"], /A run dumps 64M at most$/],
    [["FOLDER"], /vitrine-exec-\w+: it is a directory$/],
    [["HUGE"], /huge\.bin: more than 1073741824 bytes$/],
    [["FILE", "--mode", "8"], /Allowed choices are 16, 32, 64/],
    [["FILE", "--mode", "16", "--ring", "3"], /real mode has no ring 3$/],
    [["FILE", "--mode", "16", "--base", "0x200000"], /cannot be mapped/],
    [["FILE", "--engine", "none"], /Allowed choices are/],
    [["FILE", "FILE"], /several files want --batch$/],
    [["EMPTY"], /empty\.bin: empty, there is no code$/],
    [[], /missing required argument 'files'$/],
  ])("answers %j with one line and status 2", async (args, message) => {
    const path = file("ok.bin", "hlt");
    writeFileSync(join(folder, "empty.bin"), "");
    const huge = join(folder, "huge.bin");
    writeFileSync(huge, "");
    truncateSync(huge, 2 ** 30 + 1);
    const names: Record<string, string> = {
      FILE: path,
      EMPTY: join(folder, "empty.bin"),
      FOLDER: folder,
      HUGE: huge,
    };
    const { status, out, err } = await exec(...args.map((a) => names[a] ?? a));
    expect(status).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^vitrine: [^\n]*\n$/);
    expect(err.trimEnd()).toMatch(message);
  });
});
