/* Signals on their way to a program: each is a byte; one that is repeated at once, and not answered, ends the machine. */
import { describe, expect, it } from "vitest";
import { Signals } from "../../src/cli/run-signals.ts";

/** With the time and the program's output in hand. */
function make() {
  const state = { now: 0, written: 0 };
  const ended: [string, number][] = [];
  const signals = new Signals({
    heard: () => {},
    insisted: (name, number) => ended.push([name, number]),
    now: () => state.now,
    written: () => state.written,
  });
  return { state, ended, signals };
}

describe("a signal", () => {
  it("is a byte for the program, and announced", () => {
    const { signals } = make();
    let told = 0;
    signals.onReady = () => told++;
    signals.send("SIGINT", 2);
    signals.send("SIGWINCH", 28);
    expect([told, [...signals.read(1)], [...signals.read(9)], [...signals.read(9)]]).toEqual([
      2,
      [2],
      [28],
      [],
    ]);
  });
  it("that comes twice within a second, and has no answer, ends the machine", () => {
    const { state, ended, signals } = make();
    signals.send("SIGINT", 2);
    state.now = 999;
    signals.send("SIGINT", 2);
    expect(ended).toEqual([["SIGINT", 2]]);
    expect([...signals.read(9)]).toEqual([2]);
  });
  it.each([
    ["later", 1000, 0, "SIGINT", 2],
    ["after output", 500, 1, "SIGINT", 2],
    ["of another kind", 500, 0, "SIGTERM", 15],
  ] as const)("that comes again %s does not", (_, now, written, name, number) => {
    const { state, ended, signals } = make();
    signals.send("SIGINT", 2);
    Object.assign(state, { now, written });
    signals.send(name, number);
    expect([ended, [...signals.read(9)]]).toEqual([[], [2, number]]);
  });
  it("that asks for nothing may come as often as it likes", () => {
    const { ended, signals } = make();
    for (let i = 0; i < 3; i++) signals.send("SIGWINCH", 28);
    expect([ended, [...signals.read(9)]]).toEqual([[], [28, 28, 28]]);
  });
});
