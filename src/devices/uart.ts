/**
 * A 16550A serial port at 1.8432 MHz: TI TL16C550C data sheet (SLLS177), which agrees with National's PC16550D.
 *
 * Choices where the wire would show:
 * - The transmitter is as fast as a guest can write: a byte leaves at once, THRE and TEMT never read 0, and the THRE
 *   interrupt follows each write as a new edge. A true 115,200 baud would cost 260,000 cycles a character at 3 GHz, and
 *   most kernels print by polling. QEMU does the same.
 * - Divisor, word length, parity and stop bits matter for the character timeout only; all 8 bits always pass.
 * - Bytes from outside come as fast as the guest reads them, and never overrun. By default the sender obeys RTS: once the
 *   guest has written MCR, bytes come only while RTS is on and loopback is off; a guest that never wrote MCR gets them
 *   at once. Linux raises RTS when a process opens the port, so input given at power-up outlives its driver's probing.
 *   Unread bytes go back to the sender when the FIFO is cleared, when loopback begins, and at reset. `flowControl: "none"`
 *   is for guests that write MCR without RTS and listen all the same (xv6).
 * - The far end keeps DCD, DSR and CTS on.
 * - OUT2 does not gate the interrupt: the board's gate of the first PC, which QEMU leaves out too.
 * No DMA modes; MSR and LSR cannot be written; no flow control by hardware, which came with later chips.
 */
import type { CharacterBackend } from "../host/backends.ts";
import type { AccessSize, RegisterHandler } from "./bus.ts";
import type { Clock, Timer } from "./clock.ts";
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { BREAK, FIFO_SIZE, UartReceiver } from "./uart-receiver.ts";

const CRYSTAL = 1_843_200;

/** Offsets from the first port; 0 and 1 are the divisor while DLAB is set. */
const R = { DATA: 0, IER: 1, IIR_FCR: 2, LCR: 3, MCR: 4, LSR: 5, MSR: 6, SCR: 7 } as const;
const IER = { RECEIVED: 1, TRANSMITTER: 2, LINE: 4, MODEM: 8 } as const;
/** Values of IIR[3:0], by falling priority. */
const IIR = { LINE: 6, RECEIVED: 4, TIMEOUT: 0xc, TRANSMITTER: 2, MODEM: 0, NONE: 1, FIFOS: 0xc0 } as const;
const FCR = { ENABLE: 1, CLEAR_RECEIVER: 2, CLEAR_TRANSMITTER: 4 } as const;
const LCR = { STOP: 4, PARITY: 8, DLAB: 0x80 } as const;
const MCR = { DTR: 1, RTS: 2, OUT1: 4, OUT2: 8, LOOP: 0x10 } as const;
const LSR = { READY: 1, OVERRUN: 2, ERRORS: 0x1e, EMPTY: 0x60, FIFO_ERROR: 0x80 } as const;
const MSR = { CTS: 0x10, DSR: 0x20, RI: 0x40, DCD: 0x80 } as const;

/** Bytes that raise the interrupt, by FCR[7:6]. */
const TRIGGERS = [1, 4, 8, 14] as const;
/** 9,600 baud, until the guest says otherwise. The data sheet leaves it open. */
const DEFAULT_DIVISOR = 12;

export interface UartOptions {
  readonly clock: Clock;
  readonly line: InterruptLine;
  /** Nothing connected: output is lost. */
  readonly backend?: CharacterBackend | undefined;
  /** When the far end sends; see the top of the file. Default "rts". */
  readonly flowControl?: "rts" | "none";
  readonly name?: string;
}

/** Eight ports, usually at 0x3F8 with IRQ 4. */
export class Uart implements Device, RegisterHandler {
  readonly name: string;
  readonly #clock: Clock;
  readonly #line: InterruptLine;
  readonly #obeysRts: boolean;
  readonly #output: OutputBuffer;
  readonly #receiver: UartReceiver;
  readonly #timeout: Timer;

  #divisor = DEFAULT_DIVISOR;
  #ier = 0;
  #fcr = 0;
  #lcr = 0;
  #mcr = 0;
  #mcrWritten = false;
  #scr = 0;
  #overrun = false;
  /** MSR[3:0]: what changed since MSR was read. */
  #modemChanges = 0;
  /** THRE has not been reported since it rose. */
  #transmitterPending = false;
  #timeoutPending = false;

