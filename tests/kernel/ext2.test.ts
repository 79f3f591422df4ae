/*
 * ext2 in the kernel, looked at from outside: e2fsck finds nothing to complain of, debugfs reads what was written, and wherever the machine is
 * stopped `e2fsck -p` puts the disk right and what was synced is there.
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { builtKernel } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";
import { makeTree, pattern, treeOf } from "./file-tree.ts";
import { bootByCommand, bootInQemu, vitrine } from "./image.ts";

const image = builtKernel("test/main.ts");
const folder = mkdtempSync(join(tmpdir(), "vitrine-ext2-"));
afterAll(() => rmSync(folder, { recursive: true }));
const PASSED = 33;
let disks = 0;

type Skip = Pick<TestContext, "skip">;
function run(ctx: Skip, tool: string, ...args: string[]): { status: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(requireTool(ctx, tool), args, { encoding: "utf8" });
  return { status, out: stdout + stderr };
}
/** A disk of 8 MiB that mke2fs has made, with these options. */
function makeDisk(ctx: Skip, ...options: string[]): string {
  const path = join(folder, `disk-${disks++}`);
  const { status, out } = run(ctx, "mke2fs", "-q", "-t", "ext2", ...options, path, "8M");
  expect(status, out).toBe(0);
  return path;
}
/** e2fsck finds nothing; else what it finds is told. */
function expectClean(ctx: Skip, disk: string): void {
  const { status, out } = run(ctx, "e2fsck", "-fn", disk);
  expect(status, out).toBe(0);
}
const boot = (disk: string, name: string, ...options: string[]) =>
  bootByCommand(image, "--append", `test='${name}'`, "--disk", disk, ...options);
/** The tree on a disk, by debugfs, and as it should be. */
function expectTree(ctx: Skip, disk: string): void {
  const [is, should] = [`${disk}-is`, `${disk}-should`];
  mkdirSync(is);
  mkdirSync(should);
  run(ctx, "debugfs", "-R", `rdump / ${is}`, disk);
  makeTree(should);
  // debugfs writes no devices, and pipes as nothing.
  expect(treeOf(is, "lost+found", "console", "large-numbers", "pipe")).toEqual(treeOf(should));
  const ask = (what: string): string => run(ctx, "debugfs", "-R", what, disk).out;
  expect(ask("stat /size-09")).toMatch(/Links: 2\b/);
  expect(ask("stat /size-01")).toMatch(/Mode: {2}0640\b.*mtime: 0x3b9aca00/s);
  // Three levels of pointers and two pieces of four KiB at most, not 70 MiB.
  expect(Number(/Blockcount: (\d+)/.exec(ask("stat /sparse"))?.[1])).toBeLessThan(100);
}

describe.each([
  ["blocks of 1 KiB", ["-b", "1024"]],
  ["blocks of 2 KiB, inodes of 128 bytes", ["-b", "2048", "-I", "128"]],
  ["blocks of 4 KiB", ["-b", "4096"]],
  ["revision 0", ["-r", "0", "-b", "1024"]],
] as const)("%s", (_, options) => {
  it("holds what the kernel writes", (ctx) => {
    const disk = makeDisk(ctx, ...options);
    expect(boot(disk, "ext2 tree")).toEqual({ status: PASSED, lines: ["ok ext2 tree"] });
    expectClean(ctx, disk);
    expectTree(ctx, disk);
    const console = run(ctx, "debugfs", "-R", "stat /console", disk).out;
    expect(console).toMatch(/Type: character special.*major\/minor number: 05:01/s);
    const large = run(ctx, "debugfs", "-R", "stat /large-numbers", disk).out;
    expect(large).toMatch(/Type: block special.*\(New-style\) Device major\/minor number: 259:300/s);
  });
  it("gets full", (ctx) => {
    const disk = makeDisk(ctx, ...options);
    expect(boot(disk, "ext2 filled").lines).toEqual(["ok ext2 filled"]);
    expectClean(ctx, disk);
  });
  it("gets full, and empty again", (ctx) => {
    const disk = makeDisk(ctx, ...options);
    expect(boot(disk, "ext2 full")).toEqual({ status: PASSED, lines: ["ok ext2 full"] });
    expectClean(ctx, disk);
  });
});

