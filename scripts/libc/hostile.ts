/*
 * npx esbuild scripts/libc/hostile.ts --bundle --platform=node --format=esm --packages=external --outfile=dist/libc-hostile.mjs
 * node dist/libc-hostile.mjs [--count N] [--seed S] [--show]
 *
 * Broken shared objects before the libc's linker. A program needs a library of which bytes are changed: in its
 * headers, its dynamic section, hash tables, symbols, names, relocations, versions, thread-local image. Each runs on a unikernel of its own, and ends in one of a few ways, which
 * are counted: the linker refuses with one line and status 127, the program ends or is ended by a signal, it does not end in time, or, since all is ring 0, it has broken its
 * machine. Anything else, such as a refusal of two lines or an exception here, is a failure and gives status 1.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { usePrebuilt } from "../../src/engine/chunks.ts";
import { loadPrebuilt } from "../../src/prebuilt.ts";
import { programMachine, programStatus } from "../../src/program/machine.ts";
import { ScriptedLine } from "../../src/testing/scripted-line.ts";

const MIB = 2 ** 20;
/** Of a whole run; an unchanged one takes a tenth. */
const MOST_CYCLES = 100_000_000;
const LIBC = "/vitrine/libc.elf";
const LIBRARY = "/lib/libsubject.so";
const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
static __thread int local = 7;
__thread int shared_local = 3;
int variable = 5;
int *pointer = &variable;
static int plain(void) { return 4; }
static int (*choose(void))(void) { return plain; }
int chosen(void) __attribute__((ifunc("choose")));
__attribute__((constructor)) static void begin(void) { variable++; }
__attribute__((destructor)) static void end(void) { puts("end"); }
const char *names[] = {"one", "two", "three"};
int answer(void) { return printf("%s %d\\n", names[1], *pointer + local++ + shared_local + chosen() + atoi("1")); }
`;
const PROGRAM = `
#include <stdio.h>
extern int variable, answer(void);
extern __thread int shared_local;
int main(void) { shared_local++; answer(); return variable; }
`;
/** The same library in forms that differ by what the linker reads. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  "GNU hash": [],
  "gABI hash": ["-Wl,--hash-style=sysv"],
  RELR: ["-Wl,-z,pack-relative-relocs"],
  descriptors: ["-mtls-dialect=gnu2", "-fno-plt"],
};
const SECTIONS =
  /^\.(dynamic|gnu\.hash|hash|dynsym|dynstr|rela\..*|relr\.dyn|gnu\.version.*|tdata|init_array)$/;

interface Subject {
  readonly name: string;
  readonly bytes: Buffer;
  /** Where what the linker reads begins and ends. */
  readonly places: readonly (readonly [number, number])[];
}
/** splitmix32. */
function generator(seed: number): (limit: number) => number {
  let state = Math.imul(seed, 0x85ebca6b) >>> 0;
  return (limit) => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) % limit;
  };
}
function placesOf(bytes: Buffer): [number, number][] {
  const start = Number(bytes.readBigUInt64LE(40));
  const size = bytes.readUInt16LE(58);
  const count = bytes.readUInt16LE(60);
  const names = Number(bytes.readBigUInt64LE(start + size * bytes.readUInt16LE(62) + 24));
  const places: [number, number][] = [[0, 64 + 56 * bytes.readUInt16LE(56)]];
  for (let i = 0; i < count; i++) {
    const at = start + i * size;
    const name = names + bytes.readUInt32LE(at);
    const from = Number(bytes.readBigUInt64LE(at + 24));
    if (SECTIONS.test(bytes.toString("latin1", name, bytes.indexOf(0, name))))
      places.push([from, from + Number(bytes.readBigUInt64LE(at + 32))]);
  }
  return places;
}
function makeSubjects(folder: string): { program: Buffer; subjects: Subject[] } {
  const gcc = (...args: readonly string[]): Buffer => execFileSync("gcc", ["-O1", "-w", ...args]);
  writeFileSync(join(folder, "subject.c"), SOURCE);
  writeFileSync(join(folder, "program.c"), PROGRAM);
  writeFileSync(
    join(folder, "map"),
    "ONE { global: answer; variable; }; TWO { global: shared_local; chosen; } ONE;",
  );
  const library = join(folder, "libsubject.so");
  const subjects = Object.entries(FORMS).map(([name, options]) => {
    const map = `-Wl,--version-script=${join(folder, "map")}`;
    gcc("-fPIC", "-shared", ...options, map, join(folder, "subject.c"), "-o", library);
    const bytes = readFileSync(library);
    return { name, bytes, places: placesOf(bytes) };
  });
  const program = join(folder, "program");
  gcc(join(folder, "program.c"), "-o", program, `-L${folder}`, "-lsubject", "-Wl,-rpath,/lib");
  return { program: readFileSync(program), subjects };
}
/** One to six changes, nine in ten of them in what the linker reads; or an end that is missing. */
function changed({ bytes, places }: Subject, seed: number): Buffer {
  const below = generator(seed);
  const copy = Buffer.from(bytes);
  if (below(25) === 0) return copy.subarray(0, below(copy.length));
  for (let n = 1 + below(6); n > 0; n--) {
    const [start, end] =
      below(10) === 0 ? [0, copy.length] : (places[below(places.length)] ?? [0, copy.length]);
    const at = start + below(Math.max(1, end - start));
    const kind = below(4);
    if (kind === 0) copy[at] = [0, 1, 0x7f, 0x80, 0xff][below(5)] ?? 0;
    else if (kind === 1) copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
    else if (kind === 2) copy[at] = below(256);
    else copy.copyWithin(at, start + below(Math.max(1, end - start)), end);
  }
  return copy;
}
const ENDS = ["refused", "ended", "signalled", "endless", "broken"] as const;
type End = (typeof ENDS)[number];
/** What the kernel said when it was last broken. */
let panic = "";

function attempt(kernel: Uint8Array, files: Readonly<Record<string, Uint8Array>>): End {
  const [standard, errors, control, kernelLog] = [0, 1, 2, 3].map(() => new ScriptedLine());
  if (!standard || !errors || !control || !kernelLog) throw new Error("no lines");
  const launch = {
    program: "/program",
    args: ["/program"],
    environment: [],
    directory: "/",
    mounts: [],
    links: [],
    owner: 0,
    group: 0,
    terminals: [],
    strace: false,
    kernelLibc: true,
  };
  const machine = programMachine({
    kernel,
    launch,
    files: Object.entries(files).map(([path, bytes]) => ({ path, bytes })),
    shares: [],
    memory: 48 * MIB,
    ...{ standard, errors, control, kernelLog },
  });
  const stop = machine.run({ until: MOST_CYCLES });
  const status = programStatus(stop);
  if (status === undefined) {
    panic = /panic: [^\r\n]+/.exec(kernelLog.text)?.[0] ?? stop.kind;
    return stop.kind === "limit" ? "endless" : "broken";
  }
  const said = errors.text;
  if (/^[^\n]*(error while loading shared libraries|symbol lookup error):/.test(said)) {
    if (status !== 127 || !/^[^\n]+\n$/.test(said)) throw new Error(`status ${status}: ${said}`);
    return "refused";
  }
  return status > 128 && said !== "" ? "signalled" : "ended";
}

function main(): number {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "400" },
      seed: { type: "string", default: "1" },
      show: { type: "boolean", default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "vitrine-libc-hostile-"));
  try {
    const { program, subjects } = makeSubjects(folder);
    const kernel = readFileSync(process.env.VITRINE_KERNEL ?? "dist/kernel.elf");
    const libc = readFileSync(process.env.VITRINE_LIBC ?? "dist/libc.elf");
    const run = (library: Uint8Array): End =>
      attempt(kernel, { "/program": program, [LIBC]: libc, [LIBRARY]: library });
    const counts = new Map(subjects.map(({ name }) => [name, new Map(ENDS.map((end) => [end, 0]))]));
    for (const { name, bytes } of subjects) {
      const end = run(bytes);
      if (end !== "ended") throw new Error(`${name}: unchanged, it is ${end}`);
    }
    let failures = 0;
    for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.count); seed++) {
      const subject = subjects[seed % subjects.length];
      if (subject === undefined) continue;
      try {
        const end = run(changed(subject, seed));
        const count = counts.get(subject.name);
        count?.set(end, (count.get(end) ?? 0) + 1);
        if (values.show && (end === "broken" || end === "endless"))
          console.log(`seed ${seed}: ${subject.name}: ${end}: ${panic}`);
      } catch (error) {
        console.error(
          `hostile: seed ${seed}, ${subject.name}: ${error instanceof Error ? error.message : String(error)}`,
        );
        failures++;
      }
    }
    console.log(["".padEnd(12), ...ENDS.map((end) => end.padStart(10))].join(""));
    for (const [name, count] of counts)
      console.log([name.padEnd(12), ...ENDS.map((end) => String(count.get(end)).padStart(10))].join(""));
    return failures === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
usePrebuilt(loadPrebuilt);
process.exitCode = main();
