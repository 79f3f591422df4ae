/** Global system interrupts: shared wires, and where they lead (ACPI 6.5 §5.2.13). */
import { beforeEach, describe, expect, it } from "vitest";
import { InterruptRouter } from "../../src/devices/interrupt-router.ts";
import type { InterruptLine } from "../../src/devices/interrupts.ts";
import { Pics } from "../../src/devices/pic.ts";
import { apics, enable, redirect } from "./apics.ts";
import { FakeLine } from "./fake-clock.ts";

/** A controller's inputs, each made at its first use. */
class FakeInputs {
  readonly lines = new Map<number, FakeLine>();
  line(input: number): InterruptLine {
    const line = new FakeLine();
    this.lines.set(input, line);
    return line;
  }
  get high(): number[] {
    return [...this.lines].filter(([, line]) => line.level).map(([input]) => input);
  }
}

let pics: FakeInputs;
let ioApic: FakeInputs;
let router: InterruptRouter;

beforeEach(() => {
  pics = new FakeInputs();
  ioApic = new FakeInputs();
  router = new InterruptRouter({ pics, ioApic });
});

it("takes each interrupt to its inputs", () => {
  for (let gsi = 0; gsi < 24; gsi++) {
    const line = router.line(gsi);
    line.set(true);
    expect([gsi, pics.high]).toEqual([gsi, gsi < 16 && gsi !== 2 ? [gsi] : []]);
    expect([gsi, ioApic.high]).toEqual([gsi, [gsi === 0 ? 2 : gsi]]);
    line.set(false);
    expect([pics.high, ioApic.high]).toEqual([[], []]);
  }
});

it("keeps a shared wire high while anyone holds it", () => {
  const [a, b] = [router.line(11), router.line(11)];
  a.set(true);
  b.set(true);
  b.set(true);
  a.set(false);
  expect(ioApic.high).toEqual([11]);
  a.set(false);
  expect(ioApic.high).toEqual([11]);
  b.set(false);
  expect(ioApic.high).toEqual([]);
  expect(ioApic.lines.get(11)!.edges).toBe(1);
});

it("joins interrupts 0 and 2 at the I/O APIC only", () => {
  const [timer, other] = [router.line(0), router.line(2)];
  timer.set(true);
  other.set(true);
  timer.set(false);
  expect([pics.high, ioApic.high]).toEqual([[], [2]]);
});

it("lets go of everything at reset", () => {
  const line = router.line(5);
  line.set(true);
  router.reset();
  expect([pics.high, ioApic.high, router.state()]).toEqual([[], [], [false]]);
  line.set(true);
  expect(pics.high).toEqual([5]);
});

it("knows 0–23", () => {
  for (const gsi of [-1, 24, 1.5]) expect(() => router.line(gsi)).toThrow(RangeError);
});

describe("a board", () => {
  it("brings one device's interrupt by the PICs and LINT0, or by the I/O APIC", () => {
    const { io, locals } = apics([0]);
    const real = new Pics();
    real.reset();
    const board = new InterruptRouter({ pics: real, ioApic: io });
    const apic = locals[0]!;
    const lint0 = apic.lint(0);
    real.onOutput = (level) => lint0.set(level);
    for (const [i, chip] of [real.master, real.slave].entries()) {
      chip.write(0, 1, 0x11);
      for (const icw of [0x20 + i * 8, i === 0 ? 4 : 2, 1]) chip.write(1, 1, icw);
    }
    apic.virtualWire();
    const timer = board.line(0);
    timer.set(true);
    expect([real.output && apic.acceptsExtInt, apic.pending(), real.acknowledge()]).toEqual([
      true,
      undefined,
      0x20,
    ]);
    real.master.write(0, 1, 0x20);
    real.master.write(1, 1, 0xff);
    timer.set(false);
    enable(apic);
    redirect(io, 2, 0x30);
    timer.set(true);
    expect([real.output, apic.pending()]).toEqual([false, 0x30]);
  });
});
