/**
 * The other processors: started one after the other, each on stacks of its own. How many there are is the firmware's to say.
 * The one file of arch/ that allocates memory.
 */
import { print, printLine, printU64 } from "../console/print.ts";
import { Area, inArea, NONE, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous } from "../memory/contiguous.ts";
import { setStopOthers } from "../panic.ts";
import { initApic, initTimer, sendInit, sendNmiToOthers, sendStartUp } from "./apic.ts";
import { cpuCount, cpus, enterCpu, MAX_CPUS } from "./cpu.ts";
import { loadGates } from "./descriptors.ts";
import { type Registers, setExceptionHandler } from "./exceptions.ts";
import { halt } from "./instructions.ts";
import { initSegments, STACKS_SIZE } from "./segments.ts";
import { prepareTrampoline, TRAMPOLINE_PAGE } from "./trampoline.ts";

const NON_MASKABLE: u32 = 2;
/** Of the stack on which `entry` is called. */
const BOOT_STACK_SIZE: usize = 4 * PAGE_SIZE;
/**
 * In ticks of the time-stamp counter, whose frequency need not be known: between INIT and start-up (processors of this century need
 * none), until start-up is asked for again, until it is given up.
 */
const INIT_PAUSE: u64 = 100_000;
const PATIENCE: u64 = 100_000_000;
const LONG_PATIENCE: u64 = 20_000_000_000;

class Found extends Struct {
  apicId: u32;
  node: u32;
}
/** All but the first processor. */
const found: array<Found, typeof MAX_CPUS> = zeroed();
let foundCount: usize = 0;
/** Processors that there is no room for. */
export let processorsIgnored: u32 = 0;

let starting: Found = zeroed();
let stacks: usize = 0;
let arrived: u32 = 0;
let whenUp: fn<() => void> | null = null;
let stopping: bool = false;

/** A processor that the firmware knows, with its node of memory; the calling one among them. */
export function addProcessor(apicId: u32, node: u32): void {
  if (apicId === cpus[0].apicId) cpus[0].node = node;
  else if (foundCount === MAX_CPUS - 1) processorsIgnored++;
  else {
    found[foundCount] = { apicId, node };
    foundCount++;
  }
}
/** The new processor is here, on its own stack. */
function enterProcessor(): void {
  const cpu = enterCpu(starting.apicId);
  cpu.node = starting.node;
  initSegments(cpu.index, stacks);
  loadGates();
  initApic();
  initTimer();
  atomicStore(addressOf(arrived), 1);
  if (whenUp !== null) whenUp();
  halt();
}
function waitForArrival(patience: u64): bool {
  const start = readTsc();
  while (atomicLoad(addressOf(arrived)) === 0) {
    if (readTsc() - start > patience) return false;
    pause();
  }
  return true;
}
function startOne(processor: ptr<Found>): bool {
  const physical = allocateContiguous((STACKS_SIZE + BOOT_STACK_SIZE) / PAGE_SIZE, 1, NONE);
  if (physical === NONE) return false;
  starting = { apicId: processor.apicId, node: processor.node };
  stacks = inArea(Area.Early, physical);
  arrived = 0;
  prepareTrampoline(stacks + STACKS_SIZE + BOOT_STACK_SIZE, enterProcessor);
  sendInit(processor.apicId);
  const start = readTsc();
  while (readTsc() - start < INIT_PAUSE) pause();
  sendStartUp(processor.apicId, TRAMPOLINE_PAGE);
  if (waitForArrival(PATIENCE)) return true;
  sendStartUp(processor.apicId, TRAMPOLINE_PAGE);
  return waitForArrival(LONG_PATIENCE);
}
/** A panic's NMI: the processor stops for good. Any other NMI is a panic. */
function onNonMaskable(_registers: ptr<Registers>): bool {
  if (stopping) halt();
  return false;
}
function stopOthers(): void {
  stopping = true;
  if (cpuCount > 1) sendNmiToOthers();
}
/**
 * Starts all others. Each calls `entry` with its Cpu entered, its APIC and timer ready, interrupts off, on a stack of 16 KiB; if
 * `entry` returns, it halts. One that does not come up is left alone, with a warning.
 */
export function startProcessors(entry: fn<() => void>): void {
  whenUp = entry;
  setExceptionHandler(NON_MASKABLE, onNonMaskable);
  setStopOthers(stopOthers);
  for (let i: usize = 0; i < foundCount; i++) {
    if (startOne(addressOf(found[i]))) continue;
    print("warning: processor with APIC ");
    printU64(u64(found[i].apicId));
    printLine(" did not start");
  }
}
