/**
 * Scan codes of a PC keyboard with a US layout: keys by their name in the W3C's UI Events code values ("KeyA", "ArrowUp"),
 * their bytes in scan code set 2, and the controller's translation of set 2 into set 1.
 *
 * IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and 102-Key)", tables of scan code sets. Every key has
 * the bytes it sends alone: no extra shift codes that depend on Num Lock.
 */

/** Prefixes of set 2: a key of the extended block, a released key. */
const EXTENDED = 0xe0;
const RELEASED = 0xf0;

/** One byte each. */
const PLAIN = {
  F9: 0x01,
  F5: 0x03,
  F3: 0x04,
  F1: 0x05,
  F2: 0x06,
  F12: 0x07,
  F10: 0x09,
  F8: 0x0a,
  F6: 0x0b,
  F4: 0x0c,
  Tab: 0x0d,
  Backquote: 0x0e,
  AltLeft: 0x11,
  ShiftLeft: 0x12,
  ControlLeft: 0x14,
  KeyQ: 0x15,
  Digit1: 0x16,
  KeyZ: 0x1a,
  KeyS: 0x1b,
  KeyA: 0x1c,
  KeyW: 0x1d,
  Digit2: 0x1e,
  KeyC: 0x21,
  KeyX: 0x22,
  KeyD: 0x23,
  KeyE: 0x24,
  Digit4: 0x25,
  Digit3: 0x26,
  Space: 0x29,
  KeyV: 0x2a,
  KeyF: 0x2b,
  KeyT: 0x2c,
  KeyR: 0x2d,
  Digit5: 0x2e,
  KeyN: 0x31,
  KeyB: 0x32,
  KeyH: 0x33,
  KeyG: 0x34,
  KeyY: 0x35,
  Digit6: 0x36,
  KeyM: 0x3a,
  KeyJ: 0x3b,
  KeyU: 0x3c,
  Digit7: 0x3d,
  Digit8: 0x3e,
  Comma: 0x41,
  KeyK: 0x42,
  KeyI: 0x43,
  KeyO: 0x44,
  Digit0: 0x45,
  Digit9: 0x46,
  Period: 0x49,
  Slash: 0x4a,
  KeyL: 0x4b,
  Semicolon: 0x4c,
  KeyP: 0x4d,
  Minus: 0x4e,
  Quote: 0x52,
  BracketLeft: 0x54,
  Equal: 0x55,
  CapsLock: 0x58,
  ShiftRight: 0x59,
  Enter: 0x5a,
  BracketRight: 0x5b,
  Backslash: 0x5d,
  IntlBackslash: 0x61,
  Backspace: 0x66,
  Numpad1: 0x69,
  Numpad4: 0x6b,
  Numpad7: 0x6c,
  Numpad0: 0x70,
  NumpadDecimal: 0x71,
  Numpad2: 0x72,
  Numpad5: 0x73,
  Numpad6: 0x74,
  Numpad8: 0x75,
  Escape: 0x76,
  NumLock: 0x77,
  F11: 0x78,
  NumpadAdd: 0x79,
  Numpad3: 0x7a,
  NumpadSubtract: 0x7b,
  NumpadMultiply: 0x7c,
  Numpad9: 0x7d,
  ScrollLock: 0x7e,
  F7: 0x83,
} as const;

/** One byte each after E0. */
const AFTER_E0 = {
  AltRight: 0x11,
  ControlRight: 0x14,
  MetaLeft: 0x1f,
  MetaRight: 0x27,
  ContextMenu: 0x2f,
  NumpadDivide: 0x4a,
  NumpadEnter: 0x5a,
  End: 0x69,
  ArrowLeft: 0x6b,
  Home: 0x6c,
  Insert: 0x70,
  Delete: 0x71,
  ArrowDown: 0x72,
  ArrowRight: 0x74,
  ArrowUp: 0x75,
  PageDown: 0x7a,
  PageUp: 0x7d,
} as const;

/** Bytes when pressed and when released. */
interface Key {
  readonly down: readonly number[];
  readonly up: readonly number[];
}

const KEYS = new Map<string, Key>([
  ...Object.entries(PLAIN).map(([name, c]): [string, Key] => [name, { down: [c], up: [RELEASED, c] }]),
  ...Object.entries(AFTER_E0).map(([name, c]): [string, Key] => [
    name,
    { down: [EXTENDED, c], up: [EXTENDED, RELEASED, c] },
  ]),
  // As if with a left shift that the layout of 84 keys needed.
  ["PrintScreen", { down: [0xe0, 0x12, 0xe0, 0x7c], up: [0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12] }],
  // Control and Num Lock, pressed and released at once; nothing when it goes up.
  ["Pause", { down: [0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77], up: [] }],
]);

