/**
 * A PS/2 mouse with three buttons and no wheel.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Mouse": commands, status and the packet of three bytes. Movements
 * are gathered until the guest takes a packet; the sample rate is only kept.
 */
import type { State } from "./device.ts";

const ACK = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const ID = 0;

const COMMAND = {
  SCALE_1: 0xe6,
  SCALE_2: 0xe7,
  RESOLUTION: 0xe8,
  STATUS: 0xe9,
  STREAM: 0xea,
  READ: 0xeb,
  LEAVE_WRAP: 0xec,
  WRAP: 0xee,
  REMOTE: 0xf0,
  IDENTIFY: 0xf2,
  SAMPLE_RATE: 0xf3,
  ENABLE: 0xf4,
  DISABLE: 0xf5,
  DEFAULTS: 0xf6,
  RESEND: 0xfe,
  RESET: 0xff,
} as const;

/** Bits of the buttons in a packet. */
export const BUTTON = { LEFT: 1, RIGHT: 2, MIDDLE: 4 } as const;
const ALWAYS_SET = 8;

/** 4 counts a millimetre, 100 packets a second. */
const DEFAULT_RESOLUTION = 2;
const DEFAULT_RATE = 100;
/** What a packet can say. */
const MOST = 255;
/** A mouse does not remember longer ways than this. */
const FARTHEST = 0xffff;

/** Scaling 2:1: small steps by table, larger ones doubled. */
const SCALED = [0, 1, 1, 3, 6, 9] as const;
const scale = (n: number): number => Math.sign(n) * (SCALED[Math.abs(n)] ?? 2 * Math.abs(n));
const clamp = (n: number, most: number): number => Math.max(-most, Math.min(most, n));

export class Ps2Mouse {
  readonly #announce: () => void;
  /** Answers to the last command, or a packet: at most four bytes. */
  #sending: number[] = [];
  #command: number | undefined;
  #lastSent = 0;
  #enabled = false;
  #remote = false;
  #wrapped = false;
  #doubled = false;
  #resolution = DEFAULT_RESOLUTION;
  #rate = DEFAULT_RATE;
  #x = 0;
  #y = 0;
  #buttons = 0;
  /** Moved, or pressed, since the last packet. */
  #moved = false;

  /** `announce` is called when a movement may give `next` something to send. */
  constructor(announce: () => void) {
    this.#announce = announce;
  }

  /** Counts to the right and up, whole numbers, and the buttons that are down now (bits of BUTTON). */
  move(right: number, up: number, buttons: number = this.#buttons): void {
    if (right === 0 && up === 0 && buttons === this.#buttons) return;
    this.#x = clamp(this.#x + Math.trunc(right), FARTHEST);
    this.#y = clamp(this.#y + Math.trunc(up), FARTHEST);
    this.#buttons = buttons & 7;
    this.#moved = true;
    this.#announce();
  }

  /** A byte from the controller. It ends what the mouse was saying. */
  write(byte: number): void {
    const command = this.#command;
    this.#command = undefined;
    if (this.#wrapped && byte !== COMMAND.RESET && byte !== COMMAND.LEAVE_WRAP) this.#sending = [byte];
    else if (command === COMMAND.RESOLUTION || command === COMMAND.SAMPLE_RATE) {
      if (command === COMMAND.RESOLUTION) this.#resolution = byte & 3;
      else this.#rate = byte;
      this.#sending = [ACK];
    } else this.#sending = this.#execute(byte);
  }

  /** The next byte for the controller, if there is any. */
  next(): number | undefined {
    const streams = this.#enabled && !this.#remote && !this.#wrapped && this.#command === undefined;
    if (this.#sending.length === 0 && streams && this.#moved) this.#sending = this.#packet();
    const byte = this.#sending.shift();
    if (byte !== undefined) this.#lastSent = byte;
    return byte;
  }

  reset(): void {
    this.#sending = [];
    this.#command = undefined;
    this.#lastSent = 0;
    this.#remote = false;
    this.#wrapped = false;
    this.#setDefaults();
  }

  state(): State {
    return {
      sending: [...this.#sending],
      command: this.#command,
      lastSent: this.#lastSent,
      enabled: this.#enabled,
      remote: this.#remote,
      wrapped: this.#wrapped,
      doubled: this.#doubled,
      resolution: this.#resolution,
      rate: this.#rate,
      x: this.#x,
      y: this.#y,
      buttons: this.#buttons,
      moved: this.#moved,
    };
  }

  #setDefaults(): void {
    this.#enabled = false;
    this.#doubled = false;
    this.#resolution = DEFAULT_RESOLUTION;
    this.#rate = DEFAULT_RATE;
    this.#forgetMovement();
  }

  #forgetMovement(): void {
    this.#x = 0;
    this.#y = 0;
    this.#moved = false;
  }

  /** Buttons, signs and overflows; x; y. What does not fit stays for the next packet. */
  #packet(): number[] {
    const x = clamp(this.#x, MOST);
    const y = clamp(this.#y, MOST);
    this.#x -= x;
    this.#y -= y;
    this.#moved = this.#x !== 0 || this.#y !== 0;
    const [sx, sy] = this.#doubled && !this.#remote ? [scale(x), scale(y)] : [x, y];
    const flags =
      ALWAYS_SET |
      this.#buttons |
      (sx < 0 ? 0x10 : 0) |
      (sy < 0 ? 0x20 : 0) |
      (Math.abs(sx) > MOST ? 0x40 : 0) |
      (Math.abs(sy) > MOST ? 0x80 : 0);
    return [flags, clamp(sx, MOST) & 0xff, clamp(sy, MOST) & 0xff];
  }

  #status(): number[] {
    const left = (this.#buttons & BUTTON.LEFT) !== 0 ? 4 : 0;
    const middle = (this.#buttons & BUTTON.MIDDLE) !== 0 ? 2 : 0;
    const right = (this.#buttons & BUTTON.RIGHT) !== 0 ? 1 : 0;
    const modes = (this.#remote ? 0x40 : 0) | (this.#enabled ? 0x20 : 0) | (this.#doubled ? 0x10 : 0);
    return [modes | left | middle | right, this.#resolution, this.#rate];
  }

  #execute(byte: number): number[] {
    switch (byte) {
      case COMMAND.SCALE_1:
      case COMMAND.SCALE_2:
        this.#doubled = byte === COMMAND.SCALE_2;
        return [ACK];
      case COMMAND.RESOLUTION:
      case COMMAND.SAMPLE_RATE:
        this.#command = byte;
        return [ACK];
      case COMMAND.STATUS:
        return [ACK, ...this.#status()];
      case COMMAND.STREAM:
      case COMMAND.REMOTE:
        this.#remote = byte === COMMAND.REMOTE;
        this.#forgetMovement();
        return [ACK];
      case COMMAND.READ:
        return [ACK, ...this.#packet()];
      case COMMAND.WRAP:
      case COMMAND.LEAVE_WRAP:
        this.#wrapped = byte === COMMAND.WRAP;
        this.#forgetMovement();
        return [ACK];
      case COMMAND.IDENTIFY:
        return [ACK, ID];
      case COMMAND.ENABLE:
      case COMMAND.DISABLE:
        this.#enabled = byte === COMMAND.ENABLE;
        this.#forgetMovement();
        return [ACK];
      case COMMAND.DEFAULTS:
        this.#setDefaults();
        return [ACK];
      case COMMAND.RESEND:
        return [this.#lastSent];
      case COMMAND.RESET:
        this.reset();
        return [ACK, SELF_TEST_PASSED, ID];
      default:
        return [RESEND];
    }
  }
}
