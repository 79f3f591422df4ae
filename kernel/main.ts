/** The unikernel from the loader's jump to the first thread: a table of contents. */
import { enterCpu } from "./arch/cpu.ts";
import { initGates } from "./arch/descriptors.ts";
import { initSegments } from "./arch/segments.ts";
import { readLoader } from "./boot/loader.ts";
import { initMemoryMap } from "./boot/memory-map.ts";
import { initSerial } from "./console/serial.ts";
import { greet } from "./greet.ts";

/** `info` is of the loader's protocol: PVH's or multiboot's. Interrupts are off, the first 4 GiB mapped one to one. */
export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, greet);
}
/** Everything up to `first`, which runs as the first thread. */
export function startKernel(info: ptr<unknown>, protocol: u32, first: fn<() => void>): void {
  initSerial(); //               text for people, from here on
  enterCpu(0); //                gs: this processor's own
  initSegments(0, 0); //         flat segments, stacks for faults
  initGates(); //                exceptions are told, not suffered
  readLoader(info, protocol); // what the loader left: map, command line, modules
  initMemoryMap(); //            which RAM is ours
  first();
}
