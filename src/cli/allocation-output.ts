/*
 * The file of `--allocations`: what the kernel's malloc and free do while a machine runs, as a trace that `vitrine bench alloc` replays.
 * Whoever runs the machine turns ALLOCATION_POINTS on and hands over what they record (ring-watch.ts).
 */
import { FileOutput } from "../host/file-output.ts";
import { symbolsIn } from "../machine/boot/elf-symbols.ts";
import { AllocationRecorder, traceText } from "../view/allocation-trace.ts";
import { type PhysicalReader, TRACE_SYMBOL } from "../view/trace-points.ts";
import { type TraceNews, TraceRings } from "../view/trace-rings.ts";
import { UserError } from "./errors.ts";

/** What a trace of allocation is made of. */
export const ALLOCATION_POINTS = "malloc,free,realloc";

/** The rings of a kernel that has not run yet. Throws UserError for one without. */
export function ringsOf(kernel: Uint8Array, memory: PhysicalReader): TraceRings {
  const header = symbolsIn(kernel).find(({ name }) => name === TRACE_SYMBOL);
  if (header === undefined) throw new UserError("--allocations: the kernel has no trace points");
  return new TraceRings(memory, Number(header.address));
}

export class AllocationOutput {
  readonly #file: FileOutput;
  readonly #err: (text: string) => void;
  readonly #recorder = new AllocationRecorder();
  readonly #encoder = new TextEncoder();
  #failed: Error | undefined;

  /** `err` takes what is said to the user. Throws HostError where the file cannot be made. */
  constructor(path: string, err: (text: string) => void) {
    this.#err = err;
    this.#file = new FileOutput(path, (error) => {
      this.#failed ??= error;
    });
  }
  /** A line for each allocation, change of size and free. */
  take({ events, missed }: TraceNews): void {
    if (missed > 0) this.#err(`vitrine: ${missed} events missed: the trace of allocations is not whole\n`);
    const steps = this.#recorder.take(events);
    if (steps.length > 0) this.#file.write(this.#encoder.encode(traceText(steps)));
  }
  /** Throws what the first write failed with. */
  close(): void {
    this.#file.close();
    if (this.#failed !== undefined) throw this.#failed;
  }
}
