/**
 * A PS/2 keyboard with 104 keys: its commands, scan code sets 1 and 2, and the typist in front of it.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and 102-Key)". Bytes are sent as fast as the
 * controller takes them. The typist is patient: keys given by the host wait, without limit, until the guest has read the
 * one before and lets the keyboard scan, and come at most one each 5 ms of virtual time: a driver that empties the
 * buffer before it starts would else find no end. Keys do not repeat while they are held, and the typematic rate is only
 * kept. Scan code set 3 is refused.
 */
import type { Clock, Timer } from "./clock.ts";
import type { State } from "./device.ts";
import { keyCodes, keysFor, SetOneTranslation } from "./ps2-scancodes.ts";

const ACK = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const ID = [0xab, 0x83] as const;

const COMMAND = {
  SET_LEDS: 0xed,
  ECHO: 0xee,
  SCAN_CODE_SET: 0xf0,
  IDENTIFY: 0xf2,
  TYPEMATIC: 0xf3,
  ENABLE: 0xf4,
  DISABLE: 0xf5,
  DEFAULTS: 0xf6,
  /** To 0xFD: settings of set 3. */
  FIRST_OF_SET_3: 0xf7,
  LAST_OF_SET_3: 0xfd,
  RESEND: 0xfe,
  RESET: 0xff,
} as const;

/** 500 ms, then 10.9 a second. */
const DEFAULT_TYPEMATIC = 0x2b;

/** Seconds from one key to the next: up and down count as two. */
const PACE = 0.005;

export interface Ps2KeyboardOptions {
  readonly clock: Clock;
  /** Called when time or a key of the host's may give `next` something to send. */
  readonly announce: () => void;
}

export class Ps2Keyboard {
  readonly #clock: Clock;
  readonly #pause: Timer;
  readonly #announce: () => void;
  /** Answers to the last command, at most three bytes. */
  #answers: number[] = [];
  /** What is left of the key being sent. */
  #codes: number[] = [];
  /** Keys that wait, oldest first. */
  #keys: { readonly name: string; readonly down: boolean }[] = [];
  /** A command that waits for its parameter. */
  #command: number | undefined;
  /** The typist waits before the next key. */
  #pausing = false;
  #lastSent = 0;
  #scanning = true;
  #set = 2;
  #leds = 0;
  #typematic = DEFAULT_TYPEMATIC;

  constructor({ clock, announce }: Ps2KeyboardOptions) {
    this.#clock = clock;
    this.#announce = announce;
    this.#pause = clock.timer("typist", () => {
      this.#pausing = false;
      announce();
    });
  }

  /** A key goes down. Names are those of UI Events ("KeyA"). Throws RangeError for a key that is not there. */
  keyDown(name: string): void {
    this.#add([{ name, down: true }]);
  }
  keyUp(name: string): void {
    this.#add([{ name, down: false }]);
  }
  /** Keys go down in order, and up in the opposite one: `press("ControlLeft", "AltLeft", "Delete")`. */
  press(...names: string[]): void {
    this.#add([
      ...names.map((name) => ({ name, down: true })),
      ...names.toReversed().map((name) => ({ name, down: false })),
    ]);
  }
  /** Types text on a US layout. Throws RangeError, with nothing typed, for characters that it has not. */
  type(text: string): void {
    for (const keys of [...text].map(keysFor)) this.press(...keys);
  }
  /** Scroll Lock 1, Num Lock 2, Caps Lock 4: the lights that are on. */
  get leds(): number {
    return this.#leds;
  }

  /** A byte from the controller. It ends what the keyboard was saying. */
  write(byte: number): void {
    this.#answers = [];
    const command = this.#command;
    this.#command = undefined;
    if (command !== undefined && byte < COMMAND.SET_LEDS) this.#answers = this.#setParameter(command, byte);
    else this.#answers = this.#execute(byte);
  }

  /** The next byte for the controller, if there is any. */
  next(): number | undefined {
    const byte = this.#answers.shift() ?? this.#nextCode();
    if (byte !== undefined) this.#lastSent = byte;
    return byte;
  }

  /** As after power-up, without the byte that says so. Keys that wait still do. */
  reset(): void {
    this.#answers = [];
    this.#command = undefined;
    this.#lastSent = 0;
    this.#leds = 0;
    this.#scanning = true;
    this.#setDefaults();
    this.#pausing = false;
    this.#pause.disarm();
  }

  state(): State {
    return {
      answers: [...this.#answers],
      codes: [...this.#codes],
      pausing: this.#pausing,
      pause: this.#pause.deadline,
      keys: this.#keys.map(({ name, down }) => ({ name, down })),
      command: this.#command,
      lastSent: this.#lastSent,
      scanning: this.#scanning,
      set: this.#set,
      leds: this.#leds,
      typematic: this.#typematic,
    };
  }

  #add(keys: { name: string; down: boolean }[]): void {
    for (const { name, down } of keys) keyCodes(name, down);
    this.#keys.push(...keys);
    this.#announce();
  }

  #setDefaults(): void {
    this.#codes = [];
    this.#set = 2;
    this.#typematic = DEFAULT_TYPEMATIC;
  }

  #nextCode(): number | undefined {
    if (!this.#scanning || this.#command !== undefined) return undefined;
    if (this.#codes.length === 0 && !this.#pausing) {
      const key = this.#keys.shift();
      if (!key) return undefined;
      this.#codes = this.#inSet(keyCodes(key.name, key.down));
      this.#pausing = true;
      this.#pause.arm(this.#clock.now + Math.ceil(this.#clock.frequency * PACE));
    }
    return this.#codes.shift();
  }

  #inSet(codes: readonly number[]): number[] {
    if (this.#set === 2) return [...codes];
    const translation = new SetOneTranslation();
    return codes.map((c) => translation.translate(c)).filter((c) => c !== undefined);
  }

  #execute(byte: number): number[] {
    switch (byte) {
      case COMMAND.SET_LEDS:
      case COMMAND.SCAN_CODE_SET:
      case COMMAND.TYPEMATIC:
        this.#command = byte;
        return [ACK];
      case COMMAND.ECHO:
        return [COMMAND.ECHO];
      case COMMAND.IDENTIFY:
        return [ACK, ...ID];
      case COMMAND.ENABLE:
        this.#codes = [];
        this.#scanning = true;
        return [ACK];
      case COMMAND.DISABLE:
        this.#setDefaults();
        this.#scanning = false;
        return [ACK];
      case COMMAND.DEFAULTS:
        this.#setDefaults();
        return [ACK];
      case COMMAND.RESEND:
        return [this.#lastSent];
      case COMMAND.RESET:
        this.reset();
        return [ACK, SELF_TEST_PASSED];
      default:
        return [byte >= COMMAND.FIRST_OF_SET_3 && byte <= COMMAND.LAST_OF_SET_3 ? ACK : RESEND];
    }
  }

  #setParameter(command: number, value: number): number[] {
    if (command === COMMAND.SET_LEDS) this.#leds = value & 7;
    else if (command === COMMAND.TYPEMATIC) this.#typematic = value & 0x7f;
    else if (value === 0) return [ACK, this.#set];
    else if (value === 1 || value === 2) {
      this.#codes = [];
      this.#set = value;
    } else return [RESEND];
    return [ACK];
  }
}
