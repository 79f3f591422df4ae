/**
 * Delivery of interrupts and exceptions in every mode, and what happens when delivery itself faults: double faults and
 * shutdown (SDM vol. 3A chapter 6; vol. 2A, INT n; vol. 3B §20.1.4 and §20.3 for real and virtual-8086 mode).
 *
 * It does not decide whether an interrupt may be delivered now (IF, shadows, priorities): its caller does.
 */
import * as S from "../isa/state.ts";
import type { Cpu } from "./cpu.ts";
import { Fault, VECTOR } from "./fault.ts";
import {
  checkTarget,
  Descriptor,
  fillCode,
  fillNull,
  fillReal,
  findDescriptor,
  isNull,
  linearAddress,
  SYSTEM_TYPE,
  selectorError,
  setAccessed,
  setCpl,
} from "./segmentation.ts";
import {
  checkFrame,
  enterStack,
  innerStack,
  interruptStack,
  presentStack,
  pushFrame,
  type Stack,
  touchStack,
} from "./stack.ts";
import { switchTask } from "./task.ts";

const FLAG = S.FLAG;
const DOUBLE_FAULT = 8;

/**
 * Something to deliver. "software" is INT n, INT3 and INTO (the gate's DPL counts, error codes have EXT clear); "int1"
 * is the instruction INT1, which looks at no DPL.
 */
export interface Event {
  readonly vector: number;
  readonly kind: "external" | "nmi" | "exception" | "software" | "int1";
  /** Pushed in protected mode where given. */
  readonly errorCode?: number | undefined;
  /** Bits that a #DB adds to dr6. */
  readonly dr6?: number;
  /** Linear address of a page fault, for cr2. */
  readonly address?: bigint | undefined;
  /** The saved image has RF set though the event is no fault: between iterations of a repeated string instruction. */
  readonly resume?: boolean;
}

/** The event of a fault that an instruction threw. */
export const eventOf = (fault: Fault): Event => ({
  vector: fault.vector,
  kind: "exception",
  errorCode: fault.errorCode,
  dr6: fault.dr6,
  address: fault.address,
});

/** Exceptions that are traps or aborts, whose saved flags keep RF as it is (SDM vol. 3B §17.3.1.1). */
const NOT_FAULTS: ReadonlySet<number> = new Set([VECTOR.DB, 2, VECTOR.BP, VECTOR.OF, DOUBLE_FAULT, 18]);
/** General detect: the only #DB here that is a fault and wants RF. */
const DR6_BD = 0x2000;

type FaultClass = "benign" | "contributory" | "page" | "double";

/** SDM vol. 3A table 6-4. Interrupts and software exceptions are benign whatever their vector. */
function classOf(event: Event): FaultClass {
  if (event.kind !== "exception") return "benign";
  switch (event.vector) {
    case VECTOR.DE:
    case VECTOR.TS:
    case VECTOR.NP:
    case VECTOR.SS:
    case VECTOR.GP:
      return "contributory";
    case VECTOR.PF:
      return "page";
    case DOUBLE_FAULT:
      return "double";
    default:
      return "benign";
  }
}

/** What to deliver when delivering `first` raised `second`; undefined is shutdown (SDM vol. 3A table 6-5). */
function escalate(first: Event, second: Event): Event | undefined {
  const a = classOf(first);
  const b = classOf(second);
  if (b === "benign") return second;
  if (a === "double") return undefined;
  if ((a === "contributory" && b === "contributory") || a === "page") {
    return { vector: DOUBLE_FAULT, kind: "exception", errorCode: 0 };
  }
  return second;
}

/**
 * Delivers `event` with `cpu.rip` as the return address: of the instruction for faults, of the next one otherwise. On
 * return `cpu.rip` is the handler's. Faults of the delivery are delivered in their turn; "shutdown" says that a double
 * fault could not be delivered either, and that the processor does nothing more until it is reset. Never throws a Fault.
 */
