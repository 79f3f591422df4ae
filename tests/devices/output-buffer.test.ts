/** Output that gathers: showing it early changes neither what comes out, nor the state, nor when timers are due. */
import { describe, expect, it } from "vitest";
import { OutputBuffer } from "../../src/devices/output-buffer.ts";
import { FakeBackend } from "./fake-backend.ts";
import { FakeClock } from "./fake-clock.ts";

const MILLISECOND = 3_000_000;

function set() {
  const clock = new FakeClock();
  const backend = new FakeBackend();
  const buffer = new OutputBuffer({ clock, backend, name: "output" });
  const put = (text: string): void => {
    for (const c of text) buffer.put(c.charCodeAt(0));
  };
  return { clock, backend, buffer, put };
}

describe("an output buffer", () => {
  it("shows what has gathered once, and the rest when it is due", () => {
    const { clock, backend, buffer, put } = set();
    put("ab");
    buffer.show();
    buffer.show();
    put("c");
    expect(backend.written).toEqual(["ab"]);
    clock.advance(MILLISECOND);
    expect(backend.written).toEqual(["ab", "c"]);
    put("d\ne");
    buffer.show();
    expect(backend.written).toEqual(["ab", "c", "d\n", "e"]);
  });

  it("is the same whether it is shown or not", () => {
    const shown = set();
    const other = set();
    for (let i = 0; i < 2000; i++) {
      const text = i % 97 === 0 ? "\n" : "x";
      for (const { put, clock } of [shown, other]) {
        if (i % 7 < 5) put(text);
        clock.advance((i * 7919) % 200_000);
      }
      if (i % 3 === 0) shown.buffer.show();
      expect(shown.buffer.state()).toEqual(other.buffer.state());
      expect(shown.clock.armed).toEqual(other.clock.armed);
    }
    for (const { buffer } of [shown, other]) buffer.flush();
    expect(shown.backend.written.join("")).toBe(other.backend.written.join(""));
    expect(shown.backend.written.length).toBeGreaterThan(other.backend.written.length);
  });
});
