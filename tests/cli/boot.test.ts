/*
 * `vitrine boot` as docs/boot.md describes it, in this process: statuses, options, reports, statistics, and one line for bad use. What
 * needs a process of its own (standard input, signals, terminals) is boot-process.test.ts.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { multiboot2Kernel, multibootKernel, pvhKernel } from "../machine/boot/images.ts";
import { exit, guest, POWER_OFF, put, RESET, TRIPLE_FAULT } from "./boot-guests.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-boot-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});

const at = (name: string): string => join(folder, name);
function file(name: string, bytes: Uint8Array | string): string {
  writeFileSync(at(name), bytes);
  return at(name);
}
/** Does it as a user who may not write to every file, where this process is root's. */
async function asNobody(what: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return what();
  chmodSync(folder, 0o755);
  process.seteuid?.(65534);
  try {
    await what();
  } finally {
    process.seteuid?.(0);
  }
}
const kernel = (source: string): string => file("kernel.elf", guest(source));

/** Runs `vitrine boot …`, with COM1 in a file unless the arguments say otherwise. */
async function boot(...args: string[]) {
  let err = "";
  const line = args.includes("--serial") ? [] : ["--serial", `file:${at("com1")}`];
  const returned = await main(["boot", ...line, ...args], {
    out: () => {},
    err: (text) => {
      err += text;
    },
  });
  const status = returned ?? Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { status, err, serial: line.length === 0 || status === 2 ? "" : readFileSync(at("com1"), "latin1") };
}
/** With --stats; the last line of standard error is an object. */
async function statistics(...args: string[]) {
  const { err, ...rest } = await boot("--stats", ...args);
  const lines = err.trimEnd().split("\n");
  return { ...rest, err: lines.slice(0, -1).join("\n"), stats: JSON.parse(lines.at(-1) ?? "") };
}

describe("vitrine boot ends", () => {
  it("with 0 at power-off", async () => {
    expect(await boot(kernel(`${put("A")}\n${put("B")}\n${POWER_OFF}`))).toEqual({
      status: 0,
      err: "",
      serial: "AB",
    });
  });
  it.each([
    [0, 1],
    [1, 3],
    [0x10, 0x21],
    [0xff, 0xff],
  ])("with (v << 1) | 1 for %i at the debug-exit port", async (value, status) => {
    expect((await boot(kernel(exit(value)))).status).toBe(status);
  });
  it("with 0 at a reset under --no-reboot; else the kernel starts again", async () => {
    expect((await boot("--no-reboot", kernel(`${put("A")}\n${RESET}`))).serial).toBe("A");
    // The clock's alarm register (CMOS 1) outlives no reset, but virtual time does: the second start sees a later TSC.
    const again = `${put("A")}\nrdtsc\nshl rdx, 32\nor rax, rdx\ncmp rax, 1000000\nja over
      wait: rdtsc\nshl rdx, 32\nor rax, rdx\ncmp rax, 1000000\njb wait\n${RESET}\nover: ${POWER_OFF}`;
    expect(await boot(kernel(again))).toEqual({ status: 0, err: "", serial: "AA" });
  });
  it("with 1 and a report at a triple fault", async () => {
    const { status, err } = await boot("--cpus", "2", kernel(TRIPLE_FAULT));
    expect(status).toBe(1);
    const [first, fault] = err.split("\n");
    expect(first).toMatch(/^vitrine: triple fault after 0\.0+\d* s of virtual time$/);
    expect(fault).toMatch(
      /processor 0: #PF page fault at 0x\w+ inner\+0x\w+, error code 0x0002 \(supervisor write, not present\), address 0x0000123456789000$/,
    );
    expect(err).toMatch(/rax +0x0000123456789000/);
    expect(err).toMatch(/=> 0x\w+ {2}89 08 +mov dword ptr \[rax\], ecx/);
    expect(err).toMatch(/calls.*\n +0x\w+ inner\+\w+\n +0x\w+ outer\+\w+\n +0x\w+ start\+\w+\n/);
    expect(err).toContain("processor 1: waits for a startup message");
  });
  it("with 1 and a report when nothing can wake it", async () => {
    const { status, err } = await boot(kernel("cli\nhlt"));
    expect(status).toBe(1);
    expect(err).toMatch(/^vitrine: all processors wait, and nothing can wake them/);
    expect(err).toContain("processor 0: halted");
  });
  it.each(["--max-cycles=1000000", "--max-seconds=0.05"])("with 124 and a report after %s", async (limit) => {
    const { status, err } = await boot(limit, kernel("spin: jmp spin"));
    expect(status).toBe(124);
    expect(err).toMatch(/^vitrine: stopped by --max-/);
    expect(err).toMatch(/0x\w+ spin\n/);
  });
});