export function deliver(cpu: Cpu, event: Event): "delivered" | "shutdown" {
  cpu.halted = false;
  cpu.interruptShadow = "none";
  let current: Event | undefined = event;
  // A handler at level 3 whose stack raises #AC would have it raised forever; nothing else goes past four.
  for (let attempts = 0; current !== undefined && attempts < 8; attempts++) {
    try {
      recordCause(cpu, current);
      enterHandler(cpu, current, cpu.rip, imageOf(cpu, current));
      cpu.rip = cpu.nextRip;
      if (current.kind === "nmi") cpu.nmiBlocked = true;
      return "delivered";
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      const second = eventOf(thrown);
      if (second.address !== undefined) cpu.setU64(S.CR2, second.address);
      current = escalate(current, second);
    }
  }
  return "shutdown";
}

/** cr2, dr6 and dr7 as the event leaves them (SDM vol. 3A §6.15, vol. 3B §17.2). */
function recordCause(cpu: Cpu, event: Event): void {
  if (event.address !== undefined) cpu.setU64(S.CR2, event.address);
  if (event.vector === VECTOR.DB && event.kind !== "software" && event.kind !== "external") {
    if (event.kind === "exception") {
      cpu.setU64(S.DR6, (cpu.u64(S.DR6) & ~0xfn) | BigInt(event.dr6 ?? 0));
    }
    cpu.setU64(S.DR7, cpu.u64(S.DR7) & ~0x2000n);
  }
}

/** The flags to save. */
function imageOf(cpu: Cpu, event: Event): number {
  const isFault =
    event.kind === "exception" &&
    (!NOT_FAULTS.has(event.vector) || (event.vector === VECTOR.DB && ((event.dr6 ?? 0) & DR6_BD) !== 0));
  return cpu.rflags | (isFault || event.resume ? FLAG.rf : 0);
}

/**
 * Enters the handler of a vector: saves `flags` and `returnRip`, and sets `cpu.nextRip`. Throws the Fault that delivery
 * meets, with nothing committed (but see switchTask). INT n and kin call it directly, with the next instruction's rip.
 */
export function enterHandler(cpu: Cpu, event: Event, returnRip: bigint, flags: number): void {
  if (!cpu.protectedMode) enterReal(cpu, event, returnRip, flags);
  else enterProtected(cpu, event, returnRip, flags);
  cpu.hooks.contextChanged();
}

function enterReal(cpu: Cpu, event: Event, returnRip: bigint, flags: number): void {
  const at = event.vector * 4;
  if (at + 3 > cpu.u32(S.IDTR + 8)) throw new Fault("GP", 0);
  const entry = Number(cpu.memory.readSystem(linearAddress(cpu, cpu.u64(S.IDTR) + BigInt(at)), 4));
  const stack = presentStack(cpu);
  const sp = pushFrame(cpu, stack, [BigInt(flags), BigInt(cpu.segment(S.CS).selector), returnRip], 2, 0);
  enterStack(cpu, stack, sp);
  fillReal(cpu, S.CS, entry >>> 16);
  cpu.rflags &= ~(FLAG.if | FLAG.tf | FLAG.ac | FLAG.rf);
  cpu.nextRip = BigInt(entry & 0xffff);
}

