/** The I/O APIC: its registers, edges and levels, ends of interrupts (Intel 82093AA data sheet §3). */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { IoApic } from "../../src/devices/io-apic.ts";
import type { LocalApic } from "../../src/devices/local-apic.ts";
import { apics, enable, entry, put, type RecordingProcessor, redirect } from "./apics.ts";

let io: IoApic;
let locals: readonly LocalApic[];
let processors: readonly RecordingProcessor[];
const register = (index: number): number => {
  io.write(0, 4, index);
  return io.read(0x10, 4);
};
const pending = (): (number | undefined)[] => locals.map((a) => a.pending());
/** Takes and ends an interrupt of processor `n`. */
const serve = (n: number): number | undefined => {
  const vector = locals[n]!.pending();
  if (vector !== undefined) {
    locals[n]!.acknowledge(vector);
    put(locals[n]!, 0xb0, 0);
  }
  return vector;
};
const LEVEL = 0x8000;
const REMOTE_IRR = 0x4000;
const MASKED = 0x10000;

beforeEach(() => {
  ({ io, locals, processors } = apics([0, 1, 2]));
  for (const a of locals) enable(a);
});

describe("registers", () => {
  it("tell 24 inputs and version 0x20, all masked after reset", () => {
    expect(register(1)).toBe(0x170020);
    expect([register(0), register(2)]).toEqual([0, 0]);
    for (let i = 0; i < 24; i++)
      expect([register(0x10 + i * 2), register(0x11 + i * 2)]).toEqual([MASKED, 0]);
    expect([register(3), register(0x40), register(0xff)]).toEqual([0, 0, 0]);
  });

  it("keep what may be written, and no more", () => {
    io.write(0, 4, 0);
    io.write(0x10, 4, 0xffffffff);
    expect([register(0), register(2)]).toEqual([0x0f000000, 0x0f000000]);
    redirect(io, 5, 0xffffffff, 0xffffffff);
    expect([register(0x1a), register(0x1b)]).toEqual([0x1afff, 0xff000000]);
    io.write(0, 4, 1);
    io.write(0x10, 4, 0);
    expect(register(1)).toBe(0x170020);
  });

  it("are 32 bits wide, the index 8", () => {
    io.write(0, 1, 0x101);
    expect([io.read(0, 4), io.read(0x12, 1), io.read(0x10, 2)]).toEqual([1, 0x17, 0x20]);
    redirect(io, 0, MASKED | 0x55);
    io.write(0x10, 1, 0);
    expect(entry(io, 0)).toBe(MASKED | 0x55);
  });
});

describe("edges", () => {
  it("send one message each, to the physical destination", () => {
    redirect(io, 4, 0x51, 1 << 24);
    const line = io.line(4);
    line.set(true);
    expect(pending()).toEqual([undefined, 0x51, undefined]);
    expect([serve(1), serve(1)]).toEqual([0x51, undefined]);
    line.set(false);
    line.set(true);
    expect(serve(1)).toBe(0x51);
    expect(entry(io, 4)).toBe(0x51);
  });

  it("are lost while masked (bit 16)", () => {
    redirect(io, 4, MASKED | 0x51);
    io.line(4).set(true);
    redirect(io, 4, 0x51);
    expect(pending()).toEqual([undefined, undefined, undefined]);
  });

  it("reach logical destinations, and everyone by 0xff", () => {
    for (const [i, a] of locals.entries()) put(a, 0xd0, (1 << i) << 24);
    redirect(io, 6, 0x861, 0x06000000);
    io.line(6).set(true);
    expect(pending()).toEqual([undefined, 0x61, 0x61]);
    redirect(io, 7, 0x71, 0xff000000);
    io.line(7).set(true);
    expect(pending()).toEqual([0x71, 0x71, 0x71]);
  });

  it("bring NMI and INIT, not SMI, startup or ExtINT", () => {
    for (let mode = 2; mode < 8; mode++) {
      redirect(io, mode, (mode << 8) | 0x50, 2 << 24);
      io.line(mode).set(true);
    }
    expect([processors[2]!.log, pending()]).toEqual([
      ["nmi", "init"],
      [undefined, undefined, undefined],
    ]);
  });

  it("go by lowest priority to one processor", () => {
    put(locals[0]!, 0x80, 0x20);
    for (const a of locals) put(a, 0xd0, 0xff000000);
    redirect(io, 3, 0x951, 0xff000000);
    io.line(3).set(true);
    expect(pending()).toEqual([undefined, 0x51, undefined]);
  });
});

