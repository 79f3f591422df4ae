/*
 * A session of Linux on one of the two machines: files to boot and disks are made on the spot, the shell is asked a series of
 * questions over the serial line, and the disks are looked at on the host when the machine is off.
 *
 * Disks: vda is an ext4 file system made by mke2fs, to be written to; vdb is read-only and holds 20 MB that are copied; vdc is
 * opened with `snapshot`.
 */
import { spawnSync } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Computer, qemuArguments, vitrineArguments } from "../../scripts/linux/computers.ts";
import { Conversation, type Ended } from "../../scripts/linux/conversation.ts";
import { FIRST_PROCESS, makeInitramfs, PROMPT } from "../../scripts/linux/initramfs.ts";
import { type Flavour, findKernel, type Kernel } from "../../scripts/linux/kernels.ts";
import { missing, requireTool } from "../support/tools.ts";

const MIB = 2 ** 20;
const DATA_SIZE = 20_000_000;
const SPARE_SIZE = MIB;

type Context = Parameters<typeof missing>[0];

/**
 * For the kernel's command line: without its own tests of ciphers and hashes, which are more than half of the instructions of a boot.
 * One session has them all.
 */
export const NO_SELF_TESTS = "cryptomgr.notests";

/** What cannot be compressed or guessed, and is always the same: AES in counter mode. */
export function noise(size: number, key: string): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, key), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Runs a tool of the host. Throws Error with what it said if it does not end with 0. */
export function tool(path: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(path, args, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${path} ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** A folder with what a machine boots from, and the tools for it. */
export class Bench {
  readonly kernel: Kernel;
  readonly initramfs: string;
  readonly folder = mkdtempSync(join(tmpdir(), "vitrine-linux-"));
  readonly #tools: Readonly<Record<"mke2fs" | "e2fsck" | "debugfs", string>>;

  /** Skips the test where a tool or the kernel is missing. */
  constructor(ctx: Context, flavour: Flavour) {
    this.kernel = findKernel(flavour) ?? missing(ctx, `Debian's ${flavour} kernel, which .ci/run unpacks,`);
    this.#tools = {
      mke2fs: requireTool(ctx, "mke2fs"),
      e2fsck: requireTool(ctx, "e2fsck"),
      debugfs: requireTool(ctx, "debugfs"),
    };
    this.initramfs = this.file("initramfs", makeInitramfs(this.kernel, requireTool(ctx, "busybox")));
  }
  at(name: string): string {
    return join(this.folder, name);
  }
  file(name: string, bytes: Uint8Array | string): string {
    writeFileSync(this.at(name), bytes);
    return this.at(name);
  }
  /** An empty ext4 file system. */
  ext4(name: string, size: number): string {
    const path = this.file(name, new Uint8Array(size));
    tool(this.#tools.mke2fs, "-q", "-t", "ext4", path);
    return path;
  }
  /** What e2fsck finds wrong: it throws Error where that is anything. */
  check(disk: string): void {
    tool(this.#tools.e2fsck, "-fn", disk);
  }
  /** The content of a file in an ext4 image. */
  extract(disk: string, path: string): Buffer {
    const to = this.at("extracted");
    rmSync(to, { force: true });
    // debugfs ends with 0 whatever happens.
    tool(this.#tools.debugfs, "-R", `dump ${path} ${to}`, disk);
    return readFileSync(to);
  }
  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export type Starter = (computer: Computer, ...more: string[]) => Conversation;

/** Ten hours, in cycles. A guest that waits for what never comes gets there in minutes, and the test ends with a report of its state. */
const MOST_CYCLES = 36_000 * 3e9;

/** `main`: the program, built. */
export const onVitrine =
  (main: string): Starter =>
  (computer, ...more) =>
    new Conversation(process.execPath, [
      main,
      ...vitrineArguments(computer),
      ...["--max-cycles", String(MOST_CYCLES)],
      ...more,
    ]);
export const onQemu =
  (path: string): Starter =>
  (computer) =>
    new Conversation(path, qemuArguments(computer));

/** Commands, and what the terminal showed after each, without the command and the next prompt. */
export async function ask(machine: Conversation, command: string): Promise<string> {
  machine.send(`${command}\n`);
  const text = (await machine.until(PROMPT)).slice(0, -PROMPT.length);
  const shown = text.replaceAll("\r", "");
  return shown.slice(shown.indexOf("\n") + 1).trimEnd();
}

/** What the full session found out. */
export interface Session {
  readonly answers: Readonly<Record<keyof typeof QUESTIONS, string>>;
  /** The kernel's log with levels, as `dmesg -r` writes it. */
  readonly log: string;
  readonly ended: Ended;
  /** SHA-256 of the copied file, as the host finds it on the disk. */
  readonly copy: string;
  readonly console: string;
  /** Path of the captured frames. */
  readonly capture: string;
}

/** In order. Answers to what is only done are empty. */
const QUESTIONS = {
  // The log's lines would come amid the answers; it is asked for at the end.
  quiet: "dmesg -n 1",
  uname: "uname -a",
  cpuinfo: "cat /proc/cpuinfo",
  processors: "nproc",
  mount: "mount -t ext4 /dev/vda /mnt && echo done",
  copy: "dd if=/dev/vdb of=/mnt/data bs=100000 2>&1 | head -n 2",
  // Mounted again it is read from the disk.
  again: "sync; umount /mnt && mount -t ext4 /dev/vda /mnt && echo done",
  checksum: "sha256sum /mnt/data",
  readOnly: "cat /sys/block/vdb/ro; echo x | dd of=/dev/vdb conv=fsync 2>&1 | head -n 1",
  overwrite: "cat /dev/zero | dd of=/dev/vdc bs=4096 count=256 iflag=fullblock conv=fsync 2>&1 | head -n 2",
  zeros: "echo 3 > /proc/sys/vm/drop_caches; tr -d '\\0' < /dev/vdc | wc -c",
  network: "ifconfig eth0 10.0.0.1 && ping -c 1 -W 1 10.0.0.2 | grep transmitted",
  entropySource: "cat /sys/class/misc/hw_random/rng_current",
  entropy: "head -c 16 /dev/hwrng | hexdump -v -e '1/1 \"%02x\"'; echo",
  console: "echo To the console. > /dev/hvc0",
  interrupts: "cat /proc/interrupts",
  end: "dmesg -r > /mnt/log; sync; umount /mnt && echo done",
} as const;

export interface SessionOptions {
  readonly cpus: number;
  /** For the kernel's command line. */
  readonly append?: string;
  /** The machine is restarted before it is switched off. */
  readonly restart?: boolean;
}

/** Boots, asks everything, switches off, and looks at the disks. Throws Error where disks are not what they should be. */
export async function fullSession(
  bench: Bench,
  name: string,
  start: Starter,
  { cpus, append, restart = false }: SessionOptions,
): Promise<Session> {
  const disk = bench.ext4(`${name}-disk`, 32 * MIB);
  const data = bench.file(`${name}-data`, dataDisk());
  const spare = bench.file(`${name}-spare`, noise(SPARE_SIZE, "s"));
  const [capture, console] = [bench.at(`${name}-frames`), bench.at(`${name}-console`)];
  const machine = start({
    kernel: bench.kernel,
    initramfs: bench.initramfs,
    cpus,
    ...(append !== undefined && { append }),
    disks: [{ path: disk }, { path: data, flag: "ro" }, { path: spare, flag: "snapshot" }],
    capture,
    console,
    balloon: true,
  });
  try {
    await machine.until(PROMPT);
    const answers = {} as Record<keyof typeof QUESTIONS, string>; // as: the loop below fills it
    for (const [question, command] of Object.entries(QUESTIONS)) {
      // as: it is a key of QUESTIONS
      answers[question as keyof typeof QUESTIONS] = await ask(machine, command);
    }
    if (restart) {
      machine.send("reboot -f\n");
      await machine.until(FIRST_PROCESS);
      await machine.until(PROMPT);
    }
    machine.send("poweroff -f\n");
    const ended = await machine.ended;
    bench.check(disk);
    for (const [path, bytes] of [
      [data, dataDisk()],
      [spare, noise(SPARE_SIZE, "s")],
    ] as const) {
      if (!readFileSync(path).equals(bytes)) throw new Error(`${path} has been changed`);
    }
    return {
      answers,
      ended,
      log: bench.extract(disk, "/log").toString("latin1"),
      copy: sha256(bench.extract(disk, "/data")),
      console: readFileSync(console, "latin1"),
      capture,
    };
  } finally {
    machine.kill();
  }
}

/** DATA_SIZE bytes, filled up to whole sectors. */
export const dataDisk = (): Buffer => noise(Math.ceil(DATA_SIZE / 512) * 512, "d");
