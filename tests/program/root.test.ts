/*
 * Roots and disks of a program that is run: a cpio archive as "/", an image with ext2 as "/" or elsewhere. Archives come from busybox's cpio, images from mke2fs;
 * what has been written is looked at by e2fsck and debugfs.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import type { ProgramOptions } from "../../src/testing.ts";
import { builtKernel, builtProgram } from "../support/built.ts";
import { boot } from "../support/harness.ts";
import { missing, requireTool } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-root-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const BUSYBOX = "/bin/busybox";

/** A tool's output; it has to end well. */
function tool(ctx: TestContext, name: string, args: readonly string[], options: object = {}): string {
  const { status, stdout, stderr } = spawnSync(requireTool(ctx, name), args, {
    encoding: "utf8",
    ...options,
  });
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout;
}
/** A folder with busybox in it, once. */
function theTree(ctx: TestContext): string {
  if (!existsSync(BUSYBOX)) return missing(ctx, BUSYBOX);
  if (existsSync(at("tree"))) return at("tree");
  mkdirSync(at("tree/bin"), { recursive: true });
  mkdirSync(at("tree/etc"));
  copyFileSync(BUSYBOX, at("tree/bin/busybox"));
  symlinkSync("/bin/busybox", at("tree/bin/sh"));
  writeFileSync(at("tree/etc/motd"), "of the root\n");
  return at("tree");
}
function run(options: ProgramOptions): { status: number | undefined; output: string; errors: string } {
  const guest = boot(options);
  guest.end();
  guest.run();
  return { status: guest.status, output: guest.output, errors: guest.errors };
}
/** Reads a file of the root, makes another and reads it, and says where it is. */
const SCRIPT =
  'read a < /etc/motd; echo "$a"; echo new > /etc/new; read a < /etc/new; echo "$a"; pwd; exit 5';
const SAID = { status: 5, output: "of the root\nnew\n/\n", errors: "" };
const SHELL = { program: "sh", args: ["-c", SCRIPT], env: { PATH: "/nowhere:/bin" } };

