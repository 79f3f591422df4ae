/*
 * npm run linux -- [--kernel cloud|standard] [--cpus N,…] [--repeat N] [--json FILE] [--alone]
 *
 * Boots the same kernel and initramfs under Vitrine and under QEMU, in turn, to the first user process, which switches the machine
 * off. A table for people, JSON for programs; docs/linux.md says how to read it. Exit status 2 for bad use or a missing tool.
 *
 * QEMU counts no instructions without a plugin, which Debian does not package; its virtual time is the host's.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus as hostCpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import chalk from "chalk";
import { findTool } from "../../tests/support/tools.ts";
import { type BuiltProgram, buildProgram } from "./build.ts";
import { type Computer, qemuArguments, vitrineArguments } from "./computers.ts";
import { Conversation } from "./conversation.ts";
import { FIRST_PROCESS, makeInitramfs } from "./initramfs.ts";
import { findKernel } from "./kernels.ts";
import { type Options, readOptions } from "./options.ts";

interface Boot {
  /** From the start of the program to the first user process, of the host's time. */
  readonly seconds: number;
  /** The processor time of the host until then, of all threads; not told everywhere. */
  readonly processorSeconds: number | undefined;
  /** To the end, which comes at once. */
  readonly total: number;
  readonly load: number;
  /** Of Vitrine, to the end. */
  readonly instructions?: number;
  readonly virtualSeconds?: number;
  readonly mips?: number;
}
interface Row {
  readonly machine: "vitrine" | "qemu";
  readonly cpus: number;
  readonly boots: readonly Boot[];
}

async function boot(program: string, args: readonly string[]): Promise<Boot> {
  const load = loadavg()[0] ?? 0;
  const start = performance.now();
  const elapsed = (): number => Number(((performance.now() - start) / 1000).toFixed(2));
  const machine = new Conversation(program, args);
  try {
    await machine.until(FIRST_PROCESS);
    const { processorSeconds } = machine;
    const seconds = elapsed();
    const { status, err } = await machine.ended;
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${err}`);
    const times = { seconds, processorSeconds, total: elapsed(), load };
    if (!err.startsWith("{")) return times;
    const { instructions, virtualSeconds, mips } = JSON.parse(err);
    return { ...times, instructions, virtualSeconds, mips };
  } finally {
    machine.kill();
  }
}

async function measure(options: Options, program: BuiltProgram, folder: string): Promise<Row[]> {
  const kernel = findKernel(options.kernel);
  const busybox = findTool("busybox");
  const qemu = findTool("qemu-system-x86_64");
  if (kernel === undefined) throw new Error(`there is no ${options.kernel} kernel: .ci/run unpacks it`);
  if (busybox === undefined) throw new Error("busybox is missing: package busybox-static");
  if (qemu === undefined && !options.alone)
    throw new Error("qemu-system-x86_64 is missing: package qemu-system-x86, or use --alone");
  const initramfs = join(folder, "initramfs");
  writeFileSync(initramfs, makeInitramfs(kernel, busybox));
  const engine = options.engine === undefined ? [] : ["--engine", options.engine];
  const rows: Row[] = [];
  for (const cpus of options.cpus) {
    const computer: Computer = { kernel, initramfs, cpus, append: "task=end" };
    const ours: Boot[] = [];
    const theirs: Boot[] = [];
    for (let i = 0; i < options.repeat; i++) {
      if (process.stderr.isTTY)
        process.stderr.write(`\r\x1b[K${cpus} processors: ${i + 1} of ${options.repeat}`);
      const args = [program.main, ...vitrineArguments(computer), ...engine, "--stats"];
      ours.push(await boot(process.execPath, args));
      if (!options.alone && qemu !== undefined) theirs.push(await boot(qemu, qemuArguments(computer)));
    }
    rows.push({ machine: "vitrine", cpus, boots: ours });
    if (theirs.length > 0) rows.push({ machine: "qemu", cpus, boots: theirs });
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  return rows;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};
const secondsOf = ({ boots }: Row): number => median(boots.map((b) => b.seconds));

function table(rows: readonly Row[]): string {
  const columns = [8, 4, 8, 11, 6, 8, 13, 9, 5];
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(columns[i]!) : cell.padStart(columns[i]!))).join(" ");
  const lines = rows.map((row) => {
    const { boots } = row;
    const times = boots.map((b) => b.seconds);
    const other = rows.find((r) => r.cpus === row.cpus && r.machine === "qemu");
    const { instructions, virtualSeconds } = boots[0]!;
    return line([
      row.machine,
      String(row.cpus),
      secondsOf(row).toFixed(2),
      `${Math.min(...times).toFixed(1)}–${Math.max(...times).toFixed(1)}`,
      other === undefined ? "" : `${(secondsOf(row) / secondsOf(other)).toFixed(1)}×`,
      median(boots.map((b) => b.processorSeconds ?? Number.NaN)).toFixed(2),
      instructions === undefined ? "not counted" : `${(instructions / 1e6).toFixed(0)} M`,
      virtualSeconds === undefined ? "host's" : `${virtualSeconds.toFixed(3)} s`,
      instructions === undefined ? "" : median(boots.map((b) => b.mips ?? 0)).toFixed(0),
    ]);
  });
  const head = [
    "machine",
    "cpus",
    "seconds",
    "low–high",
    "ratio",
    "cpu s",
    "instructions",
    "virtual",
    "MIPS",
  ];
  return [chalk.dim(line(head)), ...lines].join("\n");
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), (text) => void process.stdout.write(text));
  if (options === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "vitrine-linux-"));
  const program = buildProgram();
  try {
    const rows = await measure(options, program, folder);
    const cpu = hostCpus();
    const figures = {
      kernel: findKernel(options.kernel)?.release,
      host: { cpu: cpu[0]?.model.trim() ?? "unknown", processors: cpu.length, node: process.version },
      rows,
    };
    const json = `${JSON.stringify(figures, undefined, 2)}\n`;
    if (options.json === "-") process.stdout.write(json);
    else {
      const loads = rows.flatMap((row) => row.boots.map((b) => b.load));
      const about = `${figures.kernel}, ${figures.host.processors} × ${figures.host.cpu}, Node ${process.version}, load ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`;
      process.stdout.write(`${chalk.dim(about)}\n${table(rows)}\n`);
      if (options.json !== undefined) writeFileSync(options.json, json);
    }
  } finally {
    program.remove();
    rmSync(folder, { recursive: true });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`linux: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
