/**
 * Task switches through a TSS, in protected mode (SDM vol. 3A chapter 7). IA-32e mode has none: callers raise #GP there.
 *
 * A switch has a commit point. Faults before it belong to the old task; what is thrown after it belongs to the new one,
 * whose rip is then already in `cpu.rip` (SDM vol. 3A §7.3).
 */
import * as S from "../isa/state.ts";
import { writeCr3 } from "./control-registers.ts";
import type { Cpu } from "./cpu.ts";
import { Fault } from "./fault.ts";
import {
  checkDataSegment,
  checkStackSegment,
  type Descriptor,
  fillNull,
  fillSegment,
  fillVirtual8086,
  findDescriptor,
  isNull,
  linearAddress,
  SYSTEM_TYPE,
  selectorError,
  setAccessed,
  setCpl,
} from "./segmentation.ts";
import { presentStack, pushFrame } from "./stack.ts";

const FLAG = S.FLAG;
const BUSY = 2;
const CR0_TS = 8n;

/** Where things lie in a TSS (SDM vol. 3A figures 7-2 and 7-10). */
interface Layout {
  readonly size: 2 | 4;
  readonly minimumLimit: number;
  readonly ip: number;
  readonly flags: number;
  readonly registers: number;
  readonly segments: number;
  /** es, cs, ss, ds, and in 32 bits fs, gs. */
  readonly segmentCount: 4 | 6;
  readonly ldt: number;
}
const TSS32: Layout = {
  size: 4,
  minimumLimit: 0x67,
  ip: 0x20,
  flags: 0x24,
  registers: 0x28,
  segments: 0x48,
  segmentCount: 6,
  ldt: 0x60,
};
const TSS16: Layout = {
  size: 2,
  minimumLimit: 0x2b,
  ip: 0x0e,
  flags: 0x10,
  registers: 0x12,
  segments: 0x22,
  segmentCount: 4,
  ldt: 0x2a,
};
const layoutOf = (attributes: number): Layout => ((attributes & 8) !== 0 ? TSS32 : TSS16);

export type SwitchReason = "jmp" | "call" | "interrupt" | "iret";

export interface SwitchOptions {
  /** EXT bit of error codes. */
  readonly ext?: number;
  /** Pushed on the new task's stack. */
  readonly errorCode?: number | undefined;
}

/** What a TSS holds. */
interface TaskState {
  readonly cr3: bigint | undefined;
  readonly ip: bigint;
  readonly flags: number;
  readonly registers: readonly bigint[];
  readonly segments: readonly number[];
  readonly ldt: number;
  readonly trap: boolean;
}

/** The TSS descriptor a selector names, with the checks of the way it is reached (SDM vol. 3A §7.3, step 1–5). */
function findTss(cpu: Cpu, selector: number, reason: SwitchReason, ext: number): Descriptor {
  const exception = reason === "iret" ? "TS" : "GP";
  const bad = () => new Fault(exception, selectorError(selector, ext));
  if ((selector & 4) !== 0 || isNull(selector)) throw bad();
  const d = findDescriptor(cpu, selector);
  if (d === undefined) throw bad();
  const wanted =
    reason === "iret"
      ? [SYSTEM_TYPE.tss16Busy, SYSTEM_TYPE.tss32Busy]
      : [SYSTEM_TYPE.tss16, SYSTEM_TYPE.tss32];
  if (!wanted.some((type) => type === (d.attributes & 0x1f))) throw bad();
  if (!d.present) throw new Fault("NP", selectorError(selector, ext));
  if (d.limit < layoutOf(d.attributes).minimumLimit) throw new Fault("TS", selectorError(selector, ext));
  return d;
}

function readTask(cpu: Cpu, d: Descriptor): TaskState {
  const layout = layoutOf(d.attributes);
  const { size } = layout;
  const read = (offset: number, bytes: number): bigint =>
    cpu.memory.readSystem(linearAddress(cpu, d.base + BigInt(offset)), bytes);
  const list = (offset: number, count: number): bigint[] => {
    const block = read(offset, count * size);
    return Array.from({ length: count }, (_, i) => BigInt.asUintN(size * 8, block >> BigInt(i * size * 8)));
  };
  return {
    cr3: size === 4 ? read(0x1c, 4) : undefined,
    ip: read(layout.ip, size),
    flags: Number(read(layout.flags, size)),
    registers: list(layout.registers, 8),
    segments: list(layout.segments, layout.segmentCount).map((v) => Number(v & 0xffffn)),
    ldt: Number(read(layout.ldt, 2)),
    trap: size === 4 && (read(0x64, 2) & 1n) !== 0n,
  };
}

/** Saves the task that is left in the current TSS. */
function saveTask(cpu: Cpu, rip: bigint, flags: number): void {
  const tr = cpu.segment(S.TR);
  const layout = layoutOf(tr.attributes);
  const { size } = layout;
  const write = (offset: number, bytes: number, value: bigint): void =>
    cpu.memory.writeSystem(linearAddress(cpu, tr.base + BigInt(offset)), bytes, value);
  // ip, flags and the eight registers are contiguous in both layouts.
  const values = [rip, BigInt(flags), ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => cpu.reg(i))];
  const image = values.reduce((sum, v, i) => sum | (BigInt.asUintN(size * 8, v) << BigInt(i * size * 8)), 0n);
  write(layout.ip, size * values.length, image);
  for (let i = 0; i < layout.segmentCount; i++) {
    write(layout.segments + i * size, 2, BigInt(cpu.segment(i).selector));
  }
}

