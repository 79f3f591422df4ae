/**
 * The keyboard controller of a PC: Intel 8042 with IBM's PS/2 program, a keyboard and a mouse.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller". It stands at two single
 * ports, so it is two handlers: `data` for 0x60 and `control` for 0x64.
 *
 * There is no firmware before the guest, so reset leaves the controller as firmware would: self test passed, keyboard on
 * with IRQ 1 and translation to set 1, mouse off. Answers are there at once, the input buffer is always empty, and the
 * next byte is in the output buffer as soon as the last is read, with a new edge on its line. The self test leaves the
 * configuration alone. There is no multiplexing of four mice, no password, and the lock is open. The mouse is there
 * because Linux warns of a PC without one.
 */
import type { AccessSize, RegisterHandler } from "./bus.ts";
import type { Clock } from "./clock.ts";
import type { Device, State } from "./device.ts";
import type { InterruptLine } from "./interrupts.ts";
import { Ps2Keyboard } from "./ps2-keyboard.ts";
import { Ps2Mouse } from "./ps2-mouse.ts";
import { SetOneTranslation } from "./ps2-scancodes.ts";

const STATUS = { FULL: 1, SYSTEM: 4, COMMAND: 8, UNLOCKED: 0x10, MOUSE: 0x20 } as const;
/** The configuration: byte 0 of the controller's 32 bytes of memory. */
const CONFIG = {
  KEYBOARD_IRQ: 1,
  MOUSE_IRQ: 2,
  SYSTEM: 4,
  KEYBOARD_OFF: 0x10,
  MOUSE_OFF: 0x20,
  TRANSLATE: 0x40,
} as const;
const DEFAULT_CONFIG = CONFIG.KEYBOARD_IRQ | CONFIG.SYSTEM | CONFIG.MOUSE_OFF | CONFIG.TRANSLATE;

/** Bits of the output port. Bits 6 and 7, clock and data of the keyboard, read as ones. */
const PORT = { NOT_RESET: 1, A20: 2, KEYBOARD_IRQ: 0x10, MOUSE_IRQ: 0x20, LINES: 0xc0 } as const;
/** The input port: keyboard not locked. */
const INPUT_PORT = 0x80;

const COMMAND = {
  READ_MEMORY: 0x20,
  WRITE_MEMORY: 0x60,
  TEST_PASSWORD: 0xa4,
  MOUSE_OFF: 0xa7,
  MOUSE_ON: 0xa8,
  TEST_MOUSE: 0xa9,
  SELF_TEST: 0xaa,
  TEST_KEYBOARD: 0xab,
  KEYBOARD_OFF: 0xad,
  KEYBOARD_ON: 0xae,
  READ_INPUT_PORT: 0xc0,
  READ_OUTPUT_PORT: 0xd0,
  WRITE_OUTPUT_PORT: 0xd1,
  LOOP_KEYBOARD: 0xd2,
  LOOP_MOUSE: 0xd3,
  WRITE_MOUSE: 0xd4,
  /** HP's, which A20 code tries. */
  A20_OFF: 0xdd,
  A20_ON: 0xdf,
  READ_TEST_INPUTS: 0xe0,
  /** To 0xFF: bits 3:0 that are 0 pulse that bit of the output port. */
  PULSE: 0xf0,
} as const;
const SELF_TEST_PASSED = 0x55;
const PORT_TEST_PASSED = 0;
const NO_PASSWORD = 0xf1;

/** A byte in the output buffer, or on its way there. */
interface Output {
  readonly byte: number;
  readonly mouse: boolean;
}

export interface I8042Options {
  readonly clock: Clock;
  /** IRQ 1. */
  readonly keyboardLine: InterruptLine;
  /** IRQ 12. */
  readonly mouseLine: InterruptLine;
  /** The guest pulls the processor's reset line. It may reset this device before it returns. */
  readonly reset: () => void;
  /** Address line 20 is let through, or masked. */
  readonly setA20?: ((enabled: boolean) => void) | undefined;
  readonly name?: string;
}

export class I8042 implements Device {
  readonly name: string;
  /** Port 0x60. */
  readonly data: RegisterHandler;
  /** Port 0x64. */
  readonly control: RegisterHandler;
  /** For the host: `press`, `type`, `keyDown`, `keyUp`. */
  readonly keyboard: Ps2Keyboard;
  /** For the host: `move`. */
  readonly mouse: Ps2Mouse;