  constructor({ clock, line, backend, flowControl = "rts", name = "uart" }: UartOptions) {
    this.name = name;
    this.#clock = clock;
    this.#line = line;
    this.#obeysRts = flowControl === "rts";
    this.#output = new OutputBuffer({ clock, backend, name: `${name} output` });
    this.#receiver = new UartReceiver(backend);
    this.#timeout = clock.timer(`${name} character timeout`, () => {
      this.#timeoutPending = true;
      this.#update();
    });
    if (backend) {
      backend.onReady = () => {
        this.#pull();
        this.#update();
      };
      // What is there from the start is not announced.
      this.#pull();
    }
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset) {
      case R.DATA:
        return this.#dlab ? this.#divisor & 0xff : this.#readData();
      case R.IER:
        return this.#dlab ? this.#divisor >> 8 : this.#ier;
      case R.IIR_FCR: {
        const source = this.#source();
        if (source === IIR.TRANSMITTER) this.#transmitterPending = false;
        this.#update();
        return source | (this.#fifos ? IIR.FIFOS : 0);
      }
      case R.LCR:
        return this.#lcr;
      case R.MCR:
        return this.#mcr;
      case R.LSR: {
        const value = this.#lineStatus();
        this.#overrun = false;
        this.#receiver.forgetErrors();
        this.#update();
        return value;
      }
      case R.MSR: {
        const value = this.#modemLines() | this.#modemChanges;
        this.#modemChanges = 0;
        this.#update();
        return value;
      }
      case R.SCR:
        return this.#scr;
      default:
        return 0xff;
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    switch (offset) {
      case R.DATA:
        if (this.#dlab) this.#divisor = (this.#divisor & 0xff00) | value;
        else this.#transmit(value);
        break;
      case R.IER:
        if (this.#dlab) this.#divisor = (this.#divisor & 0xff) | (value << 8);
        else {
          // The transmitter is always empty: enabling its interrupt raises it.
          if ((value & ~this.#ier & IER.TRANSMITTER) !== 0) this.#transmitterPending = true;
          this.#ier = value & 0xf;
        }
        break;
      case R.IIR_FCR:
        this.#writeFcr(value);
        break;
      case R.LCR:
        this.#lcr = value;
        break;
      case R.MCR:
        this.#writeMcr(value & 0x1f);
        break;
      case R.SCR:
        this.#scr = value;
        break;
      default:
        return;
    }
    this.#update();
  }

  /** The far end sends a break. */
  sendBreak(): void {
    this.#receiver.addBreak();
    this.#pull();
    this.#update();
  }

  /** Hands gathered output to the backend: before the host's program ends, or shows what the guest wrote. */
  flush(): void {
    this.#output.show();
  }

  reset(): void {
    this.#output.flush();
    this.#receiver.clear();
    this.#timeout.disarm();
    this.#divisor = DEFAULT_DIVISOR;
    this.#ier = 0;
    this.#fcr = 0;
    this.#lcr = 0;
    this.#mcr = 0;
    this.#mcrWritten = false;
    this.#scr = 0;
    this.#overrun = false;
    this.#modemChanges = 0;
    this.#transmitterPending = false;
    this.#timeoutPending = false;
    this.#pull();
    this.#update();
  }

  state(): State {
    return {
      divisor: this.#divisor,
      ier: this.#ier,
      fcr: this.#fcr,
      lcr: this.#lcr,
      mcr: this.#mcr,
      mcrWritten: this.#mcrWritten,
      scr: this.#scr,
      overrun: this.#overrun,
      modemChanges: this.#modemChanges,
      transmitterPending: this.#transmitterPending,
      timeoutPending: this.#timeoutPending,
      timeout: this.#timeout.deadline,
      receiver: this.#receiver.state(),
      output: this.#output.state(),
    };
  }

  get #dlab(): boolean {
    return (this.#lcr & LCR.DLAB) !== 0;
  }
  get #fifos(): boolean {
    return (this.#fcr & FCR.ENABLE) !== 0;
  }
  get #depth(): number {
    return this.#fifos ? FIFO_SIZE : 1;
  }
  get #looped(): boolean {
    return (this.#mcr & MCR.LOOP) !== 0;
  }
  /** Whether the far end may send. */
  get #open(): boolean {
    if (this.#looped) return false;
    return !this.#obeysRts || !this.#mcrWritten || (this.#mcr & MCR.RTS) !== 0;
  }

  #transmit(byte: number): void {
    this.#transmitterPending = false;
    // The line falls and rises again, for inputs that see edges.
    this.#update();
    if (!this.#looped) this.#output.put(byte);
    else {
      if (!this.#receiver.loop(byte, this.#depth)) this.#overrun = true;
      this.#restartTimeout();
    }
    this.#transmitterPending = true;
  }

  #readData(): number {
    const byte = this.#receiver.take();
    this.#restartTimeout();
    if (this.#receiver.length === 0) {
      // The line falls before the next bytes come, for inputs that see edges.
      this.#update();
      this.#pull();
    }
    this.#update();
    return byte;
  }

  #writeFcr(value: number): void {
    const toggled = ((value ^ this.#fcr) & FCR.ENABLE) !== 0;
    const cleared = (value & FCR.ENABLE) !== 0 && (value & FCR.CLEAR_RECEIVER) !== 0;
    if (toggled || cleared) {
      this.#receiver.clear();
      this.#restartTimeout();
    }
    // Bits other than ENABLE are programmed only while it is set. Clearing the transmitter: it is always empty.
    this.#fcr = (value & FCR.ENABLE) !== 0 ? value & ~(FCR.CLEAR_RECEIVER | FCR.CLEAR_TRANSMITTER) : 0;
    this.#pull();
  }

  #writeMcr(value: number): void {
    const before = this.#modemLines();
    this.#mcr = value;
    this.#mcrWritten = true;
    const after = this.#modemLines();
    // CTS, DSR and DCD report changes; RI reports its trailing edge only.
    this.#modemChanges |= (((before ^ after) & ~MSR.RI) | (before & ~after & MSR.RI)) >> 4;
    if (this.#looped) {
      this.#receiver.withdraw();
      this.#restartTimeout();
    }
    this.#pull();
  }

  /** Takes what the far end has, as far as there is room. */
  #pull(): void {
    if (this.#open && this.#receiver.fill(this.#depth)) this.#restartTimeout();
  }

  /** Four character times from the last character that came or went, while any is there and FIFOs are on. */
  #restartTimeout(): void {
    this.#timeoutPending = false;
    if (!this.#fifos || this.#receiver.length === 0) {
      this.#timeout.disarm();
      return;
    }
    const data = 5 + (this.#lcr & 3);
    const parity = (this.#lcr & LCR.PARITY) !== 0 ? 1 : 0;
    const stop = (this.#lcr & LCR.STOP) === 0 ? 1 : data === 5 ? 1.5 : 2;
    // A divisor of 0 counts as the longest: the data sheet excludes it.
    const bit = (16 * (this.#divisor || 0x10000)) / CRYSTAL;
    const seconds = 4 * (1 + data + parity + stop) * bit;
    this.#timeout.arm(this.#clock.now + Math.ceil(seconds * this.#clock.frequency));
  }

  #lineStatus(): number {
    const { length, errors, laterErrors } = this.#receiver;
    return (
      LSR.EMPTY |
      (length > 0 ? LSR.READY : 0) |
      (this.#overrun ? LSR.OVERRUN : 0) |
      errors |
      (this.#fifos && ((errors & BREAK) !== 0 || laterErrors) ? LSR.FIFO_ERROR : 0)
    );
  }

  /** MSR[7:4]: the far end's lines, or MCR's in loopback. */
  #modemLines(): number {
    if (!this.#looped) return MSR.DCD | MSR.DSR | MSR.CTS;
    return (
      ((this.#mcr & MCR.RTS) !== 0 ? MSR.CTS : 0) |
      ((this.#mcr & MCR.DTR) !== 0 ? MSR.DSR : 0) |
      ((this.#mcr & MCR.OUT1) !== 0 ? MSR.RI : 0) |
      ((this.#mcr & MCR.OUT2) !== 0 ? MSR.DCD : 0)
    );
  }

  /** IIR[3:0]: the pending and enabled source of the highest priority. */
  #source(): number {
    const on = (bit: number): boolean => (this.#ier & bit) !== 0;
    if (on(IER.LINE) && (this.#lineStatus() & LSR.ERRORS) !== 0) return IIR.LINE;
    if (on(IER.RECEIVED)) {
      const trigger = this.#fifos ? TRIGGERS[this.#fcr >> 6]! : 1;
      if (this.#receiver.length >= trigger) return IIR.RECEIVED;
      if (this.#timeoutPending) return IIR.TIMEOUT;
    }
    if (on(IER.TRANSMITTER) && this.#transmitterPending) return IIR.TRANSMITTER;
    if (on(IER.MODEM) && this.#modemChanges !== 0) return IIR.MODEM;
    return IIR.NONE;
  }

  #update(): void {
    this.#line.set(this.#source() !== IIR.NONE);
  }
}
