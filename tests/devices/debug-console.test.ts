/** The debug console: what goes out and when (one call of the host a line), and what a guest reads. */
import { describe, expect, it } from "vitest";
import { DebugConsole } from "../../src/devices/debug-console.ts";
import { FakeBackend } from "./fake-backend.ts";
import { FakeClock } from "./fake-clock.ts";
import { survivesAnything } from "./random-accesses.ts";

const send = (device: DebugConsole, text: string): void => {
  for (const c of text) device.write(0, 1, c.charCodeAt(0));
};

describe("the debug console", () => {
  it("reads as 0xE9", () => {
    expect(new DebugConsole({ clock: new FakeClock() }).read(0, 1)).toBe(0xe9);
  });

  it("hands lines over whole, and a rest after a millisecond of virtual time", () => {
    const clock = new FakeClock(1e9);
    const backend = new FakeBackend();
    const device = new DebugConsole({ clock, backend });
    send(device, "one\ntwo\nthr");
    expect(backend.written).toEqual(["one\n", "two\n"]);
    clock.advance(999_999);
    expect(backend.written).toHaveLength(2);
    send(device, "ee");
    clock.advance(1);
    expect(backend.written).toEqual(["one\n", "two\n", "three"]);
    expect(clock.armed).toEqual([]);
  });

  it("gathers at most 256 bytes, and loses none", () => {
    const backend = new FakeBackend();
    const device = new DebugConsole({ clock: new FakeClock(), backend });
    send(device, "x".repeat(600));
    expect(backend.written.map((piece) => piece.length)).toEqual([256, 256]);
    device.flush();
    device.flush();
    expect(backend.written.map((piece) => piece.length)).toEqual([256, 256, 88]);
  });

  it("loses nothing at reset", () => {
    const backend = new FakeBackend();
    const device = new DebugConsole({ clock: new FakeClock(), backend });
    send(device, "abc");
    device.reset();
    expect(backend.written).toEqual(["abc"]);
    expect(device.state()).toEqual({ output: { bytes: [], flush: undefined } });
  });

  it("does without a backend", () => {
    const clock = new FakeClock();
    const device = new DebugConsole({ clock });
    send(device, "abc\n");
    expect(clock.armed).toEqual([]);
  });

  it("survives anything", () => {
    survivesAnything(() => {
      const clock = new FakeClock();
      return {
        clock,
        targets: [{ handler: new DebugConsole({ clock, backend: new FakeBackend() }), count: 1 }],
      };
    });
  });
});
