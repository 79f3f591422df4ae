/**
 * A trace of allocation as the module that the bench image replays (kernel/bench/workloads/replay.ts): a header, steps of 16 bytes, and room for
 * the table of objects, so that the image needs no memory of its own for it.
 *
 *     0  "ALLOCTR1"   8  steps   16  objects   24  threads   32  steps: kind u8, thread u8, –, object u32, size u64
 */
import type { AllocationStep } from "../../view/allocation-trace.ts";

const MAGIC = 0x3152_5443_4f4c_4c41n;
const HEADER = 32;
const STEP = 16;
const OBJECT = 16;
const KINDS = { allocate: 0, resize: 1, free: 2 } as const;

export interface Replay {
  readonly module: Uint8Array;
  /** Processors that it wants. */
  readonly threads: number;
}

/** Objects are numbered anew, so that as few numbers are in use as objects live at once. */
export function replayModule(steps: readonly AllocationStep[]): Replay {
  const numbers = new Map<number, number>();
  const free: number[] = [];
  let objects = 0;
  const bytes = new Uint8Array(HEADER + steps.length * STEP);
  const view = new DataView(bytes.buffer);
  let threads = 1;
  steps.forEach(({ kind, id, size, thread }, i) => {
    let number = numbers.get(id);
    if (number === undefined) {
      number = free.pop() ?? objects++;
      numbers.set(id, number);
    }
    if (kind === "free") {
      numbers.delete(id);
      free.push(number);
    }
    const at = HEADER + i * STEP;
    view.setUint8(at, KINDS[kind]);
    view.setUint8(at + 1, thread);
    view.setUint32(at + 4, number, true);
    view.setBigUint64(at + 8, BigInt(size), true);
    threads = Math.max(threads, thread + 1);
  });
  view.setBigUint64(0, MAGIC, true);
  for (const [i, n] of [steps.length, objects, threads].entries())
    view.setBigUint64(8 + 8 * i, BigInt(n), true);
  const module = new Uint8Array(bytes.length + objects * OBJECT);
  module.set(bytes);
  return { module, threads };
}