/** A gate of the IDT, checked for type, privilege and presence. */
function readGate(cpu: Cpu, event: Event, ext: number): { gate: Descriptor; upper: bigint } {
  const size = cpu.longMode ? 16 : 8;
  const code = event.vector * 8 + 2 + ext;
  const offset = event.vector * size;
  if (offset + size - 1 > cpu.u32(S.IDTR + 8)) throw new Fault("GP", code);
  const address = linearAddress(cpu, cpu.u64(S.IDTR) + BigInt(offset));
  const raw = cpu.memory.readSystem(address, size);
  const gate = new Descriptor(0, address, BigInt.asUintN(64, raw));
  switch (gate.attributes & 0x1f) {
    case SYSTEM_TYPE.interruptGate32:
    case SYSTEM_TYPE.trapGate32:
      break;
    case SYSTEM_TYPE.taskGate:
    case SYSTEM_TYPE.interruptGate16:
    case SYSTEM_TYPE.trapGate16:
      if (!cpu.longMode) break;
      throw new Fault("GP", code);
    default:
      throw new Fault("GP", code);
  }
  if (event.kind === "software" && gate.dpl < cpu.cpl) throw new Fault("GP", code);
  if (!gate.present) throw new Fault("NP", code);
  return { gate, upper: raw >> 64n };
}

function enterProtected(cpu: Cpu, event: Event, returnRip: bigint, flags: number): void {
  const ext = event.kind === "software" ? 0 : 1;
  const { gate, upper } = readGate(cpu, event, ext);
  if ((gate.attributes & 0x1f) === SYSTEM_TYPE.taskGate) {
    switchTask(cpu, gate.gateSelector, "interrupt", returnRip, flags, { ext, errorCode: event.errorCode });
    return;
  }
  const longMode = cpu.longMode;
  const size = longMode ? 8 : gate.type >= SYSTEM_TYPE.interruptGate32 ? 4 : 2;
  const selector = gate.gateSelector;
  if (isNull(selector)) throw new Fault("GP", ext);
  const code = findDescriptor(cpu, selector);
  const bad = () => new Fault("GP", selectorError(selector, ext));
  const cpl = cpu.cpl;
  if (code === undefined || !code.isCode || code.dpl > cpl) throw bad();
  if (longMode && (!code.long || code.big)) throw bad();
  if (!code.present) throw new Fault("NP", selectorError(selector, ext));
  const newCpl = code.conforming ? cpl : code.dpl;
  const virtual8086 = cpu.virtual8086;
  if (virtual8086 && newCpl !== 0) throw bad();

  const ist = longMode ? Number((gate.raw >> 32n) & 7n) : 0;
  let stack: Stack;
  if (ist !== 0) stack = interruptStack(cpu, ist, newCpl, ext);
  else if (newCpl < cpl) stack = innerStack(cpu, newCpl, ext);
  else stack = presentStack(cpu, longMode ? 64 : cpu.stackWidth);
  if (longMode) stack = { ...stack, sp: stack.sp & ~15n };

  const ss = cpu.segment(S.SS).selector;
  const frame = [BigInt(flags), BigInt(cpu.segment(S.CS).selector), returnRip];
  if (longMode || newCpl < cpl) frame.unshift(BigInt(ss), cpu.reg(S.RSP));
  if (virtual8086) frame.unshift(...[S.GS, S.FS, S.DS, S.ES].map((i) => BigInt(cpu.segment(i).selector)));
  if (event.errorCode !== undefined) frame.push(BigInt(event.errorCode));
  const stackError = newCpl < cpl ? selectorError(stack.selector, ext) : ext;
  checkFrame(cpu, stack, frame.length * size, stackError);
  const target = longMode
    ? gate.gateOffset | (BigInt.asUintN(32, upper) << 32n)
    : size === 4
      ? gate.gateOffset
      : gate.gateOffset & 0xffffn;
  checkTarget(cpu, code, target, ext);
  setAccessed(cpu, code);
  touchStack(cpu, stack);
  const sp = pushFrame(cpu, stack, frame, size, stackError);

  if (virtual8086) for (const i of [S.GS, S.FS, S.DS, S.ES]) fillNull(cpu, i, 0);
  cpu.rflags &= ~(FLAG.tf | FLAG.nt | FLAG.rf | FLAG.vm | ((gate.type & 1) === 0 ? FLAG.if : 0));
  enterStack(cpu, stack, sp);
  fillCode(cpu, selector, code, newCpl);
  setCpl(cpu, newCpl);
  cpu.nextRip = target;
}
