/**
 * The keys against scan code set 1, written down row by row as the original keyboard numbered them (IBM's table, and
 * Linux's KEY_ numbers up to 88, which are set 1): set 2 and the controller's translation must lead there.
 */
import { describe, expect, it } from "vitest";
import { keyCodes, keyNames, keysFor, SetOneTranslation } from "../../src/devices/ps2-scancodes.ts";

const letters = (row: string): string[] => [...row].map((c) => `Key${c}`);
const numbered = (name: string, numbers: string): string[] => [...numbers].map((n) => `${name}${n}`);

/** In order of their codes, from 1 on. */
const IN_ORDER = [
  ...["Escape", ...numbered("Digit", "1234567890"), "Minus", "Equal", "Backspace", "Tab"],
  ...[...letters("QWERTYUIOP"), "BracketLeft", "BracketRight", "Enter", "ControlLeft"],
  ...[...letters("ASDFGHJKL"), "Semicolon", "Quote", "Backquote", "ShiftLeft", "Backslash"],
  ...[...letters("ZXCVBNM"), "Comma", "Period", "Slash", "ShiftRight", "NumpadMultiply", "AltLeft", "Space"],
  ...["CapsLock", ...numbered("F", "123456789"), "F10", "NumLock", "ScrollLock"],
  ...[...numbered("Numpad", "789"), "NumpadSubtract", ...numbered("Numpad", "456"), "NumpadAdd"],
  ...[...numbered("Numpad", "1230"), "NumpadDecimal", "", "", "IntlBackslash", "F11", "F12"],
];
const EXTENDED: readonly (readonly [string, number])[] = [
  ["NumpadEnter", 0x1c],
  ["ControlRight", 0x1d],
  ["NumpadDivide", 0x35],
  ["AltRight", 0x38],
  ["Home", 0x47],
  ["ArrowUp", 0x48],
  ["PageUp", 0x49],
  ["ArrowLeft", 0x4b],
  ["ArrowRight", 0x4d],
  ["End", 0x4f],
  ["ArrowDown", 0x50],
  ["PageDown", 0x51],
  ["Insert", 0x52],
  ["Delete", 0x53],
  ["MetaLeft", 0x5b],
  ["MetaRight", 0x5c],
  ["ContextMenu", 0x5d],
];

function inSetOne(name: string, down: boolean): number[] {
  const translation = new SetOneTranslation();
  return keyCodes(name, down)
    .map((c) => translation.translate(c))
    .filter((c) => c !== undefined);
}

describe("scan codes", () => {
  it("are those of set 1 after translation", () => {
    for (const [i, name] of IN_ORDER.entries()) {
      if (name === "") continue;
      expect([name, inSetOne(name, true), inSetOne(name, false)]).toEqual([name, [i + 1], [(i + 1) | 0x80]]);
    }
    for (const [name, code] of EXTENDED) {
      expect([name, inSetOne(name, true), inSetOne(name, false)]).toEqual([
        name,
        [0xe0, code],
        [0xe0, code | 0x80],
      ]);
    }
  });

  it("are those of IBM's table for the two odd keys", () => {
    expect(inSetOne("PrintScreen", true)).toEqual([0xe0, 0x2a, 0xe0, 0x37]);
    expect(inSetOne("PrintScreen", false)).toEqual([0xe0, 0xb7, 0xe0, 0xaa]);
    expect(inSetOne("Pause", true)).toEqual([0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5]);
    expect(inSetOne("Pause", false)).toEqual([]);
  });

  it("have 104 keys and one, no more", () => {
    const known = [...IN_ORDER.filter((n) => n !== ""), ...EXTENDED.map(([n]) => n), "PrintScreen", "Pause"];
    expect(keyNames().sort()).toEqual(known.sort());
    expect(known).toHaveLength(105);
    expect(() => keyCodes("KeyÄ", true)).toThrow(RangeError);
  });

  it("type every printable character of ASCII", () => {
    const pairs = new Map<string, string>();
    for (let c = 0x20; c < 0x7f; c++) {
      const keys = keysFor(String.fromCharCode(c));
      for (const key of keys) keyCodes(key, true);
      pairs.set(keys.join("+"), String.fromCharCode(c));
    }
    expect(pairs.size).toBe(95);
    expect(keysFor("a")).toEqual(["KeyA"]);
    expect(keysFor("A")).toEqual(["ShiftLeft", "KeyA"]);
    expect(keysFor("|")).toEqual(["ShiftLeft", "Backslash"]);
    expect(keysFor("~")).toEqual(["ShiftLeft", "Backquote"]);
    expect(keysFor("\n")).toEqual(["Enter"]);
    expect(() => keysFor("é")).toThrow(/cannot be typed/);
  });
});
