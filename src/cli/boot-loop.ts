/*
 * Runs a machine for a user who waits: in slices of about 15 ms of host time, so that input and signals are heard between
 * them, and so long that they cost nothing. What the machine does is the same however it is cut.
 *
 * It knows the host's time and waits on it; what the machine is connected to, and what is said at the end, are others'.
 */
import type { Machine, MachineStop } from "../machine/machine.ts";

/** Why it is over. */
export type BootEnd =
  | Extract<MachineStop, { readonly kind: "power-off" | "exit" | "triple-fault" }>
  /** The guest has asked for a reset, and that is to be the end. */
  | { readonly kind: "reset" }
  /** All processors wait, and nothing is left that could wake one. */
  | { readonly kind: "asleep" }
  | { readonly kind: "max-seconds" | "max-cycles" }
  /** From outside, by `end`. */
  | { readonly kind: "left" }
  | { readonly kind: "signal"; readonly name: string; readonly status: number }
  | { readonly kind: "failure"; readonly error: Error };

export interface HostTime {
  /** Milliseconds since any moment. */
  now(): number;
  /** Calls `done` after at least `ms` milliseconds, 0: as soon as what has arrived meanwhile has been heard. Returns what calls it off. */
  after(ms: number, done: () => void): () => void;
}

/** The process's own. */
export const hostTime: HostTime = {
  now: () => performance.now(),
  after: (ms, done) => {
    if (ms <= 0) {
      const immediate = setImmediate(done);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(done, ms);
    return () => clearTimeout(timer);
  },
};

export interface LoopOptions {
  readonly time: HostTime;
  /** Whether input may still come from outside. */
  readonly live: () => boolean;
  /** A reset is the end. */
  readonly noReboot?: boolean | undefined;
  /** Virtual time never goes faster than the host's. */
  readonly realtime?: boolean | undefined;
  /** Of host time. */
  readonly maxSeconds?: number | undefined;
  readonly maxCycles?: number | undefined;
  /** Cycles of a slice at most, where someone wants to look that often; at least LEAST_SLICE. */
  readonly mostSlice?: number | undefined;
  /** Between two slices. */
  readonly between?: () => void;
}

/** Milliseconds of host time that a slice is meant to take. */
const SLICE_TIME = 15;
/** Cycles of a slice: at first, as nobody knows how fast it goes; at least; at most. */
const FIRST_SLICE = 300_000;
const LEAST_SLICE = 30_000;
const MOST_SLICE = 100_000_000;
/** With --realtime: waits of a guest that does not wait itself; and by how much virtual time may be late and catch up, in ms. */
const SHORT_WAIT = 2;
const MOST_LATE = 100;
/** Waits for input are looked at again after that many milliseconds: a timer's limit is no concern then. */
const LONG_WAIT = 60_000;

export class BootLoop {
  readonly #machine: Machine;
  readonly #options: LoopOptions;
  readonly #deadline: number;
  /** Cycles. */
  #slice = FIRST_SLICE;
  /** The cycle that has been run to: of several processors one may still be a little behind. */
  #reached = 0;
  #end: BootEnd | undefined;
  #wake: (() => void) | undefined;
  /** Host time, in ms, at which virtual time was 0, or would have been had it not been late. */
  #origin: number;

  constructor(machine: Machine, options: LoopOptions) {
    this.#machine = machine;
    this.#options = options;
    const { time, maxSeconds = Number.POSITIVE_INFINITY } = options;
    this.#deadline = time.now() + maxSeconds * 1000;
    this.#origin = time.now() - this.#virtual(machine.cycles);
  }

  /** Ends the run as soon as possible; the first reason counts. */
  end(reason: BootEnd): void {
    this.#end ??= reason;
    this.#machine.stop();
    this.wake();
  }
  /** Input has come: whoever waits looks at the machine again. */
  wake(): void {
    this.#wake?.();
  }

  /** Runs the machine to its end. Throws what the machine throws. */
  async run(): Promise<BootEnd> {
    const machine = this.#machine;
    const { time, live, noReboot = false, maxCycles = Number.POSITIVE_INFINITY, between } = this.#options;
    const mostSlice = Math.max(this.#options.mostSlice ?? MOST_SLICE, LEAST_SLICE);
    for (;;) {
      if (this.#end !== undefined) return this.#end;
      if (time.now() >= this.#deadline) return { kind: "max-seconds" };
      if (this.#asleep) {
        if (!live()) return { kind: "asleep" };
        await this.#wait(LONG_WAIT);
        continue;
      }
      const from = Math.max(this.#reached, this.#busy ? machine.cycles : this.#next);
      const most = Math.min(from + Math.min(this.#slice, mostSlice), maxCycles);
      const until = await this.#paced(most);
      if (until === undefined) continue;
      const stop = this.#run(until);
      between?.();
      // The guest may have ended before its output could be written; that is the news then.
      const failure = this.#failure;
      if (failure !== undefined) return failure;
      switch (stop.kind) {
        case "power-off":
        case "exit":
        case "triple-fault":
          return stop;
        case "reset":
          if (noReboot) return stop;
          machine.reset();
          break;
        case "limit":
          if (until === maxCycles) return { kind: "max-cycles" };
          this.#reached = until;
          break;
      }
      await this.#wait(0);
    }
  }

  get #failure(): BootEnd | undefined {
    return this.#end?.kind === "failure" ? this.#end : undefined;
  }
  get #busy(): boolean {
    return this.#machine.vcpus.some((v) => v.activity === "running" || v.wokenByMonitor);
  }
  get #next(): number {
    return Math.max(this.#machine.clock.next, this.#machine.cycles);
  }
  get #asleep(): boolean {
    return this.#machine.clock.next === Number.POSITIVE_INFINITY && !this.#busy;
  }
  /** Milliseconds that a number of cycles is. */
  #virtual(cycles: number): number {
    return (cycles / this.#machine.clock.frequency) * 1000;
  }

  /** One slice. Learns from it how long the next should be. */
  #run(until: number): MachineStop {
    const machine = this.#machine;
    const { time } = this.#options;
    const worked = (): number => machine.vcpus.reduce((sum, v) => sum + v.engine.cycles, 0);
    const [cycles, start] = [worked(), time.now()];
    const stop = machine.run({ until });
    const elapsed = time.now() - start;
    const work = worked() - cycles;
    const running = Math.max(1, machine.vcpus.filter((v) => v.activity === "running").length);
    // Where the guest has mostly waited nothing is to be learnt.
    if (work * 2 >= this.#slice) {
      const ideal = elapsed > 0 ? (work / running) * (SLICE_TIME / elapsed) : MOST_SLICE;
      const next = Math.min(Math.max(ideal, this.#slice / 4), this.#slice * 2);
      this.#slice = Math.round(Math.min(Math.max(next, LEAST_SLICE), MOST_SLICE));
    } else if (elapsed > 2 * SLICE_TIME) this.#slice = Math.max(LEAST_SLICE, this.#slice >> 1);
    return stop;
  }

  /** With --realtime: the cycle to run to, no later than the host's time; undefined after a wait because it is not yet. */
  async #paced(until: number): Promise<number | undefined> {
    const { realtime = false, time } = this.#options;
    if (!realtime) return until;
    const machine = this.#machine;
    const { frequency } = machine.clock;
    const now = this.#virtual(machine.cycles);
    const late = time.now() - this.#origin - now;
    if (late > MOST_LATE) this.#origin += late - MOST_LATE;
    const allowed = Math.floor(((time.now() - this.#origin) * frequency) / 1000);
    if (allowed > machine.cycles) return Math.min(until, allowed);
    const wait = this.#busy ? SHORT_WAIT : this.#virtual(this.#next) - now - late;
    await this.#wait(Math.max(wait, 1));
    return undefined;
  }

  /** Waits so many milliseconds of host time, or until `wake` or the deadline. */
  #wait(ms: number): Promise<void> {
    const { time } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#wake = undefined;
        resolve();
      };
      const left = Math.min(ms, Math.max(this.#deadline - time.now(), 1), LONG_WAIT);
      const cancel = time.after(left, done);
      if (ms > 0) this.#wake = done;
    });
  }
}
