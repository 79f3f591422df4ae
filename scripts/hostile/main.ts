/*
 * npm run hostile -- [--count N] [--seed S] [--json FILE]
 *
 * Broken programs: three programs of gcc's (static, static and position-independent, dynamic) with bytes changed, most of them in their ELF headers, each run
 * on a unikernel of its own. Whatever they are, the host's process lives, and the run ends in one of a few ways, which are counted: the kernel's loader
 * refuses with one line and status 126 or 127, the program ends or is ended by a signal, it does not end in time, or it has broken its machine, which is
 * its right in ring 0. A refusal without its line, a crash without signal, registers and calls, or an exception here is a failure: told with the seed that
 * repeats it, and status 1 in the end.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { programStatus } from "../../src/program/machine.ts";
import { builtKernel, builtProgram } from "../../tests/support/built.ts";
import { findTool } from "../../tests/support/tools.ts";
import { run } from "../switch/guest.ts";
import { readOptions } from "./options.ts";

const MIB = 2 ** 20;
/** Of a whole run; an unchanged one takes a twentieth. */
const MOST_CYCLES = 60_000_000;
const MOST_CHANGES = 6;

/** What the dynamic one needs. */
const LIBRARIES = ["/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6"];

/** Bytes that are often worth a try beside any others. */
const SPECIAL = [0, 1, 0x7f, 0x80, 0xff];

interface Subject {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** ELF header and program headers. */
  readonly head: number;
}
/** Marsaglia's xorshift with 32 bits ("Xorshift RNGs", 2003). */
class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x2545f491) >>> 0 || 1;
  }
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % limit;
  }
}

function subjects(gcc: string, folder: string): Subject[] {
  const source = join(folder, "program.c");
  writeFileSync(source, '#include <stdio.h>\nint main(void) { puts("here"); return 5; }\n');
  const kinds: Record<string, string[]> = {
    static: ["-static"],
    "static PIE": ["-static-pie"],
    dynamic: ["-pie"],
  };
  return Object.entries(kinds).map(([name, options]) => {
    const path = join(folder, name);
    run(gcc, ["-O1", "-s", ...options, "-o", path, source], 0);
    const bytes = readFileSync(path);
    return { name, bytes, head: 64 + 56 * bytes.readUInt16LE(56) };
  });
}
function change(subject: Subject, seed: number): Uint8Array {
  const random = new Random(seed);
  const bytes = Uint8Array.from(subject.bytes);
  if (random.below(20) === 0) return bytes.subarray(0, random.below(bytes.length));
  for (let n = 1 + random.below(MOST_CHANGES); n > 0; n--) {
    const at = random.below(10) < 8 ? random.below(subject.head) : random.below(bytes.length);
    const special = SPECIAL[random.below(SPECIAL.length)]!;
    bytes[at] =
      random.below(3) === 0
        ? special
        : random.below(3) === 0
          ? bytes[at]! ^ (1 << random.below(8))
          : random.below(256);
  }
  return bytes;
}
const ENDS = ["refused", "ended", "signalled", "endless", "broken"] as const;
type End = (typeof ENDS)[number];

type Harness = typeof import("../../src/testing.ts");
/** The harness as it is built: through a loader of TypeScript a machine is ten times as slow. */
async function harness(): Promise<Harness> {
  const file = join(builtProgram(), "../../testing.js");
  // as: built from that very file
  return (await import(pathToFileURL(file).href)) as Harness;
}

/** Throws Error for what must not be. */
function attempt(
  { boot }: Harness,
  kernel: Uint8Array,
  program: Uint8Array,
  libraries: Readonly<Record<string, Uint8Array>>,
): End {
  const files = { "/program": program, ...libraries };
  const guest = boot({ kernel, program: "/program", files, memory: 32 * MIB, maxCycles: MOST_CYCLES });
  const stop = guest.run();
  guest.close();
  const { errors, log } = guest;
  const status = programStatus(stop);
  if (status === undefined) return stop.kind === "limit" ? "endless" : "broken";
  if (errors.startsWith("vitrine: ")) {
    if (status !== 126 && status !== 127) throw new Error(`refused with status ${status}: ${errors}`);
    if (!/^vitrine: [^\n]+\n$/.test(errors)) throw new Error(`more than one line: ${errors}`);
    return "refused";
  }
  const said = errors + log;
  if (status > 128 && said !== "") {
    for (const part of [/ends by SIG/, /\brip 0x/, /\bcalls:\r?\n +0x/])
      if (!part.test(said)) throw new Error(`status ${status}, but ${said}`);
    return "signalled";
  }
  return status > 128 ? "signalled" : "ended";
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) return 0;
  const gcc = findTool("gcc");
  if (gcc === undefined) {
    console.error("hostile: gcc is not here");
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "vitrine-hostile-"));
  try {
    const all = subjects(gcc, folder);
    const kernel = readFileSync(builtKernel("main.ts"));
    const machines = await harness();
    const libraries = Object.fromEntries(LIBRARIES.map((path) => [path, readFileSync(path)]));
    const counts = new Map<string, Map<End, number>>(
      all.map((s) => [s.name, new Map(ENDS.map((e) => [e, 0]))]),
    );
    for (const { name, bytes } of all) {
      const end = attempt(machines, kernel, bytes, name === "dynamic" ? libraries : {});
      if (end !== "ended") throw new Error(`${name}: unchanged, it is ${end}`);
    }
    let failures = 0;
    for (let n = 0; n < options.count; n++) {
      const seed = options.seed + n;
      const subject = all[seed % all.length]!;
      try {
        const end = attempt(
          machines,
          kernel,
          change(subject, seed),
          subject.name === "dynamic" ? libraries : {},
        );
        const count = counts.get(subject.name)!;
        count.set(end, count.get(end)! + 1);
        if (options.show && end === "broken") console.log(`seed ${seed}: ${subject.name} breaks its machine`);
      } catch (error) {
        console.error(
          `hostile: seed ${seed}, ${subject.name}: ${error instanceof Error ? error.message : String(error)}`,
        );
        failures++;
      }
      if (process.stderr.isTTY && n % 10 === 0) process.stderr.write(`\r${n} of ${options.count}`);
    }
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    console.log(["".padEnd(12), ...ENDS.map((e) => e.padStart(10))].join(""));
    for (const [name, count] of counts)
      console.log([name.padEnd(12), ...ENDS.map((e) => String(count.get(e)).padStart(10))].join(""));
    if (options.json !== undefined) {
      const figures = Object.fromEntries(
        [...counts].map(([name, count]) => [name, Object.fromEntries(count)]),
      );
      writeFileSync(
        options.json,
        `${JSON.stringify({ seed: options.seed, count: options.count, failures, figures })}\n`,
      );
    }
    return failures === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
process.exitCode = await main();
