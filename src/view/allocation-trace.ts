/**
 * Traces of allocation: what a program allocates, resizes and frees, one step a line, to be run again with any allocator.
 *
 *     a ID SIZE [THREAD]     allocates SIZE bytes; ID is the object's until it is freed
 *     r ID SIZE [THREAD]     gives it another size
 *     f ID [THREAD]          frees it
 *
 * Numbers are decimal, THREAD is 0 if it is left out; empty lines and what follows a # do not count.
 */

export interface AllocationStep {
  readonly kind: "allocate" | "resize" | "free";
  readonly id: number;
  /** Bytes; 0 of `free`. */
  readonly size: number;
  readonly thread: number;
}

/** For the user: what is wrong with a trace, and in which line. */
export class TraceFileError extends Error {
  /** From 1. */
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const KINDS = { a: "allocate", r: "resize", f: "free" } as const;
const LETTERS = { allocate: "a", resize: "r", free: "f" } as const;
const MOST_THREADS = 8;

const isKind = (letter: string | undefined): letter is keyof typeof KINDS =>
  letter !== undefined && letter in KINDS;

/** Throws TraceFileError for what is no trace, or frees what is not there. What is never freed is no error. */
export function parseTrace(text: string): AllocationStep[] {
  const steps: AllocationStep[] = [];
  const live = new Set<number>();
  for (const [i, raw] of text.split("\n").entries()) {
    const words = raw
      .replace(/#.*/, "")
      .split(/\s+/)
      .filter((word) => word !== "");
    if (words.length === 0) continue;
    const wrong = (what: string): TraceFileError => new TraceFileError(i + 1, `${what}: ${raw.trim()}`);
    const [letter, ...rest] = words;
    if (!isKind(letter)) throw wrong("begins with none of a, r, f");
    const kind = KINDS[letter];
    const fields = kind === "free" ? 1 : 2;
    const numbers = rest.map(Number);
    if (rest.length < fields || rest.length > fields + 1)
      throw wrong(`wants ${fields} numbers, and may have a thread`);
    if (!rest.every((word) => /^\d+$/.test(word)) || !numbers.every(Number.isSafeInteger))
      throw wrong("has no whole numbers");
    const id = numbers[0]!;
    const size = kind === "free" ? 0 : numbers[1]!;
    const thread = numbers[fields] ?? 0;
    if (thread >= MOST_THREADS) throw wrong(`has a thread that is not below ${MOST_THREADS}`);
    if (kind === "allocate") {
      if (live.has(id)) throw wrong("allocates an object that is live");
      live.add(id);
    } else if (!live.has(id)) throw wrong("is of an object that is not live");
    if (kind === "free") live.delete(id);
    steps.push({ kind, id, size, thread });
  }
  return steps;
}

export function traceText(steps: readonly AllocationStep[]): string {
  return steps
    .map(({ kind, id, size, thread }) => {
      const numbers = kind === "free" ? [id] : [id, size];
      return `${LETTERS[kind]} ${numbers.join(" ")}${thread === 0 ? "" : ` ${thread}`}\n`;
    })
    .join("");
}

/** An event of the points `malloc`, `free` and `realloc`. */
export interface AllocationEvent {
  /** The time-stamp counter. */
  readonly time: number;
  readonly cpu: number;
  readonly point: string;
  readonly thread: bigint;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

const valueIn = ({ values }: AllocationEvent, name: string): bigint =>
  values.find((v) => v.name === name)?.value ?? 0n;

/**
 * Makes steps of what the kernel's trace points tell. Objects that were there before it began to listen are not known, and what
 * happens to them is left out. Threads get numbers in the order in which they are seen; more than 8 share numbers. An object that
 * `realloc` has moved is another one, since it was allocated and freed.
 */
export class AllocationRecorder {
  readonly #ids = new Map<bigint, number>();
  readonly #threads = new Map<bigint, number>();
  #next = 1;

  /** By time, as TraceRings gives them. What it makes is always a trace that parseTrace takes, after what it made before. */
  take(events: readonly AllocationEvent[]): AllocationStep[] {
    const steps: AllocationStep[] = [];
    for (let i = 0; i < events.length; ) {
      const { time } = events[i]!;
      const together: AllocationEvent[] = [];
      for (; i < events.length && events[i]!.time === time; i++) together.push(events[i]!);
      this.#takeTogether(together, steps);
    }
    return steps;
  }
  /**
   * Of one time: a processor that is behind the others sees theirs until it has come so far, so events of several may be in any order
   * but each processor's own. They are taken so that what is allocated is not live, and what is freed is, as long as that goes.
   */
  #takeTogether(events: readonly AllocationEvent[], steps: AllocationStep[]): void {
    const cpus = new Set(events.map(({ cpu }) => cpu));
    const queues = Array.from(cpus, (cpu) => events.filter((event) => event.cpu === cpu));
    for (let left = events.length; left > 0; left--) {
      const waiting = queues.filter((queue) => queue.length > 0);
      const queue = waiting.find(([first]) => this.#canCome(first!)) ?? waiting[0]!;
      steps.push(...this.#steps(queue.shift()!));
    }
  }
  #canCome(event: AllocationEvent): boolean {
    const live = this.#ids.has(valueIn(event, event.point === "realloc" ? "old" : "address"));
    return event.point === "malloc" ? !live : live;
  }
  #steps(event: AllocationEvent): AllocationStep[] {
    const { point } = event;
    if (point !== "malloc" && point !== "free" && point !== "realloc") return [];
    const thread = this.#thread(event.thread);
    const size = Number(valueIn(event, "size"));
    const address = valueIn(event, "address");
    if (point === "malloc") {
      if (address === 0n) return [];
      return [...this.#freed(address, thread), this.#made(address, size, thread)];
    }
    if (point === "free") return this.#freed(address, thread);
    const old = valueIn(event, "old");
    const id = this.#ids.get(old);
    if (id === undefined || address === 0n) return [];
    this.#ids.delete(old);
    this.#ids.set(address, id);
    return [{ kind: "resize", id, size, thread }];
  }
  /** Nothing if no object is known there. */
  #freed(address: bigint, thread: number): AllocationStep[] {
    const id = this.#ids.get(address);
    this.#ids.delete(address);
    return id === undefined ? [] : [{ kind: "free", id, size: 0, thread }];
  }
  #made(address: bigint, size: number, thread: number): AllocationStep {
    const id = this.#next++;
    this.#ids.set(address, id);
    return { kind: "allocate", id, size, thread };
  }
  #thread(who: bigint): number {
    let number = this.#threads.get(who);
    if (number === undefined) {
      number = this.#threads.size % MOST_THREADS;
      this.#threads.set(who, number);
    }
    return number;
  }
}