describe("levels", () => {
  it("are sent again at the end of an interrupt while they are asserted", () => {
    redirect(io, 10, LEVEL | 0x41);
    const line = io.line(10);
    line.set(true);
    expect(entry(io, 10)).toBe(LEVEL | REMOTE_IRR | 0x41);
    expect([serve(0), serve(0)]).toEqual([0x41, 0x41]);
    line.set(false);
    expect(serve(0)).toBe(0x41);
    expect([serve(0), entry(io, 10)]).toEqual([undefined, LEVEL | 0x41]);
  });

  it("are not sent twice while one is under way", () => {
    redirect(io, 10, LEVEL | 0x41);
    const line = io.line(10);
    line.set(true);
    locals[0]!.acknowledge(0x41);
    line.set(false);
    line.set(true);
    expect(pending()[0]).toBeUndefined();
    put(locals[0]!, 0xb0, 0);
    expect(pending()[0]).toBe(0x41);
  });

  it("share a vector, of which one end serves all", () => {
    for (const input of [10, 11]) redirect(io, input, LEVEL | 0x41);
    io.line(10).set(true);
    io.line(11).set(true);
    io.line(10).set(false);
    expect(serve(0)).toBe(0x41);
    expect([entry(io, 10), entry(io, 11)]).toEqual([LEVEL | 0x41, LEVEL | REMOTE_IRR | 0x41]);
  });

  it("are seen when they are unmasked, and not sent while masked", () => {
    redirect(io, 10, MASKED | LEVEL | 0x41);
    io.line(10).set(true);
    expect(pending()[0]).toBeUndefined();
    redirect(io, 10, LEVEL | 0x41);
    locals[0]!.acknowledge(0x41);
    redirect(io, 10, MASKED | LEVEL | 0x41);
    expect(entry(io, 10)).toBe(MASKED | LEVEL | REMOTE_IRR | 0x41);
    put(locals[0]!, 0xb0, 0);
    expect([pending()[0], entry(io, 10)]).toEqual([undefined, MASKED | LEVEL | 0x41]);
  });

  it("end by the EOI register, and by a turn to edge and back", () => {
    redirect(io, 10, LEVEL | 0x41);
    io.line(10).set(true);
    io.line(10).set(false);
    io.write(0x40, 4, 0x42);
    expect(entry(io, 10)).toBe(LEVEL | REMOTE_IRR | 0x41);
    io.write(0x40, 4, 0x41);
    expect(entry(io, 10)).toBe(LEVEL | 0x41);
    io.line(10).set(true);
    redirect(io, 10, MASKED | 0x41);
    io.line(10).set(false);
    redirect(io, 10, LEVEL | 0x41);
    expect(entry(io, 10)).toBe(LEVEL | 0x41);
  });

  it("have no remote IRR where nobody accepts, and try again", () => {
    redirect(io, 10, LEVEL | 0x41, 9 << 24);
    io.line(10).set(true);
    expect(entry(io, 10)).toBe(LEVEL | 0x41);
    redirect(io, 10, LEVEL | 0x41, 2 << 24);
    expect(pending()).toEqual([undefined, undefined, 0x41]);
  });

  it("end as the last message of a vector was triggered (TMR, SDM vol. 3A §10.8.4)", () => {
    redirect(io, 10, LEVEL | 0x41);
    io.line(10).set(true);
    expect(locals[0]!.read(0x1a0, 4)).toBe(2);
    locals[0]!.accept(0, 0x41, false);
    expect(locals[0]!.read(0x1a0, 4)).toBe(0);
    expect(serve(0)).toBe(0x41);
    expect(entry(io, 10)).toBe(LEVEL | REMOTE_IRR | 0x41);
  });

  it("end only by the processor that ends that vector", () => {
    redirect(io, 10, LEVEL | 0x41);
    io.line(10).set(true);
    locals[0]!.accept(0, 0x61, false);
    expect(serve(0)).toBe(0x61);
    expect(entry(io, 10)).toBe(LEVEL | REMOTE_IRR | 0x41);
  });
});

it("goes back to masked entries at reset, with the id it was given", () => {
  const fresh = apics([0]).io.state();
  io.line(3).set(true);
  redirect(io, 3, 0x51, 1 << 24);
  io.reset();
  expect(io.state()).toEqual(fresh);
});

it("has inputs 0–23 and no others", () => {
  for (const input of [-1, 24, 0.5]) expect(() => io.line(input)).toThrow(RangeError);
});

it("survives anything, with level interrupts lost by no one (model by need)", () => {
  // After any history: an asserted, unmasked level input has its remote IRR set, if its processor accepts.
  const step = fc.record({
    input: fc.integer({ min: 0, max: 3 }),
    kind: fc.integer({ min: 0, max: 3 }),
    low: fc.integer({ min: 0, max: 0x1ffff }).map((v) => (v & 0x180ff & ~0xc0) | 0x10),
    level: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      ({ io, locals } = apics([0]));
      enable(locals[0]!);
      const asserted = [false, false, false, false];
      for (const { input, kind, low, level } of steps) {
        if (kind === 0) redirect(io, input, low);
        else if (kind === 1) serve(0);
        else {
          io.line(input).set(level);
          asserted[input] = level;
        }
        for (const [i, high] of asserted.entries()) {
          const now = entry(io, i);
          const wanted = high && (now & LEVEL) !== 0 && (now & MASKED) === 0;
          if (wanted) expect(now & REMOTE_IRR).toBe(REMOTE_IRR);
        }
      }
    }),
    { numRuns: 300 },
  );
});
