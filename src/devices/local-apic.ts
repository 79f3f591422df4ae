/**
 * A processor's local APIC: registers by a page of memory (xAPIC) or by MSRs (x2APIC), priorities, interrupts between
 * processors, the local vector table and its timer (SDM vol. 3A chapter 10; §10.12 for x2APIC). One for each processor.
 *
 * SMI is ignored; so are ExtINT messages: what the PICs ask for is asked by the machine, where `acceptsExtInt` says so. No
 * EOI-broadcast suppression, no LVT CMCI, no focus processor; the id cannot be written. A line that is set is asserted,
 * whatever the LVT entry's polarity.
 */
import { type ApicBus, type ApicMessage, DELIVERY, type LocalUnit } from "./apic-bus.ts";
import { isMeant, x2apicLogicalId } from "./apic-destination.ts";
import type { AccessSize, RegisterHandler } from "./bus.ts";
import type { Clock } from "./clock.ts";
import type { Device, State } from "./device.ts";
import { FIRST_VECTOR, ipiOf } from "./interprocessor.ts";
import { InterruptPriority } from "./interrupt-priority.ts";
import type { InterruptLine } from "./interrupts.ts";
import * as R from "./local-apic-registers.ts";
import { LocalApicTimer } from "./local-apic-timer.ts";

const { REGISTER } = R;

export const LOCAL_APIC_BASE = 0xfee0_0000;
/** Integrated, with LVT entries 0–5 (§10.4.8). */
const VERSION = 0x0005_0014;

const MSR_APIC_BASE = 0x1b;
const MSR_TSC_DEADLINE = 0x6e0;
const MSR_X2APIC = 0x800;
/** Bits of IA32_APIC_BASE. */
const BASE_BOOTSTRAP = 1 << 8;
const BASE_X2APIC = 1 << 10;
const BASE_ENABLED = 1 << 11;

/** Bits of the error status register (§10.5.3). */
const ERROR_SEND_ILLEGAL_VECTOR = 1 << 5;
const ERROR_RECEIVED_ILLEGAL_VECTOR = 1 << 6;
const ERROR_ILLEGAL_REGISTER = 1 << 7;

/** What a local APIC asks of its processor. */
export interface ApicProcessor {
  /** A non-maskable interrupt. */
  nmi(): void;
  /** INIT. The processor calls `init` of its APIC when it takes it. */
  init(): void;
  /** A startup message: begin at `vector` × 4096 if waiting for one. */
  startup(vector: number): void;
  /** An interrupt may have become deliverable: look. */
  attention(): void;
  /** The time-stamp counter minus the clock's cycles, signed; a whole number. */
  timestampOffset(): number;
}

export interface LocalApicOptions {
  /** The x2APIC id; its low 8 bits are the xAPIC id. */
  readonly id: number;
  readonly clock: Clock;
  readonly bus: ApicBus;
  readonly processor: ApicProcessor;
  /** Of the timer before its divider; a whole number of Hz. Default 1 GHz. */
  readonly busHertz?: number;
  /** Whether it is the bootstrap processor's. Default: id 0. */
  readonly bootstrap?: boolean;
}

export class LocalApic implements Device, RegisterHandler, LocalUnit {
  readonly name: string;
  readonly widest = 4;
  readonly id: number;
  readonly #bus: ApicBus;
  readonly #processor: ApicProcessor;
  readonly #bootstrap: boolean;
  readonly #timer: LocalApicTimer;
  readonly #priority: InterruptPriority;

  #mode: "disabled" | "xapic" | "x2apic" = "xapic";
  #base = LOCAL_APIC_BASE;
  #ldr = 0;
  #dfr = 0xffff_ffff;
  #svr = 0xff;
  #icr = 0;
  #icrHigh = 0;
  /** The ESR as read, and errors since it was written. */
  #esr = 0;
  #errors = 0;
  /** By register number minus the first. */
  readonly #lvt = new Uint32Array(R.LVT_WRITABLE.size);
  /** LINT0 and LINT1. */
  readonly #lint = [false, false];