  readonly #keyboardLine: InterruptLine;
  readonly #mouseLine: InterruptLine;
  readonly #pullReset: () => void;
  readonly #setA20: (enabled: boolean) => void;
  readonly #memory = new Uint8Array(32);
  readonly #translation = new SetOneTranslation();
  #output: Output | undefined;
  /** The controller's own answer, while the output buffer is full. It goes before the devices. */
  #answer: Output | undefined;
  /** What port 0x60 gives while the buffer is empty: the last byte. */
  #lastRead = 0;
  /** A command that waits for its parameter. */
  #command: number | undefined;
  #lastWasCommand = false;
  #a20 = true;

  constructor({ clock, keyboardLine, mouseLine, reset, setA20 = () => {}, name = "i8042" }: I8042Options) {
    this.name = name;
    this.#keyboardLine = keyboardLine;
    this.#mouseLine = mouseLine;
    this.#pullReset = reset;
    this.#setA20 = setA20;
    const pump = (): void => this.#pump();
    this.keyboard = new Ps2Keyboard({ clock, announce: pump });
    this.mouse = new Ps2Mouse(pump);
    this.#memory[0] = DEFAULT_CONFIG;
    this.data = {
      read: (_offset: number, _size: AccessSize) => this.#readData(),
      write: (_offset: number, _size: AccessSize, value: number) => this.#writeData(value),
    };
    this.control = {
      read: (_offset: number, _size: AccessSize) => this.#status,
      write: (_offset: number, _size: AccessSize, value: number) => this.#execute(value),
    };
  }

  reset(): void {
    this.keyboard.reset();
    this.mouse.reset();
    this.#memory.fill(0);
    this.#memory[0] = DEFAULT_CONFIG;
    this.#translation.reset();
    this.#output = undefined;
    this.#answer = undefined;
    this.#lastRead = 0;
    this.#command = undefined;
    this.#lastWasCommand = false;
    this.#switchA20(true);
    this.#update();
    // Keys that wait come as soon as the keyboard works.
    this.#pump();
  }

  state(): State {
    return {
      memory: [...this.#memory],
      released: this.#translation.released,
      output: this.#output ? { ...this.#output } : null,
      answer: this.#answer ? { ...this.#answer } : null,
      lastRead: this.#lastRead,
      command: this.#command,
      lastWasCommand: this.#lastWasCommand,
      a20: this.#a20,
      keyboard: this.keyboard.state(),
      mouse: this.mouse.state(),
    };
  }

  #has(config: number): boolean {
    return (this.#memory[0]! & config) !== 0;
  }
  #configure(bit: number, on: boolean): void {
    if (on) this.#memory[0]! |= bit;
    else this.#memory[0]! &= ~bit;
    this.#pump();
  }

