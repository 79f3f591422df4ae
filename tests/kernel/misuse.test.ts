/* Locks that are used as they must not be, and memory given back twice: a panic with one line that says what and by whom. */
import { expect, it } from "vitest";
import { builtKernel } from "../support/built.ts";
import { bootHere } from "./image.ts";

const image = builtKernel("test/misuse.ts");
const PANICKED = 1;

const thread = "0xffff80[0-9a-f]+";
const MUTEX_TWICE = new RegExp(
  `^panic: a mutex is locked twice by one thread: mutex = 0x1[0-9a-f]+, thread = ${thread}$`,
);
const MUTEX_OTHERS = new RegExp(
  `^panic: a mutex is unlocked by a thread that has not locked it: owner = (0x0|${thread}), thread = ${thread}$`,
);
const NO_MUTEX = new RegExp(
  `^panic: a condition is waited for without its mutex: owner = (0x0|${thread}), thread = ${thread}$`,
);
const NOT_WRITER =
  /^panic: a lock is unlocked by another than its writer: lock = 0x1[0-9a-f]+, readers = 0x0$/;
const NO_READER =
  /^panic: a lock that nobody reads under is unlocked by a reader: lock = 0x1[0-9a-f]+, readers = 0x0$/;
const WRITER_AGAIN = /^panic: a lock is locked again by its writer: lock = 0x1[0-9a-f]+, readers = 0x0$/;

const told = (path: string, scenario: string) => {
  const { status, lines } = bootHere(path, { cpus: 4, append: `crash=${scenario}` });
  return { status, said: lines.filter((line) => /^(panic|memory): /.test(line)) };
};
it.each([
  ["spin-twice", /^panic: a spin lock is taken twice: lock = 0x1[0-9a-f]+, processor = 0x[0-3]$/],
  ["mutex-twice", MUTEX_TWICE],
  ["mutex-until-twice", MUTEX_TWICE],
  ["mutex-free", MUTEX_OTHERS],
  ["mutex-another", MUTEX_OTHERS],
  ["condition-free", NO_MUTEX],
  ["condition-another", NO_MUTEX],
  ["read-free", NO_READER],
  ["write-unlock-read", NO_READER],
  ["write-free", NOT_WRITER],
  ["write-another", NOT_WRITER],
  ["write-twice", WRITER_AGAIN],
  ["write-read", WRITER_AGAIN],
  ["block-at-once", /^panic: freed what is free: physical = 0x[0-9a-f]+000, order = 2, frame's state 1, /],
])("%s", (scenario, message) => {
  const { status, said } = told(image, scenario);
  expect(said).toEqual([expect.stringMatching(message)]);
  expect(status).toBe(PANICKED);
});
it("small-twice", () => {
  expect(told(image, "small-twice")).toEqual({
    status: PANICKED,
    said: [
      expect.stringMatching(
        /^memory: double free 0xffff80[0-9a-f]+, freed last, by processor: .* found 0x0*[0-3]$/,
      ),
      "panic: double free",
    ],
  });
});
it("spin-free, in debug builds", () => {
  const { status, said } = told(builtKernel("test/misuse.ts", "--debug"), "spin-free");
  expect(said).toEqual([
    expect.stringMatching(
      /^panic: a spin lock is released by a processor that does not hold it: holder = 0x0, /,
    ),
  ]);
  expect(status).toBe(PANICKED);
});
it("says nothing where nothing is wrong", () => {
  expect(told(image, "none")).toEqual({ status: 33, said: [] });
});
