/**
 * One case with one allocator: the bench image on a machine of its own, from power-up to its report. Cycles are the machine's, so that
 * two runs give the same figures. The image says figures on the debug console, a line each: a name, a blank, a number.
 */
import type { CharacterBackend } from "../../host/backends.ts";
import { SeededEntropy } from "../../host/entropy.ts";
import { Machine } from "../../machine/machine.ts";
import { type AllocationCase, type AllocatorName, DEFAULT_MEMORY, type PolicyName } from "./cases.ts";

export interface Distribution {
  readonly count: number;
  /** Cycles. */
  readonly mean: number;
  readonly median: number;
  readonly p99: number;
  readonly most: number;
}
export interface AllocationResult {
  readonly case: string;
  readonly allocator: AllocatorName;
  readonly policy: PolicyName;
  readonly allocations: Distribution;
  readonly frees: Distribution;
  /** A malloc and the free of what it gave, as means of batches; only of `pairs`, else of nothing. */
  readonly pairs: Distribution;
  /** Allocations that got nothing. */
  readonly failures: number;
  /** Bytes: what was asked for and is live, when that was most; what the allocator held for it then, with free room inside; its most ever. */
  readonly peakRequested: number;
  readonly peakLive: number;
  readonly peakHeld: number;
  readonly metadata: number;
  /** Parts of 1: lost by rounding up live objects; held without being live, at the end of the load. */
  readonly internalFragmentation: number;
  readonly externalFragmentation: number;
  /** Of all processors, while the load ran. */
  readonly tlbMisses: number;
  readonly instructions: number;
  readonly cycles: number;
}

/** The image has said something that is no report, or has not come to its end. */
export class BenchError extends Error {}

/** Cycles after which a case is given up, and more for each step: on several processors one may wait for another's turn to end. */
const LIMIT = 10e9;
const LIMIT_OF_STEP = { alone: 10_000, together: 60_000 } as const;
const CODE_CACHE = 16 * 2 ** 20;
/** What the image ends with through the debug-exit port, (0x10 << 1) | 1. */
const DONE = 33;

/** What the kernel says to people. */
class Text implements CharacterBackend {
  onReady: (() => void) | undefined;
  text = "";
  write(bytes: Uint8Array): void {
    this.text += new TextDecoder().decode(bytes);
  }
  read(): Uint8Array {
    return new Uint8Array();
  }
}

/** Lines, and what the machine had counted when "begin" and "end" came. */
class Report implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly figures = new Map<string, number>();
  machine: Machine | undefined;
  #line = "";
  readonly #about: string;
  #begin: Machine["statistics"] | undefined;
  #end: Machine["statistics"] | undefined;

  /** `about`: what errors begin with. */
  constructor(about: string) {
    this.#about = about;
  }
  write(bytes: Uint8Array): void {
    this.#line += new TextDecoder().decode(bytes);
    for (let end = this.#line.indexOf("\n"); end >= 0; end = this.#line.indexOf("\n")) {
      this.#take(this.#line.slice(0, end));
      this.#line = this.#line.slice(end + 1);
    }
  }
  read(): Uint8Array {
    return new Uint8Array();
  }
  #take(line: string): void {
    if (line === "begin") this.#begin = this.machine?.statistics;
    else if (line === "end") this.#end = this.machine?.statistics;
    else {
      const [name = "", value = ""] = line.split(" ");
      this.figures.set(name, Number(value));
    }
  }
  /** Counted between "begin" and "end". */
  counted(what: "tlbMisses" | "instructions" | "cycles"): number {
    if (this.#begin === undefined || this.#end === undefined)
      throw new BenchError(`${this.#about}: the image does not say when it begins and ends`);
    return this.#end[what] - this.#begin[what];
  }
  figure(name: string): number {
    const value = this.figures.get(name);
    if (value === undefined || !Number.isFinite(value))
      throw new BenchError(`${this.#about}: the image says nothing of ${name}`);
    return value;
  }
  distribution(name: string): Distribution {
    const of = (part: string): number => this.figure(`${name}.${part}`);
    const count = of("count");
    const mean = count === 0 ? 0 : of("sum") / count;
    return { count, mean, median: of("median"), p99: of("p99"), most: of("most") };
  }
}

const limitOf = ({ operations, cpus = 1 }: AllocationCase): number =>
  LIMIT + operations * (cpus > 1 ? LIMIT_OF_STEP.together : LIMIT_OF_STEP.alone);

/** Throws BenchError, with what the image last said, if it does not come to its end. */
export function runCase(
  kernel: Uint8Array,
  one: AllocationCase,
  allocator: AllocatorName,
  policy: PolicyName,
  module?: Uint8Array,
): AllocationResult {
  const about = `${one.name} with ${allocator}`;
  const report = new Report(about);
  const serial = new Text();
  const machine = new Machine({
    memory: one.memory ?? DEFAULT_MEMORY,
    cpus: one.cpus ?? 1,
    codeCache: CODE_CACHE,
    serial: [serial],
    debugConsole: report,
    entropy: new SeededEntropy(0n),
  });
  report.machine = machine;
  const options = {
    allocator,
    policy,
    workload: one.workload,
    operations: one.operations,
    slots: one.slots,
    size: one.size ?? 0,
  };
  const commandLine = Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  machine.boot({ kernel, commandLine, ...(module && { initrd: module }) });
  const stop = machine.run({ until: limitOf(one) });
  if (stop.kind !== "exit" || stop.status !== DONE) {
    const last = serial.text.trimEnd().split("\n").slice(-3).join(" / ");
    throw new BenchError(`${about}: the machine stopped with ${stop.kind}: ${last}`);
  }
  const [requested, live, held] = ["requested", "live", "held"].map((name) => report.figure(name));
  return {
    case: one.name,
    allocator,
    policy,
    allocations: report.distribution("allocations"),
    frees: report.distribution("frees"),
    pairs: report.distribution("pairs"),
    failures: report.figure("failures"),
    peakRequested: report.figure("peak.requested"),
    peakLive: report.figure("peak.live"),
    peakHeld: report.figure("peak.held"),
    metadata: report.figure("metadata"),
    internalFragmentation: live! > 0 ? 1 - requested! / live! : 0,
    externalFragmentation: held! > 0 ? 1 - live! / held! : 0,
    tlbMisses: report.counted("tlbMisses"),
    instructions: report.counted("instructions"),
    cycles: report.counted("cycles"),
  };
}