it("holds what four processors write at random", (ctx) => {
  const disk = makeDisk(ctx, "-b", "1024");
  expect(boot(disk, "ext2 at random", "--cpus", "4").lines).toEqual(["ok ext2 at random"]);
  expectClean(ctx, disk);
});
it("is written in QEMU as here", (ctx) => {
  const disk = makeDisk(ctx, "-b", "1024");
  const options = ["-append", "test='ext2 tree'", "-drive", `file=${disk},if=virtio,format=raw`];
  expect(bootInQemu(ctx, image, ...options).lines).toEqual(["ok ext2 tree"]);
  expectClean(ctx, disk);
  expectTree(ctx, disk);
});
it("reads what mke2fs has put on a disk", (ctx) => {
  const given = join(folder, "given");
  mkdirSync(given);
  makeTree(given);
  for (const size of ["1024", "4096"]) {
    const disk = makeDisk(ctx, "-b", size, "-d", given);
    expect(boot(disk, "ext2 given").lines).toEqual(["ok ext2 given"]);
    expectClean(ctx, disk);
  }
});

describe("what is not to be written or mounted", () => {
  const said = (disk: string, flags = ""): string | undefined =>
    bootByCommand(image, "--append", "test='ext2 refused'", "--disk", disk + flags).lines.find(
      (line) => !line.startsWith("warning: "),
    );
  const change = (ctx: Skip, disk: string, what: string): string => {
    run(ctx, "debugfs", "-w", "-R", what, disk);
    return disk;
  };
  it("is told from what is", (ctx) => {
    expect(said(makeDisk(ctx))).toBe("to be written");
  });
  it("is a disk that can only be read", (ctx) => {
    expect(said(makeDisk(ctx), ",ro")).toBe("to be read only");
  });
  it("is a file system that was not unmounted, until e2fsck has looked at it", (ctx) => {
    const disk = change(ctx, makeDisk(ctx), "set_super_value state 0");
    expect(said(disk)).toBe("to be read only");
    expect(run(ctx, "e2fsck", "-p", disk).status).toBeLessThanOrEqual(1);
    expect(said(disk)).toBe("to be written");
  });
  it("is one with features that only change what is written", (ctx) => {
    const disk = change(ctx, makeDisk(ctx), "set_super_value feature_ro_compat 0x8003");
    expect(said(disk)).toBe("to be read only");
  });
  it("is one with features that change how it is read, or none at all", (ctx) => {
    expect(said(change(ctx, makeDisk(ctx), "set_super_value feature_incompat 0x42"))).toBe("refused");
    // Offsets of the magic number and of the inodes of a group, which must go with their number.
    for (const at of [56, 40]) {
      const disk = makeDisk(ctx);
      const file = openSync(disk, "r+");
      writeSync(file, Uint8Array.of(7, 0), 0, 2, 1024 + at);
      closeSync(file);
      expect(said(disk)).toBe("refused");
    }
  });
});

describe("a machine that is stopped in the middle", () => {
  const STOPS = 20;
  const ROUNDS = 60;
  /** A file that has been synced, as the kernel's case writes it. */
  const synced = (round: number) => pattern(1000 + ((round * 7919) % 60_000), round);
  const dump = (ctx: Skip, disk: string, path: string): Buffer => {
    run(ctx, "debugfs", "-R", `dump ${path} ${disk}-dump`, disk);
    return readFileSync(`${disk}-dump`);
  };

  it(`leaves a disk that e2fsck -p puts right, ${STOPS} times`, (ctx) => {
    const fresh = makeDisk(ctx, "-b", "1024");
    const disk = `${fresh}-stopped`;
    const append = ["--append", "test='ext2 churn'", "--disk", disk];
    copyFileSync(fresh, disk);
    const whole = vitrine("boot", image, ...append, "--stats");
    expect(whole.out).toContain("ok ext2 churn");
    const { cycles } = JSON.parse(whole.err.trim().split("\n").at(-1)!) as { cycles: number };
    let most = 0;
    for (let stop = 1; stop <= STOPS; stop++) {
      copyFileSync(fresh, disk);
      // Not at even distances, which would always meet the same operation.
      const at = Math.floor((cycles * (stop + (stop % 7) / 13)) / (STOPS + 1));
      const { out } = vitrine("boot", image, ...append, "--max-cycles", String(at));
      const repaired = run(ctx, "e2fsck", "-fp", disk);
      expect(repaired.status, `after ${at} cycles: ${repaired.out}`).toBeLessThanOrEqual(1);
      expectClean(ctx, disk);
      const rounds = [...out.matchAll(/^synced (\d+)/gm)].map(([, round]) => Number(round));
      most = Math.max(most, rounds.length);
      for (const round of rounds) {
        const name = `/k${String(round).padStart(3, "0")}`;
        expect(dump(ctx, disk, name).equals(synced(round)), `${name} after ${at} cycles`).toBe(true);
      }
      if (!out.includes("there is a current one")) continue;
      const current = dump(ctx, disk, "/current");
      const candidates = Array.from({ length: ROUNDS }, (_, round) => Buffer.from(pattern(5000, round)));
      expect(candidates.some((candidate) => candidate.equals(current))).toBe(true);
    }
    expect(most).toBeGreaterThan(30);
  });
});