  get #status(): number {
    return (
      STATUS.UNLOCKED |
      (this.#output ? STATUS.FULL : 0) |
      (this.#output?.mouse ? STATUS.MOUSE : 0) |
      (this.#has(CONFIG.SYSTEM) ? STATUS.SYSTEM : 0) |
      (this.#lastWasCommand ? STATUS.COMMAND : 0)
    );
  }

  #readData(): number {
    if (this.#output) {
      this.#lastRead = this.#output.byte;
      this.#output = undefined;
      // The line falls before the next byte, for inputs that see edges.
      this.#update();
      this.#pump();
    }
    return this.#lastRead;
  }

  #writeData(value: number): void {
    this.#lastWasCommand = false;
    const command = this.#command;
    this.#command = undefined;
    if (command !== undefined) this.#setParameter(command, value);
    else {
      // Whoever writes to the keyboard wants its answer.
      this.#memory[0]! &= ~CONFIG.KEYBOARD_OFF;
      this.keyboard.write(value);
      this.#pump();
    }
  }

  #execute(command: number): void {
    this.#lastWasCommand = true;
    this.#command = undefined;
    if (command >= COMMAND.PULSE) {
      if ((command & PORT.NOT_RESET) === 0) this.#pullReset();
      return;
    }
    if (command >= COMMAND.READ_MEMORY && command < COMMAND.READ_MEMORY + 32) {
      this.#reply(this.#memory[command & 31]!);
      return;
    }
    if (command >= COMMAND.WRITE_MEMORY && command < COMMAND.WRITE_MEMORY + 32) {
      this.#command = command;
      return;
    }
    switch (command) {
      case COMMAND.TEST_PASSWORD:
        this.#reply(NO_PASSWORD);
        break;
      case COMMAND.MOUSE_OFF:
      case COMMAND.MOUSE_ON:
        this.#configure(CONFIG.MOUSE_OFF, command === COMMAND.MOUSE_OFF);
        break;
      case COMMAND.KEYBOARD_OFF:
      case COMMAND.KEYBOARD_ON:
        this.#configure(CONFIG.KEYBOARD_OFF, command === COMMAND.KEYBOARD_OFF);
        break;
      case COMMAND.TEST_MOUSE:
      case COMMAND.TEST_KEYBOARD:
        this.#reply(PORT_TEST_PASSED);
        break;
      case COMMAND.SELF_TEST:
        this.#memory[0]! |= CONFIG.SYSTEM;
        this.#output = undefined;
        this.#update();
        this.#reply(SELF_TEST_PASSED);
        break;
      case COMMAND.READ_INPUT_PORT:
        this.#reply(INPUT_PORT);
        break;
      case COMMAND.READ_OUTPUT_PORT:
        this.#reply(this.#outputPort);
        break;
      case COMMAND.A20_OFF:
      case COMMAND.A20_ON:
        this.#switchA20(command === COMMAND.A20_ON);
        break;
      case COMMAND.READ_TEST_INPUTS:
        this.#reply(0);
        break;
      case COMMAND.WRITE_OUTPUT_PORT:
      case COMMAND.LOOP_KEYBOARD:
      case COMMAND.LOOP_MOUSE:
      case COMMAND.WRITE_MOUSE:
        this.#command = command;
        break;
      default:
    }
  }

  #setParameter(command: number, value: number): void {
    switch (command) {
      case COMMAND.WRITE_OUTPUT_PORT:
        this.#switchA20((value & PORT.A20) !== 0);
        if ((value & PORT.NOT_RESET) === 0) this.#pullReset();
        break;
      case COMMAND.LOOP_KEYBOARD:
      case COMMAND.LOOP_MOUSE:
        this.#reply(value, command === COMMAND.LOOP_MOUSE);
        break;
      case COMMAND.WRITE_MOUSE:
        this.#memory[0]! &= ~CONFIG.MOUSE_OFF;
        this.mouse.write(value);
        this.#pump();
        break;
      default:
        this.#memory[command & 31] = value;
        this.#pump();
    }
  }

  get #outputPort(): number {
    return (
      PORT.NOT_RESET |
      PORT.LINES |
      (this.#a20 ? PORT.A20 : 0) |
      (this.#output && !this.#output.mouse ? PORT.KEYBOARD_IRQ : 0) |
      (this.#output?.mouse ? PORT.MOUSE_IRQ : 0)
    );
  }

  #switchA20(enabled: boolean): void {
    if (this.#a20 === enabled) return;
    this.#a20 = enabled;
    this.#setA20(enabled);
  }

  /** A later answer takes the place of one that the guest did not wait for. */
  #reply(byte: number, mouse = false): void {
    this.#answer = { byte, mouse };
    this.#pump();
  }

  /** Fills the output buffer, if it is empty, from whoever has something to say. */
  #pump(): void {
    if (!this.#output) {
      this.#output = this.#answer ?? this.#fromKeyboard() ?? this.#fromMouse();
      this.#answer = undefined;
    }
    this.#update();
  }

  #fromKeyboard(): Output | undefined {
    if (this.#has(CONFIG.KEYBOARD_OFF)) return undefined;
    for (let byte = this.keyboard.next(); byte !== undefined; byte = this.keyboard.next()) {
      if (!this.#has(CONFIG.TRANSLATE)) return { byte, mouse: false };
      const translated = this.#translation.translate(byte);
      if (translated !== undefined) return { byte: translated, mouse: false };
    }
    return undefined;
  }

  #fromMouse(): Output | undefined {
    const byte = this.#has(CONFIG.MOUSE_OFF) ? undefined : this.mouse.next();
    return byte === undefined ? undefined : { byte, mouse: true };
  }

  #update(): void {
    const full = this.#output !== undefined;
    const mouse = this.#output?.mouse ?? false;
    this.#keyboardLine.set(full && !mouse && this.#has(CONFIG.KEYBOARD_IRQ));
    this.#mouseLine.set(full && mouse && this.#has(CONFIG.MOUSE_IRQ));
  }
}