/** Bytes of set 2 for a key that goes down or up. Throws RangeError for a name that no key has. */
export function keyCodes(name: string, down: boolean): readonly number[] {
  const key = KEYS.get(name);
  if (!key) throw new RangeError(`there is no key "${name}" on the keyboard`);
  return down ? key.down : key.up;
}

/** Names of all keys. */
export const keyNames = (): string[] => [...KEYS.keys()];

/** Characters of a US layout that are not letters: alone, and with shift. */
const ROWS: readonly (readonly [keys: readonly string[], alone: string, shifted: string])[] = [
  [
    ["Digit1", "Digit2", "Digit3", "Digit4", "Digit5", "Digit6", "Digit7", "Digit8", "Digit9", "Digit0"],
    "1234567890",
    "!@#$%^&*()",
  ],
  [["Minus", "Equal", "BracketLeft", "BracketRight", "Backslash"], "-=[]\\", "_+{}|"],
  [["Semicolon", "Quote", "Backquote", "Comma", "Period", "Slash"], ";'`,./", ':"~<>?'],
  [["Space", "Enter", "Tab", "Backspace", "Escape"], " \n\t\b\x1b", ""],
];

const CHARACTERS = new Map<string, readonly string[]>();
for (let c = 65; c <= 90; c++) {
  const letter = String.fromCharCode(c);
  CHARACTERS.set(letter.toLowerCase(), [`Key${letter}`]);
  CHARACTERS.set(letter, ["ShiftLeft", `Key${letter}`]);
}
for (const [keys, alone, shifted] of ROWS) {
  for (const [i, key] of keys.entries()) {
    CHARACTERS.set(alone[i]!, [key]);
    if (shifted !== "") CHARACTERS.set(shifted[i]!, ["ShiftLeft", key]);
  }
}

/** The keys that are held together for a character. Throws RangeError if a US layout cannot type it. */
export function keysFor(character: string): readonly string[] {
  const keys = CHARACTERS.get(character);
  if (!keys) throw new RangeError(`${JSON.stringify(character)} cannot be typed on a US keyboard`);
  return keys;
}

/** Set 1 for each byte of set 2 below 0x80. */
const TO_SET_1 = Uint8Array.of(
  ...[0xff, 0x43, 0x41, 0x3f, 0x3d, 0x3b, 0x3c, 0x58, 0x64, 0x44, 0x42, 0x40, 0x3e, 0x0f, 0x29, 0x59],
  ...[0x65, 0x38, 0x2a, 0x70, 0x1d, 0x10, 0x02, 0x5a, 0x66, 0x71, 0x2c, 0x1f, 0x1e, 0x11, 0x03, 0x5b],
  ...[0x67, 0x2e, 0x2d, 0x20, 0x12, 0x05, 0x04, 0x5c, 0x68, 0x39, 0x2f, 0x21, 0x14, 0x13, 0x06, 0x5d],
  ...[0x69, 0x31, 0x30, 0x23, 0x22, 0x15, 0x07, 0x5e, 0x6a, 0x72, 0x32, 0x24, 0x16, 0x08, 0x09, 0x5f],
  ...[0x6b, 0x33, 0x25, 0x17, 0x18, 0x0b, 0x0a, 0x60, 0x6c, 0x34, 0x35, 0x26, 0x27, 0x19, 0x0c, 0x61],
  ...[0x6d, 0x73, 0x28, 0x74, 0x1a, 0x0d, 0x62, 0x6e, 0x3a, 0x36, 0x1c, 0x1b, 0x75, 0x2b, 0x63, 0x76],
  ...[0x55, 0x56, 0x77, 0x78, 0x79, 0x7a, 0x0e, 0x7b, 0x7c, 0x4f, 0x7d, 0x4b, 0x47, 0x7e, 0x7f, 0x6f],
  ...[0x52, 0x53, 0x50, 0x4c, 0x4d, 0x48, 0x01, 0x45, 0x57, 0x4e, 0x51, 0x4a, 0x37, 0x49, 0x46, 0x54],
);

/** The controller's translation, a byte at a time: F0 is swallowed and sets bit 7 of what follows. */
export class SetOneTranslation {
  #released = false;

  /** The byte of set 1; undefined for the prefix F0. */
  translate(byte: number): number | undefined {
    if (byte === RELEASED) {
      this.#released = true;
      return undefined;
    }
    const released = this.#released;
    this.#released = false;
    // Above 0x7F only F7 and Alt-SysRq have codes; prefixes and answers to commands pass.
    const set1 = byte < 0x80 ? TO_SET_1[byte]! : byte === 0x83 ? 0x41 : byte === 0x84 ? 0x54 : byte;
    return released ? set1 | 0x80 : set1;
  }

  reset(): void {
    this.#released = false;
  }
  /** Whether F0 was the last byte. */
  get released(): boolean {
    return this.#released;
  }
}
