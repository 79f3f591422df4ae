/**
 * Fixed hardware of ACPI: the PM1a event and control registers, the power-management timer, general-purpose events and
 * the power button (ACPI 6.3 §4.8; offsets in the block as in the ICH9 data sheet §13.8.3).
 *
 * The machine is always in ACPI mode: SCI_EN is set and stays so, and there is no SMI command port, which the FADT says
 * with SMI_CMD = 0 (§5.2.9); software then asks for no transition. There is one sleeping state, S5; a request of any
 * other is ignored, as nothing describes them. There is no sleep button and no bus master. The RTC wakes nothing (FADT flag
 * FIX_RTC), so RTC_STS is never set; RTC_EN is there all the same, as software reads back what it wrote.
 */
import type { AccessSize, RegisterHandler } from "./bus.ts";
import { type Clock, Ticks, type Timer } from "./clock.ts";
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";

export const PM_TIMER_HERTZ = 3_579_545;
/** Width of the PM timer, in bits: FADT flag TMR_VAL_EXT. */
export const PM_TIMER_BITS = 32;
/** Where the block is by custom, and how many ports it has. */
export const PM_BASE = 0x600;
export const PM_PORTS = 0x28;
/** Offsets of the register groups in the block. */
export const PM1_EVENT = 0x00;
export const PM1_CONTROL = 0x04;
export const PM_TIMER = 0x08;
export const GPE0 = 0x20;
/** Bytes of the GPE0 block: half of them status, half enable. */
export const GPE0_LENGTH = 8;
/** SLP_TYP of S5, for the package \_S5. */
export const SLEEP_TYPE_S5 = 0;

/** PM1 status and enable: bits of 16. */
const TIMER_STATUS = 1 << 0;
const GLOBAL_STATUS = 1 << 5;
const POWER_BUTTON = 1 << 8;
const RTC_ENABLE = 1 << 10;
const ENABLE_BITS = TIMER_STATUS | GLOBAL_STATUS | POWER_BUTTON | RTC_ENABLE;

/** PM1 control. */
const SCI_ENABLE = 1;
const SLEEP_TYPE_SHIFT = 10;
const SLEEP_TYPE = 7 << SLEEP_TYPE_SHIFT;
const SLEEP_ENABLE = 1 << 13;
/** BM_RLD keeps its value and does nothing. */
const CONTROL_BITS = (1 << 1) | SLEEP_TYPE;

/** Ticks between changes of the timer's most significant bit, each of which sets TMR_STS. */
const HALF = 2 ** (PM_TIMER_BITS - 1);

export interface AcpiPmOptions {
  readonly clock: Clock;
  /** The SCI: level-triggered, active high, IRQ 9 by custom. */
  readonly line: InterruptLine;
  /** Software entered S5. */
  readonly powerOff: () => void;
}

export class AcpiPm implements Device {
  readonly name = "acpi-pm";
  /** `PM_PORTS` ports, at `PM_BASE` or wherever the FADT says. */
  readonly ports: RegisterHandler;

  readonly #clock: Clock;
  readonly #line: InterruptLine;
  readonly #powerOff: () => void;
  readonly #ticks: Ticks;
  readonly #timer: Timer;

  #status = 0;
  #enable = 0;
  #control = 0;
  readonly #gpeStatus = new Uint8Array(GPE0_LENGTH / 2);
  readonly #gpeEnable = new Uint8Array(GPE0_LENGTH / 2);
  /** The latest tick that anyone has seen: this device's time does not go back. */
  #latest = 0;
  /** The tick at which the timer's most significant bit changes next. */
  #carry = HALF;

