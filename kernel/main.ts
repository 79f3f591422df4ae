/** The unikernel from the loader's jump to the first thread: a table of contents. */
import { initApic, initTimer } from "./arch/apic.ts";
import { enterCpu, initialApicId } from "./arch/cpu.ts";
import { initGates } from "./arch/descriptors.ts";
import { initIoApics } from "./arch/io-apic.ts";
import { silencePics } from "./arch/pic.ts";
import { startProcessors } from "./arch/processors.ts";
import { initSegments } from "./arch/segments.ts";
import { initAcpi } from "./boot/acpi.ts";
import { initCommandLine } from "./boot/command-line.ts";
import { readFadt } from "./boot/fadt.ts";
import { readHpet } from "./boot/hpet.ts";
import { readLoader } from "./boot/loader.ts";
import { readMadt } from "./boot/madt.ts";
import { readMcfg } from "./boot/mcfg.ts";
import { initMemoryMap } from "./boot/memory-map.ts";
import { readNodes } from "./boot/numa.ts";
import { initSerial } from "./console/serial.ts";
import { runFirst } from "./first.ts";
import { initAllocators } from "./memory/allocators.ts";
import { initPhysical } from "./memory/physical.ts";
import { enterCalls } from "./syscall/entry.ts";
import { enterThreads, initThreads, startFirst } from "./thread/start.ts";
import { initTime } from "./thread/time.ts";
import { enterTrace, startTrace } from "./trace/tracing.ts";
import { initAliases } from "./vm/alias.ts";
import { initDebugPages } from "./vm/debug-pages.ts";
import { refillReserve } from "./vm/fault-pages.ts";
import { enterVm, initVm } from "./vm/vm.ts";

/** `info` is of the loader's protocol: PVH's or multiboot's. Interrupts are off, the first 4 GiB mapped one to one. */
export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, runFirst);
}
/** Everything up to `first`, which runs as the first thread. */
export function startKernel(info: ptr<unknown>, protocol: u32, first: fn<() => void>): void {
  initSerial(); //               text for people, from here on
  enterCpu(initialApicId()); //  gs: this processor's own
  initSegments(0, 0); //         flat segments, stacks for faults
  initGates(); //                exceptions are told, not suffered
  readLoader(info, protocol); // what the loader left: map, command line, modules
  initCommandLine(); //          what is wanted
  initMemoryMap(); //            which RAM is ours
  initAcpi(); //                 the firmware's tables
  readNodes(); //                what is near to what
  readMadt(); //                 processors, interrupt controllers
  readFadt(); //                 how to switch off
  readHpet();
  readMcfg(); //                 where PCI's registers are
  initAliases(); //              page tables: RAM by areas, devices; no one to one map any more
  initPhysical(); //             every frame has an owner
  initAllocators(); //           objects by areas
  initVm(); //                   mappings, page faults, stacks
  initDebugPages(); //           objects on pages of their own
  startTrace(); //               what the command line wants to watch
  silencePics(); //              the old interrupt controllers
  initApic(); //                 the new one
  initTimer();
  initIoApics(); //              devices' interrupts, masked
  initTime(); //                 how fast the clock runs
  enterCalls(); //               programs' system calls
  initThreads(); //              this processor idles; others can be made
  startProcessors(enter); //     the others
  refillReserve(); //            pages for page faults of code that cannot wait
  startFirst(first); //          from here on the scheduler decides
}
/** How the other processors end their start. */
function enter(): void {
  enterVm();
  enterCalls();
  enterTrace();
  enterThreads();
}