describe("an archive as the root", () => {
  const theArchive = (ctx: TestContext): Buffer => {
    const tree = theTree(ctx);
    const list = tool(ctx, "find", ["."], { cwd: tree });
    const options = { cwd: tree, input: list, encoding: "latin1", maxBuffer: 1 << 26 };
    return Buffer.from(tool(ctx, "busybox", ["cpio", "-o", "-H", "newc"], options), "latin1");
  };
  it("holds programs and files, packed or not", (ctx) => {
    const archive = theArchive(ctx);
    writeFileSync(at("root.cpio"), archive);
    writeFileSync(at("root.cpio.gz"), gzipSync(archive));
    for (const root of [at("root.cpio"), at("root.cpio.gz")]) expect(run({ root, ...SHELL })).toEqual(SAID);
    const nowhere = run({ root: at("root.cpio"), program: "nowhere", env: { PATH: "/bin" } });
    expect(nowhere).toEqual({ status: 127, output: "", errors: "vitrine: nowhere: command not found\n" });
    const command = [
      "run",
      "--kernel",
      builtKernel("main.ts"),
      "--root",
      at("root.cpio.gz"),
      "/bin/sh",
      "-c",
      SCRIPT,
    ];
    const { status, stdout } = spawnSync(process.execPath, [builtProgram(), ...command], {
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([SAID.status, SAID.output]);
  });
  it("that is cut off is one line, and so is what is none", (ctx) => {
    const archive = theArchive(ctx);
    writeFileSync(at("cut.cpio"), archive.subarray(0, archive.length / 2));
    expect(run({ root: at("cut.cpio"), ...SHELL })).toEqual({
      status: 126,
      output: "",
      errors: `vitrine: ${at("cut.cpio")}: the archive ends within a file\n`,
    });
    writeFileSync(at("cut.gz"), gzipSync(archive).subarray(0, 5000));
    expect(() => boot({ root: at("cut.gz"), ...SHELL })).toThrow(
      "cut.gz: cannot be unpacked: unexpected end of file",
    );
    writeFileSync(at("text.gz"), gzipSync("text"));
    expect(() => boot({ root: at("text.gz"), ...SHELL })).toThrow(
      "text.gz: not a cpio archive (newc) that gzip has packed",
    );
    writeFileSync(at("large.gz"), gzipSync(Buffer.alloc(1 << 22, "070701")));
    expect(() => boot({ root: at("large.gz"), memory: 1 << 21, ...SHELL })).toThrow(
      "large.gz: cannot be unpacked: more than 2097152 bytes",
    );
    writeFileSync(at("text"), "text");
    expect(() => boot({ root: at("text"), ...SHELL })).toThrow(
      "text: neither a directory, nor a cpio archive (newc), nor a disk with ext2",
    );
  });
});

const WRITER = `
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
static char bytes[100000];
int main(void) {
  char line[64];
  FILE *given = fopen("/mnt/etc/motd", "r");
  if (!given || !fgets(line, sizeof line, given)) return 1;
  fputs(line, stdout);
  memset(bytes, 'b', sizeof bytes);
  int large = open("/mnt/large", O_RDWR | O_CREAT, 0640);
  if (large < 0) { perror("large"); return 2; }
  if (write(large, bytes, sizeof bytes) != sizeof bytes) return 3;
  char *shared = mmap(0, sizeof bytes, PROT_READ | PROT_WRITE, MAP_SHARED, large, 0);
  shared[5] = 'm';
  // Open and mapped at the end, and without a name: nothing of it may be left.
  int gone = open("/mnt/gone", O_RDWR | O_CREAT, 0644);
  write(gone, bytes, sizeof bytes);
  char *mapped = mmap(0, sizeof bytes, PROT_READ | PROT_WRITE, MAP_SHARED, gone, 0);
  unlink("/mnt/gone");
  mapped[7] = 'm';
  mkdir("/mnt/folder", 0755);
  chdir("/mnt/folder");
  rmdir("/mnt/folder");
  if (unlink("/mnt/etc/motd") != 0) return 4;
  return 0;
}
`;
describe("a disk with ext2", () => {
  const makeDisk = (ctx: TestContext, name: string, type = "ext2"): string => {
    tool(ctx, "mke2fs", ["-q", "-F", "-t", type, "-d", theTree(ctx), at(name), "8M"]);
    return at(name);
  };
  const theWriter = (ctx: TestContext): Uint8Array => {
    writeFileSync(at("writer.c"), WRITER);
    tool(ctx, "gcc", ["-O1", "-w", "-static", "-o", at("writer"), at("writer.c")]);
    return readFileSync(at("writer"));
  };
  const write = (
    ctx: TestContext,
    disk: { image: string; readOnly?: boolean; snapshot?: boolean },
  ): ReturnType<typeof run> =>
    run({
      program: "/writer",
      files: { "/writer": theWriter(ctx) },
      disks: [{ guest: "/mnt", readOnly: false, snapshot: false, ...disk }],
    });
  const hash = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
  /** Checks all of it, and that it has been unmounted. */
  const expectOrder = (ctx: TestContext, image: string): void => {
    tool(ctx, "e2fsck", ["-fn", image]);
    expect(tool(ctx, "dumpe2fs", ["-h", image])).toMatch(/^Filesystem state: +clean$/m);
  };

  it("is written, and in order when the program has ended", (ctx) => {
    const image = makeDisk(ctx, "written");
    const free = (): string | undefined =>
      /^Free inodes: +(\d+)/m.exec(tool(ctx, "dumpe2fs", ["-h", image]))?.[1];
    const before = Number(free());
    expect(write(ctx, { image })).toEqual({ status: 0, output: "of the root\n", errors: "" });
    expectOrder(ctx, image);
    const large = Buffer.alloc(100_000, "b");
    large[5] = "m".charCodeAt(0);
    expect(tool(ctx, "debugfs", ["-R", "cat /large", image])).toBe(large.toString());
    expect(tool(ctx, "debugfs", ["-R", "ls -l /etc", image])).not.toContain("motd");
    // One file is new, one is gone, and nothing is left of those without a name.
    expect(Number(free())).toBe(before);
    // What is in order can be written again.
    const disks = [{ image, guest: "/mnt", readOnly: false, snapshot: false }];
    const again = run({ program: BUSYBOX, args: ["sh", "-c", "echo again > /mnt/again"], disks });
    expect(again).toEqual({ status: 0, output: "", errors: "" });
    expectOrder(ctx, image);
  });
  it("is not changed where it is read-only, or what is written is to be lost", (ctx) => {
    const image = makeDisk(ctx, "kept");
    const before = hash(image);
    const refused = write(ctx, { image, readOnly: true });
    expect(refused).toEqual({ status: 2, output: "of the root\n", errors: "large: Read-only file system\n" });
    expect(write(ctx, { image, snapshot: true }).status).toBe(0);
    expect(run({ root: image, ...SHELL })).toEqual(SAID);
    expect(hash(image)).toBe(before);
  });
  it("is the root itself where it is mounted there, and is written", (ctx) => {
    const image = makeDisk(ctx, "root");
    const disks = [{ image, guest: "/", readOnly: false, snapshot: false }];
    expect(run({ disks, cwd: "/", ...SHELL })).toEqual(SAID);
    expectOrder(ctx, image);
    expect(tool(ctx, "debugfs", ["-R", "cat /etc/new", image])).toBe("new\n");
  });
  it("that cannot be used is one line", (ctx) => {
    const image = makeDisk(ctx, "modern", "ext4");
    expect(write(ctx, { image })).toEqual({
      status: 126,
      output: "",
      errors: "vitrine: /mnt: the disk has no ext2, or features of it that are not known here\n",
    });
    writeFileSync(at("empty"), new Uint8Array(1 << 20));
    const disk = { image: at("empty"), guest: "/mnt", readOnly: false, snapshot: false };
    expect(() => boot({ ...SHELL, cwd: "/", disks: [disk] })).toThrow("empty: has no ext2 file system");
    const twice = { ...disk, image: makeDisk(ctx, "twice") };
    expect(() =>
      boot({ ...SHELL, cwd: "/", disks: [twice, { ...twice, guest: "/b", readOnly: true }] }),
    ).toThrow("twice: given twice, and written to");
  });
});
