/**
 * The local APIC, which each processor has: it takes interrupts and sends them to other processors (SDM vol. 3 §11.4–11.6). Its timer is in
 * apic-timer.ts.
 */
import { newline, print, printHex, printU64 } from "../console/print.ts";
import { isX2, Register, readApic, setX2, writeApic, writeCommand } from "./apic-registers.ts";
import { cpuIndex, cpus } from "./cpu.ts";
import { cpuidCD, readMsr, restoreInterrupts, saveInterrupts, writeMsr } from "./instructions.ts";
import { setAcknowledge, setInterruptHandler } from "./interrupts.ts";
import { ERROR_VECTOR, SPURIOUS_VECTOR } from "./vectors.ts";

export { setApicAddress } from "./apic-registers.ts";
export { initTimer, startTimer, stopTimer } from "./apic-timer.ts";

const APIC_BASE: u32 = 0x1b;
const BASE_ENABLE: u64 = 0x800;
const BASE_X2APIC: u64 = 0x400;
/** ECX of CPUID's leaf 1. */
const HAS_X2APIC: u64 = 1 << 21;

/** Spurious vector register: the APIC takes interrupts. */
const ENABLE: u32 = 0x100;
/** Local vector table: masked; as an NMI. */
const MASKED: u32 = 0x1_0000;
const AS_NMI: u32 = 0x400;

/** Command (SDM vol. 3 §11.6.1): delivery modes, pending, asserted, all but self. */
const NMI: u32 = 0x400;
const INIT: u32 = 0x500;
const START_UP: u32 = 0x600;
const PENDING: u32 = 0x1000;
const ASSERT: u32 = 0x4000;
const ALL_OTHERS: u32 = 0xc_0000;

/** The calling processor's. */
export function apicId(): u32 {
  const id = readApic(Register.Id);
  return isX2 ? id : id >> 24;
}
function endOfInterrupt(): void {
  writeApic(Register.EndOfInterrupt, 0);
}

/** The calling processor's APIC takes interrupts from here on, those of ERROR_VECTOR and SPURIOUS_VECTOR among them. */
export function initApic(): void {
  setX2((cpuidCD(1, 0) & HAS_X2APIC) !== 0);
  writeMsr(APIC_BASE, readMsr(APIC_BASE) | BASE_ENABLE | (isX2 ? BASE_X2APIC : 0));
  setAcknowledge(endOfInterrupt);
  setInterruptHandler(ERROR_VECTOR, onError);
  writeApic(Register.TimerVector, MASKED);
  writeApic(Register.Line0, MASKED);
  writeApic(Register.Line1, AS_NMI);
  writeApic(Register.ErrorVector, ERROR_VECTOR);
  writeApic(Register.TaskPriority, 0);
  writeApic(Register.SpuriousVector, ENABLE | SPURIOUS_VECTOR);
  cpus[cpuIndex()].apicId = apicId();
}
function onError(): void {
  writeApic(Register.ErrorStatus, 0);
  print("warning: local APIC of processor ");
  printU64(u64(cpuIndex()));
  print(" reports error ");
  printHex(u64(readApic(Register.ErrorStatus)));
  newline();
}

/** `destination`: a local APIC's id; nothing for commands that name their destinations themselves. */
function command(destination: u32, what: u32): void {
  if (isX2) {
    // A store before it is seen before the interrupt (SDM vol. 3 §11.12.3).
    fence();
    writeCommand((u64(destination) << 32) | u64(what));
    return;
  }
  // An interrupt between the two words could send one itself.
  const flags = saveInterrupts();
  while ((readApic(Register.Command) & PENDING) !== 0) pause();
  writeApic(Register.CommandHigh, destination << 24);
  writeApic(Register.Command, what);
  restoreInterrupts(flags);
}
/** To a processor that is up, by its index. */
export function sendInterrupt(cpu: u32, vector: u32): void {
  command(cpus[cpu].apicId, ASSERT | vector);
}
/** To all processors that are up but the calling one. */
export function sendToOthers(vector: u32): void {
  command(0, ALL_OTHERS | ASSERT | vector);
}
export function sendNmiToOthers(): void {
  command(0, ALL_OTHERS | ASSERT | NMI);
}
/** A processor that waits to be started, by its APIC's id. */
export function sendInit(id: u32): void {
  command(id, ASSERT | INIT);
}
/** It begins in real mode at `page` · 4096, below 1 MiB. */
export function sendStartUp(id: u32, page: u32): void {
  command(id, ASSERT | START_UP | page);
}