describe("vitrine boot starts", () => {
  it.each([
    ["PVH", pvhKernel(true), "append", "RSDP"],
    ["multiboot", multibootKernel("elf32"), "append", "modules: 00000002"],
    ["multiboot 2", multiboot2Kernel("elf64"), "append", "module"],
  ])("%s with command line and modules", async (_, bytes, ...texts) => {
    const { status } = await boot(
      "--debugcon",
      `file:${at("debug")}`,
      "--append",
      "append",
      "--initrd",
      file("initrd", "the initrd"),
      "--module",
      `${file("module", "the module")},with, a line`,
      file("kernel", bytes),
    );
    expect(status).toBe(0x21);
    const said = readFileSync(at("debug"), "latin1");
    for (const text of texts) expect(said).toContain(text);
    expect(said).toContain("with, a line");
  });
  it("what --protocol names", async () => {
    const path = file("kernel", pvhKernel(true));
    expect((await boot("--protocol", "pvh", path)).status).toBe(0x21);
    expect((await boot("--protocol", "linux", path)).err).toMatch(
      /kernel: not a kernel: .* Linux setup header/,
    );
  });
});

describe("vitrine boot --stats", () => {
  const path = () => kernel(`mov ecx, 100000\nagain: dec ecx\njnz again\n${POWER_OFF}`);
  it("is an object of what was run", async () => {
    const { stats } = await statistics("--timing", "instructions", "--cpus", "2", path());
    expect(stats).toMatchObject({
      end: "power-off",
      instructions: 2 + 200_000 + 3,
      cpus: [{ instructions: 200_005 }, { instructions: 0, cycles: 0, tlbMisses: 0 }],
    });
    expect(stats.virtualSeconds).toBe(stats.cycles / 3e9);
    expect(stats.hostSeconds).toBeGreaterThan(0);
    expect(Object.keys(stats)).toEqual([
      "end",
      "instructions",
      "cycles",
      "virtualSeconds",
      "hostSeconds",
      "mips",
      "tlbMisses",
      "cpus",
    ]);
  });
  it("follows a report", async () => {
    const { status, err, stats } = await statistics("--max-cycles", "5000", kernel("spin: jmp spin"));
    expect([status, stats.end]).toEqual([124, "max-cycles"]);
    expect(err).toMatch(/^vitrine: stopped by --max-cycles/);
  });
  it("has equal counts and hashes for equal runs, on each engine, and others for others", async () => {
    const run = async (...args: string[]) => {
      const { instructions, cycles, hash } = (await statistics("--hash", ...args, path())).stats;
      return { instructions, cycles, hash };
    };
    const first = await run();
    expect(first.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(await run()).toEqual(first);
    expect(await run("--engine", "evaluator")).toEqual(first);
    expect((await run("--memory", "128M")).hash).not.toBe(first.hash);
    expect((await run("--rtc", "1000000000")).hash).not.toBe(first.hash);
  });
  it("is no other for being paced or reported", async () => {
    const hash = async (...args: string[]) =>
      (await statistics("--hash", "--max-cycles", "3000000", ...args, kernel("spin: jmp spin"))).stats.hash;
    expect(await hash("--realtime")).toBe(await hash());
  });
});

describe("vitrine boot --trace", () => {
  it("tells what happens with its time", async () => {
    const { err } = await boot("--trace", "port,exception", kernel(`${put("A")}\n${TRIPLE_FAULT}`));
    expect(err).toMatch(/^0\.0000\d{5} port cpu 0 out 8 0x3f8 = 0x41$/m);
    expect(err).toMatch(/^0\.0000\d{5} exception cpu 0 exception 14 error 0x2 address 0x123456789000 at 0x/m);
    expect(err).not.toMatch(/^0\.\d+ mmio/m);
  });
  it("goes to a file", async () => {
    const { err } = await boot("--trace", "all", "--trace-file", at("trace"), kernel(exit(0)));
    expect(err).toBe("");
    expect(readFileSync(at("trace"), "utf8")).toMatch(/^0\.0000\d{5} port cpu 0 out 32 0xf4 = 0x0\n$/);
  });
});

describe("vitrine boot refuses", () => {
  const path = () => kernel(POWER_OFF);
  const refused = async (...args: string[]): Promise<string> => {
    const { status, err } = await boot(...args);
    expect(err.split("\n")).toHaveLength(2);
    expect([status, err.startsWith("vitrine: "), err.includes("internal")]).toEqual([2, true, false]);
    return err.slice("vitrine: ".length).trimEnd();
  };

  it("what is no kernel", async () => {
    expect(await refused(at("nothing"))).toBe(`${at("nothing")}: no such file or directory`);
    expect(await refused(folder)).toBe(`${folder}: it is a directory`);
    expect(await refused(file("text", "hello\n"))).toMatch(/text: not a kernel: .* the file is text$/);
    expect(await refused(file("empty", ""))).toMatch(/empty: not a kernel: .* the file is empty$/);
    const whole = pvhKernel(true);
    expect(await refused(file("cut", whole.subarray(0, whole.length - 100)))).toMatch(
      /cut: the file is truncated/,
    );
    expect(await refused("--memory", "2M", path())).toMatch(/kernel\.elf: .* does not fit in memory/);
    expect(await refused("--initrd", at("nothing"), path())).toMatch(/nothing: no such file/);
    expect(await refused("--append", "x", path())).toMatch(/cannot be given a command line/);
  });

  it("what is no disk", async () => {
    const disk = (spec: string): Promise<string> => refused("--disk", spec, path());
    expect(await disk(at("nothing"))).toBe(`disk ${at("nothing")}: no such file or directory`);
    expect(await disk(folder)).toBe(`disk ${folder}: is a directory`);
    expect(await disk(file("odd", "x".repeat(513)))).toBe(
      `disk ${at("odd")}: 513 bytes are not a multiple of 512`,
    );
    expect(await disk(`${at("odd")},rw`)).toMatch(/It knows ro and snapshot, not "rw"$/);
    expect(await disk(",ro")).toMatch(/It has the form FILE\[,ro\]\[,snapshot\]$/);
  });

  it("a disk that it may not write, without ro or snapshot", async () => {
    chmodSync(file("kept", new Uint8Array(512)), 0o444);
    const args = ["--serial", "null", path(), "--disk"];
    await asNobody(async () => {
      expect(await refused(...args, at("kept"))).toMatch(/kept: cannot be written \(add ",ro"/);
      expect((await boot(...args, `${at("kept")},ro`)).status).toBe(0);
    });
  });

  it("files that would be spoiled", async () => {
    const disk = file("disk", new Uint8Array(1024));
    expect(await refused("--disk", disk, "--disk", `${disk},ro`, path())).toMatch(/given twice, and written/);
    expect(await refused("--disk", `${disk},ro`, "--disk", disk, path())).toMatch(/given twice, and written/);
    expect((await boot("--disk", `${disk},ro`, "--disk", `${disk},snapshot`, path())).status).toBe(0);
    for (const output of [
      ["--serial", `file:${disk}`],
      ["--debugcon", `file:${disk}`],
      ["--net", `pcap:${disk}`],
      ["--trace", "irq", "--trace-file", disk],
    ]) {
      expect(await refused("--disk", disk, ...output, path())).toBe(
        `${disk}: is an input, and would be overwritten by output`,
      );
    }
    expect(readFileSync(disk)).toHaveLength(1024);
    expect(await refused("--serial", `file:${at("x")}`, "--console", `file:${at("x")}`, path())).toBe(
      `${at("x")}: two outputs cannot go to one file`,
    );
  });

  it.each([
    [["--memory", "5"], /at least 2M; a number without K, M or G is bytes$/],
    [["--memory", "lots"], /"lots" is not a number$/],
    [["--memory", "4097K"], /multiple of 4K$/],
    [["--memory", "64G"], /more than fit in one WebAssembly memory/],
    [["--cpus", "9"], /It is 1 to 8$/],
    [["--cpus", "0"], /It is 1 to 8$/],
    [["--engine", "steam"], /Allowed choices are/],
    [["--timing", "never"], /Allowed choices are/],
    [["--serial", "com1"], /It is stdio, null or file:FILE$/],
    [["--serial", "stdio", "--console", "stdio"], /^stdio is one line only/],
    [["--serial", "stdio", "--debugcon", "stdio"], /^stdio is one line only/],
    [["--net", "tap"], /It is none, hub, pcap:FILE or hub,pcap:FILE$/],
    [["--numa", "cpus=0"], /form cpus=0-1,memory=256M$/],
    [["--numa", "cpus=1-0,memory=256M"], /form cpus=0-1,memory=256M$/],
    [["--numa", "cpus=0,memory=128M"], /the nodes have 128M together, the machine 256M$/],
    [["--numa", "memory=256M"], /processor 0 is in 0 nodes, not in one$/],
    [["--numa", "cpus=0-1,memory=256M"], /there is no processor 1 among 1$/],
    [["--rtc", "tomorrow"], /a time such as/],
    [["--seed", "-1"], /number of up to 64 bits$/],
    [["--max-seconds", "0"], /It is a number of seconds/],
    [["--max-cycles", "0"], /at least 1$/],
    [["--trace", "port,dreams"], /No channel is called "dreams": port, mmio,/],
    [["--trace-file", "x"], /^--trace-file wants --trace$/],
    [["--protocol", "efi"], /Allowed choices are/],
    [["--reboot"], /^unknown option '--reboot'/],
  ])("%j", async (options, line) => {
    expect(await refused(...options, path())).toMatch(line);
  });

  it("five serial ports, and too many cards", async () => {
    const many = (count: number, ...option: string[]) => Array.from({ length: count }, () => option).flat();
    expect(await refused(...many(5, "--serial", "null"), path())).toBe("there are 4 serial ports, not 5");
    expect(await refused(...many(27, "--net", "none"), path())).toMatch(/^there is room for 26/);
    expect((await boot(...many(26, "--net", "none"), "--balloon", "--console", "null", path())).status).toBe(
      0,
    );
  });
});