  constructor(options: LocalApicOptions) {
    this.id = options.id;
    this.name = `local-apic-${options.id}`;
    this.#bus = options.bus;
    this.#processor = options.processor;
    this.#bootstrap = options.bootstrap ?? options.id === 0;
    this.#priority = new InterruptPriority(() => options.processor.attention());
    this.#timer = new LocalApicTimer({
      name: `${this.name}-timer`,
      clock: options.clock,
      busHertz: options.busHertz ?? 1e9,
      timestampOffset: () => options.processor.timestampOffset(),
      expire: () => this.#local(REGISTER.LVT_TIMER),
    });
    this.#initialize();
    this.#bus.connectLocal(this);
  }

  reset(): void {
    this.#mode = "xapic";
    this.#base = LOCAL_APIC_BASE;
    this.#lint.fill(false);
    this.#initialize();
  }
  /** INIT: all but the mode, the base and the id (§10.12.5.1). Lines stay as they are. */
  init(): void {
    this.#initialize();
  }
  #initialize(): void {
    this.#ldr = 0;
    this.#dfr = 0xffff_ffff;
    this.#svr = 0xff;
    this.#icr = 0;
    this.#icrHigh = 0;
    this.#esr = 0;
    this.#errors = 0;
    this.#lvt.fill(R.LVT_MASKED);
    this.#timer.reset();
    this.#priority.reset();
  }
  /**
   * What firmware leaves on the bootstrap processor: enabled, the PICs through LINT0, NMI through LINT1 (MultiProcessor
   * Specification 1.4 §3.6.2.2). For loaders that stand in for firmware.
   */
  virtualWire(): void {
    this.#write(REGISTER.SVR, R.SVR_ENABLED | 0xff);
    this.#write(REGISTER.LVT_LINT0, R.LVT_LEVEL | (DELIVERY.EXT_INT << R.LVT_MODE_SHIFT));
    this.#write(REGISTER.LVT_LINT1, R.LVT_LEVEL | (DELIVERY.NMI << R.LVT_MODE_SHIFT));
  }
  state(): State {
    return {
      mode: this.#mode,
      base: this.#base,
      priority: this.#priority.state(),
      ldr: this.#ldr,
      dfr: this.#dfr,
      svr: this.#svr,
      icr: [this.#icr, this.#icrHigh],
      esr: [this.#esr, this.#errors],
      lvt: [...this.#lvt],
      lint: [...this.#lint],
      timer: this.#timer.state(),
    };
  }

  // ------------------------------------------------------------------------------------------------ the processor's side

  /** The interrupt that the processor would take now if it allowed any; undefined: none. */
  pending(): number | undefined {
    return this.#priority.pending;
  }
  /**
   * The processor takes the interrupt that `pending` named. Gives the vector to deliver: that one, or the spurious one if it
   * is no longer deliverable, which then puts nothing in service (§10.9).
   */
  acknowledge(vector: number): number {
    if (!this.#priority.take(vector)) return this.#svr & 0xff;
    if (vector === (this.#lvtOf(REGISTER.LVT_TIMER) & 0xff)) this.#timer.taken();
    return vector;
  }

  /** CR8: bits 7–4 of the TPR. */
  get taskPriority(): number {
    return this.#priority.taskPriority >> 4;
  }
  set taskPriority(value: number) {
    this.#priority.taskPriority = (value & 15) << 4;
  }
  get processorPriority(): number {
    return this.#priority.processorPriority;
  }

  /** By IA32_APIC_BASE. */
  get enabled(): boolean {
    return this.#mode !== "disabled";
  }
  /** Where its page is, in xAPIC mode. */
  get base(): number {
    return this.#base;
  }
  get accepting(): boolean {
    return this.enabled && (this.#svr & R.SVR_ENABLED) !== 0;
  }
  /** Whether what the PICs ask for reaches the processor by LINT0. */
  get acceptsExtInt(): boolean {
    if (!this.enabled) return true;
    const entry = this.#lvtOf(REGISTER.LVT_LINT0);
    return (entry & R.LVT_MASKED) === 0 && deliveryMode(entry) === DELIVERY.EXT_INT;
  }
  /** Call when the time-stamp counter's offset has changed. */
  timestampChanged(): void {
    this.#timer.timestampChanged();
  }

  /** LINT0 or LINT1. The pin of a disabled APIC is the processor's: INTR, which is the machine's affair, or NMI. */
  lint(pin: 0 | 1): InterruptLine {
    return { set: (level) => this.#setLint(pin, level) };
  }

  // ------------------------------------------------------------------------------------------------ memory

  /** In xAPIC mode; in others nobody answers. Reads of less than 32 bits give bytes of a register. */
  read(offset: number, size: AccessSize): number {
    if (this.#mode !== "xapic") return size === 4 ? 0xffff_ffff : 2 ** (size * 8) - 1;
    const register = offset >> 4;
    if (!R.XAPIC_REGISTERS.has(register)) {
      this.#error(ERROR_ILLEGAL_REGISTER);
      return 0;
    }
    if ((offset & 12) !== 0) return 0;
    const value = this.#read(register) >>> ((offset & 3) * 8);
    return size === 4 ? value : value & (2 ** (size * 8) - 1);
  }
  /** Registers are written as 32 aligned bits (§10.4.1); other writes are lost. */
  write(offset: number, size: AccessSize, value: number): void {
    if (this.#mode !== "xapic") return;
    const register = offset >> 4;
    if (!R.XAPIC_REGISTERS.has(register)) this.#error(ERROR_ILLEGAL_REGISTER);
    else if (size === 4 && (offset & 15) === 0) this.#write(register, value);
  }

  // ------------------------------------------------------------------------------------------------ MSRs

  /** RDMSR of IA32_APIC_BASE, IA32_TSC_DEADLINE and 0x800–0xBFF; undefined: #GP(0), or not a register of the APIC. */
  readMsr(index: number): bigint | undefined {
    if (index === MSR_APIC_BASE) return this.#readBase();
    if (index === MSR_TSC_DEADLINE) return this.#timer.deadline;
    const register = index - MSR_X2APIC;
    if (this.#mode !== "x2apic" || R.X2APIC_REGISTERS.get(register)?.readable !== true) return undefined;
    const value = BigInt(this.#read(register));
    return register === REGISTER.ICR ? (BigInt(this.#icrHigh) << 32n) | value : value;
  }
  /** WRMSR of the same; false: #GP(0). */
  writeMsr(index: number, value: bigint): boolean {
    if (index === MSR_APIC_BASE) return this.#writeBase(value);
    if (index === MSR_TSC_DEADLINE) {
      this.#timer.deadline = value;
      return true;
    }
    const register = index - MSR_X2APIC;
    const allowed = R.X2APIC_REGISTERS.get(register)?.writable;
    if (this.#mode !== "x2apic" || allowed === undefined) return false;
    const high = Number(value >> 32n);
    const low = Number(value & 0xffff_ffffn);
    if ((low & ~allowed) !== 0) return false;
    if (register === REGISTER.ICR) this.#icrHigh = high;
    else if (high !== 0) return false;
    this.#write(register, low);
    return true;
  }

  #readBase(): bigint {
    const flags =
      (this.#bootstrap ? BASE_BOOTSTRAP : 0) |
      (this.enabled ? BASE_ENABLED : 0) |
      (this.#mode === "x2apic" ? BASE_X2APIC : 0);
    return BigInt(this.#base + flags);
  }
  /** Changes of mode (figure 10-27). What other bits may be is the processor's affair (machine/msr.ts). */
  #writeBase(value: bigint): boolean {
    const page = Number((value >> 12n) & 0xff_ffff_ffffn) * 4096;
    const flags = Number(value & 0xfffn);
    const enable = (flags & BASE_ENABLED) !== 0;
    const extended = (flags & BASE_X2APIC) !== 0;
    if (extended && (!enable || this.#mode === "disabled")) return false;
    if (enable && !extended && this.#mode === "x2apic") return false;
    const accepted = this.acceptsExtInt;
    const before = this.#mode;
    this.#mode = extended ? "x2apic" : enable ? "xapic" : "disabled";
    this.#base = page;
    if (this.#mode === "disabled" && before !== "disabled") this.#initialize();
    // The upper half of the ICR has another form from here on.
    if (this.#mode === "x2apic" && before !== "x2apic") this.#icrHigh = 0;
    this.#lookForExtInt(accepted);
    return true;
  }

  // ------------------------------------------------------------------------------------------------ registers

  #read(register: number): number {
    switch (register) {
      case REGISTER.ID:
        return this.#mode === "x2apic" ? this.id : (this.id << 24) >>> 0;
      case REGISTER.VERSION:
        return VERSION;
      case REGISTER.TPR:
        return this.#priority.taskPriority;
      case REGISTER.PPR:
        return this.#priority.processorPriority;
      case REGISTER.LDR:
        return this.#logicalId;
      case REGISTER.DFR:
        return this.#dfr;
      case REGISTER.SVR:
        return this.#svr;
      case REGISTER.ESR:
        return this.#esr;
      case REGISTER.ICR:
        return this.#icr;
      case REGISTER.ICR_HIGH:
        return this.#icrHigh;
      case REGISTER.INITIAL_COUNT:
        return this.#timer.initialCount;
      case REGISTER.CURRENT_COUNT:
        return this.#timer.currentCount;
      case REGISTER.DIVIDE:
        return this.#timer.divide;
      // APR and RRD are of processors before the Pentium 4; EOI is for writing.
      case REGISTER.APR:
      case REGISTER.RRD:
      case REGISTER.EOI:
        return 0;
    }
    if (R.LVT_WRITABLE.has(register)) return this.#lvtOf(register);
    const { irr, isr, tmr } = this.#priority;
    const set = register >= REGISTER.IRR ? irr : register >= REGISTER.TMR ? tmr : isr;
    return set.words[register & 7]!;
  }

  #write(register: number, value: number): void {
    switch (register) {
      case REGISTER.TPR:
        this.#priority.taskPriority = value & 0xff;
        return;
      case REGISTER.EOI:
        this.#endOfInterrupt();
        return;
      case REGISTER.LDR:
        this.#ldr = (value & 0xff00_0000) >>> 0;
        return;
      case REGISTER.DFR:
        this.#dfr = (value | 0x0fff_ffff) >>> 0;
        return;
      case REGISTER.SVR:
        this.#writeSvr(value);
        return;
      case REGISTER.ESR:
        this.#esr = this.#errors;
        this.#errors = 0;
        return;
      case REGISTER.ICR:
        this.#icr = value & R.ICR_WRITABLE;
        this.#sendIpi();
        return;
      case REGISTER.ICR_HIGH:
        this.#icrHigh = (value & 0xff00_0000) >>> 0;
        return;
      case REGISTER.INITIAL_COUNT:
        this.#timer.initialCount = value >>> 0;
        return;
      case REGISTER.DIVIDE:
        this.#timer.divide = value;
        return;
      case REGISTER.SELF_IPI:
        if (value < FIRST_VECTOR) this.#error(ERROR_SEND_ILLEGAL_VECTOR);
        else this.#interrupt(value, false);
        return;
    }
    const writable = R.LVT_WRITABLE.get(register);
    if (writable !== undefined) this.#writeLvt(register, value & writable);
  }

  #writeSvr(value: number): void {
    this.#svr = value & R.SVR_WRITABLE;
    if (this.accepting) return;
    // Software disable masks all entries, and keeps them masked (§10.4.7.2).
    for (let i = 0; i < this.#lvt.length; i++) this.#lvt[i] = this.#lvt[i]! | R.LVT_MASKED;
    this.#configureTimer();
  }
  #writeLvt(register: number, value: number): void {
    const accepted = this.acceptsExtInt;
    const masked = this.accepting ? 0 : R.LVT_MASKED;
    // The remote IRR bit lasts as long as the entry is level-triggered.
    const remoteIrr = (value & R.LVT_LEVEL) !== 0 ? this.#lvtOf(register) & R.LVT_REMOTE_IRR : 0;
    this.#setLvt(register, value | masked | remoteIrr);
    if (register === REGISTER.LVT_TIMER) this.#configureTimer();
    if (register === REGISTER.LVT_LINT0) this.#level0();
    this.#lookForExtInt(accepted);
  }
  #lvtOf(register: number): number {
    return this.#lvt[register - REGISTER.LVT_TIMER]!;
  }
  #setLvt(register: number, value: number): void {
    this.#lvt[register - REGISTER.LVT_TIMER] = value;
  }
  #configureTimer(): void {
    const entry = this.#lvtOf(REGISTER.LVT_TIMER);
    this.#timer.configure((entry >> R.LVT_TIMER_MODE_SHIFT) & 3, (entry & R.LVT_MASKED) !== 0);
  }
  #lookForExtInt(accepted: boolean): void {
    if (this.acceptsExtInt && !accepted) this.#processor.attention();
  }

  // ------------------------------------------------------------------------------------------------ interrupts

  /** Into the IRR. False where it is not taken. */
  #interrupt(vector: number, level: boolean): boolean {
    if (!this.accepting) return false;
    if (vector < FIRST_VECTOR) {
      this.#error(ERROR_RECEIVED_ILLEGAL_VECTOR);
      return false;
    }
    this.#priority.request(vector, level);
    return true;
  }
  #endOfInterrupt(): void {
    const vector = this.#priority.end();
    if (vector < 0 || !this.#priority.tmr.has(vector)) return;
    const entry = this.#lvtOf(REGISTER.LVT_LINT0);
    if ((entry & R.LVT_REMOTE_IRR) !== 0 && (entry & 0xff) === vector) {
      this.#setLvt(REGISTER.LVT_LINT0, entry & ~R.LVT_REMOTE_IRR);
      this.#level0();
    }
    this.#bus.endOfInterrupt(vector);
  }
  /** The first error since the ESR was written interrupts. */
  #error(bit: number): void {
    const first = this.#errors === 0;
    this.#errors |= bit;
    if (first) this.#local(REGISTER.LVT_ERROR);
  }

  /** An edge of a source that is always fixed: the timer and errors. False: nothing has come of it. */
  #local(register: number): boolean {
    const entry = this.#lvtOf(register);
    if ((entry & R.LVT_MASKED) !== 0) return false;
    const waits = this.#priority.irr.has(entry & 0xff);
    return this.#interrupt(entry & 0xff, false) && !waits;
  }
  #setLint(pin: 0 | 1, level: boolean): void {
    if (level === this.#lint[pin]) return;
    this.#lint[pin] = level;
    if (!level) return;
    if (!this.enabled) {
      if (pin === 1) this.#processor.nmi();
      return;
    }
    const entry = this.#lvtOf(pin === 0 ? REGISTER.LVT_LINT0 : REGISTER.LVT_LINT1);
    if ((entry & R.LVT_MASKED) !== 0) return;
    switch (deliveryMode(entry)) {
      case DELIVERY.FIXED:
        // LINT1 is edge-triggered whatever its entry says (§10.5.1).
        if (pin === 0 && (entry & R.LVT_LEVEL) !== 0) this.#level0();
        else this.#interrupt(entry & 0xff, false);
        return;
      case DELIVERY.NMI:
        this.#processor.nmi();
        return;
      case DELIVERY.INIT:
        this.#processor.init();
    }
  }
  /** LINT0 as a level-triggered fixed interrupt. */
  #level0(): void {
    const entry = this.#lvtOf(REGISTER.LVT_LINT0);
    const quiet = (entry & (R.LVT_MASKED | R.LVT_REMOTE_IRR | R.LVT_LEVEL)) !== R.LVT_LEVEL;
    if (quiet || !this.#lint[0] || deliveryMode(entry) !== DELIVERY.FIXED) return;
    if (this.#interrupt(entry & 0xff, true)) this.#setLvt(REGISTER.LVT_LINT0, entry | R.LVT_REMOTE_IRR);
  }

  // ------------------------------------------------------------------------------------------------ messages

  #sendIpi(): void {
    const wide = this.#mode === "x2apic";
    const ipi = ipiOf(this.#icr, wide ? this.#icrHigh : this.#icrHigh >>> 24, wide);
    if (ipi === undefined) return;
    if (ipi === "illegal vector") this.#error(ERROR_SEND_ILLEGAL_VECTOR);
    else if (ipi.to === "self") this.#interrupt(ipi.message.vector, false);
    else this.#bus.send(ipi.message, ipi.to === "others" ? this : undefined);
  }

  /** The LDR, which x2APIC derives from the id. */
  get #logicalId(): number {
    return this.#mode === "x2apic" ? x2apicLogicalId(this.id) : this.#ldr;
  }
  matches(message: ApicMessage): boolean {
    const x2apic = this.#mode === "x2apic";
    return this.enabled && isMeant(message, { x2apic, id: this.id, ldr: this.#logicalId, dfr: this.#dfr });
  }
  accept(mode: number, vector: number, level: boolean): boolean {
    if (!this.enabled) return false;
    switch (mode) {
      case DELIVERY.FIXED:
        return this.#interrupt(vector, level);
      case DELIVERY.NMI:
        this.#processor.nmi();
        return true;
      case DELIVERY.INIT:
        this.#processor.init();
        return true;
      case DELIVERY.STARTUP:
        this.#processor.startup(vector);
        return true;
      default:
        return false;
    }
  }
}

const deliveryMode = (entry: number): number => (entry >> R.LVT_MODE_SHIFT) & 7;