/** Sets or clears the busy bit of a TSS descriptor in the GDT. */
function setBusy(cpu: Cpu, selector: number, busy: boolean): void {
  const address = linearAddress(cpu, cpu.u64(S.GDTR) + BigInt((selector & 0xfff8) + 5));
  const old = cpu.memory.readSystem(address, 1);
  cpu.memory.writeSystem(address, 1, busy ? old | BigInt(BUSY) : old & ~BigInt(BUSY));
}

/**
 * Switches to the task of TSS `selector`. `rip` and `flags` are what the old task is to resume with. For JMP and CALL
 * the caller has checked the privilege of the way there.
 */
export function switchTask(
  cpu: Cpu,
  selector: number,
  reason: SwitchReason,
  rip: bigint,
  flags: number,
  options: SwitchOptions = {},
): void {
  const ext = options.ext ?? 0;
  const tss = findTss(cpu, selector, reason, ext);
  const old = cpu.segment(S.TR);
  const oldSelector = old.selector;
  if (old.limit < layoutOf(old.attributes).minimumLimit) {
    throw new Fault("TS", selectorError(oldSelector, ext));
  }
  const state = readTask(cpu, tss);
  saveTask(cpu, rip, reason === "iret" ? flags & ~FLAG.nt : flags);
  const nests = reason === "call" || reason === "interrupt";
  if (nests) cpu.memory.writeSystem(linearAddress(cpu, tss.base), 2, BigInt(oldSelector));
  else setBusy(cpu, oldSelector, false);
  if (reason !== "iret") setBusy(cpu, selector, true);

  // The commit point. From here the processor is in the new task.
  fillSegment(cpu, S.TR, selector, tss);
  cpu.segment(S.TR).attributes |= BUSY;
  cpu.setU64(S.CR0, cpu.u64(S.CR0) | CR0_TS);
  cpu.setU64(S.DR7, cpu.u64(S.DR7) & ~0x155n);
  cpu.rflags = state.flags | (nests ? FLAG.nt : 0);
  state.registers.forEach((v, i) => {
    cpu.setReg(i, v, 32);
  });
  cpu.rip = state.ip;
  cpu.nextRip = state.ip;
  // Selectors are there at once, the hidden parts only after their checks.
  for (let i = 0; i < 6; i++) fillNull(cpu, i, state.segments[i] ?? 0);
  fillNull(cpu, S.LDTR, state.ldt);
  setCpl(cpu, (state.segments[S.CS] ?? 0) & 3);
  if (state.cr3 !== undefined && (cpu.cr0 & 0x80000000) !== 0) writeCr3(cpu, state.cr3);
  cpu.hooks.contextChanged();
  loadLdt(cpu, state.ldt, ext);
  loadSegments(cpu, state, ext);
  cpu.hooks.contextChanged();

  if (options.errorCode !== undefined) {
    const stack = presentStack(cpu);
    const size = layoutOf(tss.attributes).size;
    cpu.setReg(S.RSP, pushFrame(cpu, stack, [BigInt(options.errorCode)], size, ext), stack.width);
  }
  if (state.trap) throw new Fault("DB", undefined, { dr6: 0x8000 });
}

function loadLdt(cpu: Cpu, selector: number, ext: number): void {
  if (isNull(selector)) return;
  const bad = () => new Fault("TS", selectorError(selector, ext));
  if ((selector & 4) !== 0) throw bad();
  const d = findDescriptor(cpu, selector);
  if (d === undefined || (d.attributes & 0x1f) !== SYSTEM_TYPE.ldt || !d.present) throw bad();
  fillSegment(cpu, S.LDTR, selector, d);
  cpu.segment(S.LDTR).attributes = d.attributes;
}

function loadSegments(cpu: Cpu, state: TaskState, ext: number): void {
  const selectorOf = (i: number): number => state.segments[i] ?? 0;
  if ((state.flags & FLAG.vm) !== 0) {
    for (let i = 0; i < 6; i++) fillVirtual8086(cpu, i, selectorOf(i));
    return;
  }
  const cs = selectorOf(S.CS);
  const cpl = cs & 3;
  const bad = () => new Fault("TS", selectorError(cs, ext));
  const code = isNull(cs) ? undefined : findDescriptor(cpu, cs);
  if (code === undefined || !code.isCode) throw bad();
  if (code.conforming ? code.dpl > cpl : code.dpl !== cpl) throw bad();
  if (!code.present) throw new Fault("NP", selectorError(cs, ext));
  const ss = selectorOf(S.SS);
  const stack = checkStackSegment(cpu, ss, cpl, "TS", ext);
  setAccessed(cpu, stack);
  fillSegment(cpu, S.SS, ss, stack);
  setAccessed(cpu, code);
  fillSegment(cpu, S.CS, cs, code);
  for (const i of [S.DS, S.ES, S.FS, S.GS]) {
    const selector = selectorOf(i);
    if (isNull(selector)) continue;
    const d = checkDataSegment(cpu, selector, cpl, "TS", ext);
    setAccessed(cpu, d);
    fillSegment(cpu, i, selector, d);
  }
  if (state.ip > BigInt(code.limit)) throw new Fault("GP", ext);
}
