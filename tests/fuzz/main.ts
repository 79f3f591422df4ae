/*
 * npm run fuzz -- --seconds N [--seed S] [--mode 16|32|64] [--on processor|machine] [--count N]
 * npm run fuzz -- --devices [--seconds N] [--seed S] [--count N]
 * npm run fuzz -- --compiler [--seconds N] [--seed S] [--count N]
 *
 * Random programs, on a bare processor (stream.ts) and on whole machines (machine.ts), on the interpreter against the evaluator until the time is over or the engines disagree. Seeds go up
 * from S (default: the time), so that a failure repeats with the seed it names. With --devices: random operations on a machine's
 * devices (devices/). With --compiler: random programs of the dialect, compiled (compiler/). Exit status: 0 no disagreement or failure, 1 one, 2 bad use.
 */
import { fuzzCompiler } from "./compiler/command.ts";
import { fuzzDevices } from "./devices/command.ts";
import { MachineStreams } from "./machine.ts";
import { BadUse, readOptions } from "./options.ts";
import { listing, minimise } from "./report.ts";
import { Streams, type Tally } from "./stream.ts";

function main(): number {
  const options = readOptions(
    process.argv.slice(2),
    Math.floor(Date.now() / 1000),
    (text) => void process.stdout.write(text),
  );
  if (options === undefined) return 0;
  if (options.devices) return fuzzDevices(options);
  if (options.compiler) return fuzzCompiler(options);
  const { seconds, seed, modes, on, count } = options;
  const streams = on.flatMap((place) =>
    modes.map((mode) => ({
      place,
      mode,
      stream: place === "machine" ? new MachineStreams(mode) : new Streams(mode),
    })),
  );
  const begin = performance.now();
  let shown = begin;
  let programs = 0;
  for (let n = seed; n < seed + count && performance.now() - begin < seconds * 1000; n++) {
    for (const { place, mode, stream } of streams) {
      const program = stream.program(n);
      programs++;
      if (stream.run(program, n) === undefined) continue;
      const least = minimise(program, (p) => stream.run(p, n));
      process.stderr.write("\n");
      console.log(`The engines disagree: seed ${n}, ${mode}-bit mode.\n${listing(least.program)}`);
      console.log(`  budgets (!n: exception n): ${least.failure?.at ?? "it does not repeat"}`);
      for (const d of least.failure?.differences ?? []) console.log(`  evaluator ≠ interpreter: ${d}`);
      console.log(`Repeat: npm run fuzz -- --on ${place} --mode ${mode} --seed ${n} --count 1`);
      return 1;
    }
    if (process.stderr.isTTY && performance.now() - shown > 500) {
      shown = performance.now();
      process.stderr.write(`\r${summary(streams, programs, shown - begin)}`);
    }
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(
    `${summary(streams, programs, performance.now() - begin)}; no disagreement; first seed ${seed}`,
  );
  return 0;
}

function summary(
  streams: readonly { readonly stream: { readonly tally: Tally } }[],
  programs: number,
  milliseconds: number,
): string {
  let instructions = 0;
  let faults = 0;
  for (const { stream } of streams) {
    instructions += stream.tally.instructions;
    faults += stream.tally.faults;
  }
  return `${programs} programs, ${instructions} instructions, ${faults} faults in ${(milliseconds / 1000).toFixed(1)} s`;
}

try {
  process.exitCode = main();
} catch (e) {
  if (!(e instanceof BadUse)) throw e;
  console.error(`fuzz: ${e.message}`);
  process.exitCode = 2;
}