  constructor(options: AcpiPmOptions) {
    this.#clock = options.clock;
    this.#line = options.line;
    this.#powerOff = options.powerOff;
    this.#ticks = new Ticks(options.clock, PM_TIMER_HERTZ);
    this.#timer = options.clock.timer("acpi-pm", () => {
      this.#pass(this.#carry);
      this.#settle();
    });
    this.ports = {
      widest: 4,
      read: (offset, size) => this.#read(offset, size),
      write: (offset, size, value) => this.#write(offset, size, value),
    };
  }

  reset(): void {
    this.#status = 0;
    this.#enable = 0;
    this.#control = 0;
    this.#gpeStatus.fill(0);
    this.#gpeEnable.fill(0);
    this.#now();
    this.#status = 0;
    this.#settle();
  }

  /** The power button is pressed and let go: an event for the operating system, which may ignore it. */
  pressPower(): void {
    this.#status |= POWER_BUTTON;
    this.#settle();
  }

  /** A general-purpose event, 0 to 31. Throws RangeError for another number. */
  raise(event: number): void {
    if (!(event >= 0 && event < GPE0_LENGTH * 4))
      throw new RangeError(`there is no general-purpose event ${event}`);
    this.#gpeStatus[event >> 3]! |= 1 << (event & 7);
    this.#settle();
  }

  #pass(tick: number): void {
    this.#latest = Math.max(this.#latest, tick);
    if (this.#latest < this.#carry) return;
    this.#status |= TIMER_STATUS;
    this.#carry = (Math.floor(this.#latest / HALF) + 1) * HALF;
  }

  #now(): number {
    this.#pass(this.#ticks.at(this.#clock.now));
    return this.#latest;
  }

  #settle(): void {
    const general = this.#gpeStatus.some((status, i) => (status & this.#gpeEnable[i]!) !== 0);
    this.#line.set(general || (this.#status & this.#enable) !== 0);
    const waits = (this.#enable & ~this.#status & TIMER_STATUS) !== 0;
    if (waits) this.#timer.arm(this.#ticks.cycleOf(this.#carry));
    else this.#timer.disarm();
  }

  #read(offset: number, size: AccessSize): number {
    const tick = this.#now();
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.#readByte(offset + i, tick);
    return value;
  }

  #readByte(offset: number, tick: number): number {
    if (offset >= GPE0) {
      const i = offset - GPE0;
      const half = GPE0_LENGTH / 2;
      return (i < half ? this.#gpeStatus[i] : this.#gpeEnable[i - half]) ?? 0;
    }
    const shift = (offset & 3) * 8;
    switch (offset & ~3) {
      case PM1_EVENT:
        return ((this.#status | (this.#enable << 16)) >>> shift) & 0xff;
      case PM1_CONTROL:
        return ((this.#control | SCI_ENABLE) >>> shift) & 0xff;
      case PM_TIMER:
        return Math.floor(tick / 2 ** shift) % 256;
      default:
        return 0;
    }
  }

  #write(offset: number, size: AccessSize, value: number): void {
    this.#now();
    let control = 0;
    for (let i = 0; i < size; i++) {
      const at = offset + i;
      const byte = (value >>> (i * 8)) & 0xff;
      if (at >= PM1_CONTROL && at < PM1_CONTROL + 2) control |= byte << ((at - PM1_CONTROL) * 8);
      this.#writeByte(at, byte);
    }
    this.#settle();
    if ((control & SLEEP_ENABLE) !== 0 && (control & SLEEP_TYPE) >> SLEEP_TYPE_SHIFT === SLEEP_TYPE_S5) {
      this.#powerOff();
    }
  }

  #writeByte(offset: number, byte: number): void {
    if (offset >= GPE0) {
      const i = offset - GPE0;
      const half = GPE0_LENGTH / 2;
      if (i < half) this.#gpeStatus[i]! &= ~byte;
      else if (i < 2 * half) this.#gpeEnable[i - half] = byte;
      return;
    }
    const shift = (offset & 1) * 8;
    const others = 0xff00 >> shift;
    switch (offset & ~1) {
      case PM1_EVENT:
        this.#status &= ~(byte << shift);
        break;
      case PM1_EVENT + 2:
        this.#enable = ((this.#enable & others) | (byte << shift)) & ENABLE_BITS;
        break;
      case PM1_CONTROL:
        this.#control = ((this.#control & others) | (byte << shift)) & CONTROL_BITS;
        break;
    }
  }

  state(): State {
    return {
      status: this.#status,
      enable: this.#enable,
      control: this.#control,
      gpeStatus: [...this.#gpeStatus],
      gpeEnable: [...this.#gpeEnable],
      latest: this.#latest,
      carry: this.#carry,
      deadline: this.#timer.deadline,
    };
  }
}
