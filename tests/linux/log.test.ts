/* What counts as a complaint in a kernel's log, and the form of differences.txt. */
import { expect, it } from "vitest";
import { complaints, explained, withoutNumbers } from "./log.ts";

const log = (...lines: readonly string[]): string =>
  lines.map((line, i) => line.replace(/^<\d+>/, `$&[    ${i}.123456] `)).join("\n");

it("takes warnings and words of complaint that the other log does not have", () => {
  const there = log("<6>clocksource: tsc: mask 0xffff", "<4>Spectre V2 : 12 things", "<3>ACPI Error: bad 3");
  const here = log(
    "<6>Memory: 500K available",
    "<4>Spectre V2 : 17 things",
    "<4>a warning without any such word",
    // The priority's upper bits say who speaks: 30 is a daemon's level 6.
    "<30>a daemon is well",
    "<28>a daemon warns by level",
    "<6>device 5 does not answer",
    "<6>device 6 does not answer",
    "<7>ACPI Error: bad 4",
    "  of more than one line",
  );
  expect(complaints(here, there)).toEqual([
    "a warning without any such word",
    "a daemon warns by level",
    "device 5 does not answer",
  ]);
  expect(complaints(there, there)).toEqual([]);
});

it("refuses an empty log", () => {
  expect(() => complaints("", log("<6>x"))).toThrow(/empty/);
  expect(() => complaints(log("<6>x"), "Kernel panic")).toThrow(/empty/);
});

it("wants an explanation of every difference", () => {
  const text = "# what it is\n\nThe clock 0x12 is bad\n  Because\n  it is.\n\nPort 3\n  So.\n";
  expect([...explained(text)]).toEqual([
    ["The clock # is bad", "Because it is."],
    ["Port #", "So."],
  ]);
  expect(() => explained("One\nTwo\n  Why.\n")).toThrow(/One/);
  expect(() => explained("One\n  Why.\nTwo\n")).toThrow(/Two/);
  expect(() => explained("  Why.\n")).toThrow(/nothing/);
  expect(explained().size).toBeGreaterThan(0);
});

it("leaves numbers out", () => {
  expect(withoutNumbers("pci 0000:00:1f.2: [mem 0xfebf1000-0xfebf1fff]  (rev 02)")).toBe(
    "pci #:#:#f.#: [mem #-#] (rev #)",
  );
});
