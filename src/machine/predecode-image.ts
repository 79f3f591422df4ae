/** Decodes an image beforehand (engine/predecode.ts) as a machine's processor would in 64-bit mode with SSE on, one to one and in RAM. */
import type { Prebuilt } from "../engine/chunks.ts";
import { predecode } from "../engine/predecode.ts";
import { timingModel } from "../timing/model.ts";
import { BareMachine } from "./bare-machine.ts";
import { MachineEngineHost } from "./engine-host.ts";
import { PREDECODED_TIMING } from "./engines.ts";
import { CODE_CACHE } from "./layout.ts";
import { PAGE } from "./physical.ts";

/** Bytes at a linear address, a multiple of 4096. What follows them in their last page is zero. */
export interface CodeSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** `entries`: where functions begin. `build`: which build of handlers `prebuilt` is. The result is for Predecoded.read. */
export function predecodeImage(
  segments: readonly CodeSegment[],
  entries: readonly number[],
  prebuilt: Prebuilt,
  build: number,
): Uint8Array<ArrayBuffer> {
  const machine = new BareMachine({ mode: 64 });
  for (const { address, bytes } of segments) {
    machine.map(address, Math.ceil(bytes.length / PAGE) * PAGE);
    machine.write(address, bytes);
  }
  const { cpu, mmu } = machine;
  const { platform } = cpu;
  const hooks = { instruction: undefined, exception: undefined, stopRequested: false };
  const timing = timingModel(PREDECODED_TIMING);
  const host = new MachineEngineHost({ cpu, mmu, platform, hooks, timing }, timing.blockCost);
  return predecode({ host, entries, cacheStart: CODE_CACHE, prebuilt, build });
}
