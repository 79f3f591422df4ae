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
export class TraceFileError extends Error {}

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
    const wrong = (what: string): TraceFileError =>
      new TraceFileError(`line ${i + 1}: ${what}: ${raw.trim()}`);
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
  readonly point: string;
  readonly thread: bigint;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

/**
 * Makes steps of what the kernel's trace points tell. Objects that were there before it began to listen are not known, and what
 * happens to them is left out. Threads get numbers in the order in which they are seen; more than 8 share numbers.
 */
export class AllocationRecorder {
  readonly #ids = new Map<bigint, number>();
  readonly #threads = new Map<bigint, number>();
  #next = 1;

  take(events: readonly AllocationEvent[]): AllocationStep[] {
    return events.flatMap((event) => this.#step(event) ?? []);
  }
  #step({ point, thread: who, values }: AllocationEvent): AllocationStep | undefined {
    const value = (name: string): bigint => values.find((v) => v.name === name)?.value ?? 0n;
    const thread = this.#thread(who);
    const size = Number(value("size"));
    const address = value("address");
    if (point === "malloc") return address === 0n ? undefined : this.#made(address, size, thread);
    const old = point === "realloc" ? value("old") : address;
    const id = this.#ids.get(old);
    if (id === undefined) return undefined;
    if (point === "free") {
      this.#ids.delete(old);
      return { kind: "free", id, size: 0, thread };
    }
    if (point !== "realloc" || address === 0n) return undefined;
    this.#ids.delete(old);
    this.#ids.set(address, id);
    return { kind: "resize", id, size, thread };
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
