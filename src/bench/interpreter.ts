/**
 * Measures the interpreter: millions of guest instructions a second on each loop of loops.ts, as the median of several
 * runs (steady.ts). It measures wall-clock time, so what else the host does shows; `calibrate` tells how fast the host is meanwhile.
 */
import { assemble } from "../isa/assembler/assemble.ts";
import { BareMachine } from "../machine/bare-machine.ts";
import { CODE, DATA, DATA_SIZE, LOOPS, type Loop, STACK_TOP } from "./loops.ts";
import { measureSteady, median, type Sample } from "./steady.ts";

export interface Measurement {
  readonly name: string;
  readonly what: string;
  /** Millions of guest instructions a second: the median, and every run. */
  readonly mips: number;
  readonly runs: readonly number[];
  /** Whether the speed had settled before the runs (steady.ts). */
  readonly steady: boolean;
}

export interface Options {
  /** About how long all of it may take. */
  readonly seconds: number;
  /** Only these loops; absent: all. */
  readonly only?: readonly string[];
  /** Told before each loop. */
  readonly progress?: (name: string, index: number, count: number) => void;
}

const now = (): number => performance.now() / 1000;

/** A machine that is about to run `loop`. Throws AssemblerError. */
export function prepare(loop: Loop): BareMachine {
  const machine = new BareMachine({ mode: 64, engine: "interpreter", memory: 64 << 20, codeCache: 1 << 20 });
  machine.map(CODE, STACK_TOP - CODE);
  machine.map(DATA, DATA_SIZE);
  machine.write(CODE, assemble(loop.source, { mode: 64, origin: BigInt(CODE) }).bytes);
  for (const [address, words] of loop.data?.() ?? []) machine.write(address, new Uint8Array(words.buffer));
  machine.set("rip", CODE);
  machine.set("rsp", STACK_TOP);
  for (const [name, value] of Object.entries(loop.registers ?? {})) machine.set(name, value);
  return machine;
}

/** Runs about `count` instructions: a run's end is made of single steps. Throws if the loop ends. */
function run(machine: BareMachine, count: number): Sample {
  const before = machine.instructions;
  const start = now();
  const stop = machine.run({ maxInstructions: count });
  const seconds = now() - start;
  if (stop.kind !== "limit")
    throw new Error(`the loop ended at ${machine.get("rip").toString(16)}: ${stop.kind}`);
  return { work: machine.instructions - before, seconds };
}

/** Measures `loop`, which `machine` is about to run or in the midst of, for about `seconds`. */
export function measureMachine(loop: Loop, machine: BareMachine, seconds: number): Measurement {
  const { median, runs, steady } = measureSteady((count) => run(machine, count), seconds);
  return { name: loop.name, what: loop.what, mips: median / 1e6, runs: runs.map((r) => r / 1e6), steady };
}

/** Millions of iterations a second of a fixed loop of JavaScript integer arithmetic: the host's speed at this moment. */
export function calibrate(): number {
  const runs: number[] = [];
  let x = 1;
  for (let run = 0; run < 5; run++) {
    const start = now();
    for (let i = 0; i < 20_000_000; i++) x = (Math.imul(x, 1103515245) + 12345) | 0;
    runs.push(20 / (now() - start));
  }
  // The value is used, so that the loop is not taken away.
  return x === 0.5 ? 0 : median(runs);
}

/** Measures the loops. Throws RangeError if `only` names one that does not exist. */
export function measureInterpreter(options: Options): Measurement[] {
  const { only, seconds, progress } = options;
  const unknown = only?.find((name) => !LOOPS.some((l) => l.name === name));
  if (unknown !== undefined) throw new RangeError(`there is no loop ${JSON.stringify(unknown)}`);
  const loops = LOOPS.filter((l) => only === undefined || only.includes(l.name));
  return loops.map((loop, i) => {
    progress?.(loop.name, i, loops.length);
    return measureMachine(loop, prepare(loop), seconds / loops.length);
  });
}
