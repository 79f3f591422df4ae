/**
 * Measures the interpreter: millions of guest instructions a second on each loop of loops.ts, as the median of several
 * runs. It measures wall-clock time, so what else the host does shows; `calibrate` tells how fast the host is meanwhile.
 */
import { assemble } from "../isa/assembler/assemble.ts";
import { BareMachine } from "../machine/bare-machine.ts";
import { CODE, DATA, DATA_SIZE, LOOPS, type Loop, STACK_TOP } from "./loops.ts";

export interface Measurement {
  readonly name: string;
  readonly what: string;
  /** Millions of guest instructions a second: the median, and every run. */
  readonly mips: number;
  readonly runs: readonly number[];
}

export interface Options {
  /** About how long all of it may take. */
  readonly seconds: number;
  /** Only these loops; absent: all. */
  readonly only?: readonly string[];
  /** Told before each loop. */
  readonly progress?: (name: string, index: number, count: number) => void;
}

const RUNS = 5;
/** Of a loop's time, what goes into warming up: V8 must compile the handlers with its second compiler. */
const WARM_UP = 0.3;

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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Runs `count` instructions; how many it was, and how many seconds it took. Throws if the loop ends. */
function run(
  machine: BareMachine,
  count: number,
): { readonly instructions: number; readonly seconds: number } {
  const before = machine.instructions;
  const start = now();
  const stop = machine.run({ maxInstructions: count });
  const seconds = now() - start;
  if (stop.kind !== "limit")
    throw new Error(`the loop ended at ${machine.get("rip").toString(16)}: ${stop.kind}`);
  return { instructions: machine.instructions - before, seconds };
}

/** Measures `loop`, which `machine` is about to run or in the midst of. */
export function measureMachine(loop: Loop, machine: BareMachine, seconds: number): Measurement {
  // More and more, until the speed is known with V8's second compiler done: a run's end is made of single steps.
  let count = 100_000;
  const warm = now() + seconds * WARM_UP;
  for (let last = 0; now() < warm || last < seconds / 20; ) {
    last = run(machine, count).seconds;
    if (last < seconds / 10) count *= 2;
  }
  const runs = Array.from({ length: RUNS }, () => {
    const { instructions, seconds } = run(machine, count);
    return instructions / seconds / 1e6;
  });
  return { name: loop.name, what: loop.what, mips: median(runs), runs };
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

/** Measures all loops. Throws RangeError if `only` names one that does not exist. */
export function measureInterpreter(options: Options): Measurement[] {
  const { only, seconds, progress } = options;
  for (const name of only ?? []) {
    if (!LOOPS.some((l) => l.name === name)) {
      throw new RangeError(
        `there is no loop ${JSON.stringify(name)}: ${LOOPS.map((l) => l.name).join(", ")}`,
      );
    }
  }
  const loops = LOOPS.filter((l) => only === undefined || only.includes(l.name));
  return loops.map((loop, i) => {
    progress?.(loop.name, i, loops.length);
    return measureMachine(loop, prepare(loop), seconds / loops.length);
  });
}
