/**
 * Each processor's timer: one interrupt at TIMER_VECTOR, at a reading of the time-stamp counter. If the local APIC has no deadline mode
 * (SDM vol. 3 §11.5.4.1) it counts down, and how fast is measured once, against the same counter.
 */
import { Register, readApic, writeApic } from "./apic-registers.ts";
import { cpuidCD, writeMsr } from "./instructions.ts";
import { TIMER_VECTOR } from "./vectors.ts";

const DEADLINE_MSR: u32 = 0x6e0;
/** ECX of CPUID's leaf 1. */
const HAS_DEADLINE: u64 = 1 << 24;
/** Local vector table: masked; deadline mode. */
const MASKED: u32 = 0x1_0000;
const DEADLINE_MODE: u32 = 0x4_0000;
/** Divide configuration: by 1. */
const BY_ONE: u32 = 0xb;
const MOST: u32 = 0xffff_ffff;
/** Ticks of the time-stamp counter in which the timer is measured. */
const MEASURE: u64 = 1 << 20;

let hasDeadline: bool = false;
/** Timer's ticks for 2³² of the time-stamp counter. */
let ratio: u64 = 0;

/** What comes between two readings makes the timer seem slower than it is: then it is early, never late. */
function measure(): void {
  const start = readTsc();
  writeApic(Register.InitialCount, MOST);
  while (readTsc() - start < MEASURE) pause();
  const left = readApic(Register.CurrentCount);
  const ticks = readTsc() - start;
  writeApic(Register.InitialCount, 0);
  ratio = (u64(MOST - left) << 32) / ticks;
}
/** For the calling processor, after `initApic`. */
export function initTimer(): void {
  hasDeadline = (cpuidCD(1, 0) & HAS_DEADLINE) !== 0;
  if (hasDeadline) {
    writeApic(Register.TimerVector, DEADLINE_MODE | TIMER_VECTOR);
    return;
  }
  writeApic(Register.Divide, BY_ONE);
  if (ratio === 0) {
    writeApic(Register.TimerVector, MASKED | TIMER_VECTOR);
    measure();
  }
  writeApic(Register.TimerVector, TIMER_VECTOR);
}
/**
 * The timer's interrupt comes when the time-stamp counter has reached `deadlineTsc`, at once if it has already. Without deadline mode it may come
 * early, if the deadline is far away, and late by some ticks: whoever waits looks at the counter again.
 */
export function startTimer(deadlineTsc: u64): void {
  if (hasDeadline) {
    // 0 would stop it. Stores to the APIC's page come first (§11.5.4.1).
    fence();
    writeMsr(DEADLINE_MSR, deadlineTsc === 0 ? 1 : deadlineTsc);
    return;
  }
  const now = readTsc();
  const distance = deadlineTsc > now ? deadlineTsc - now : 0;
  const high = mulHigh(distance, ratio);
  const count = (high << 32) | ((distance * ratio) >> 32);
  writeApic(Register.InitialCount, high >> 32 !== 0 || count >= u64(MOST) ? MOST : truncate<u32>(count) + 1);
}
export function stopTimer(): void {
  if (hasDeadline) writeMsr(DEADLINE_MSR, 0);
  else writeApic(Register.InitialCount, 0);
}
