/**
 * The local APIC's timer in its three modes (SDM vol. 3A §10.5.4). Cycles are of 3 GHz, bus clocks of 1 GHz: three cycles each;
 * so a count lasts 3 × divisor cycles.
 */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { LocalApic } from "../../src/devices/local-apic.ts";
import { type Apics, apics, enable, get, put } from "./apics.ts";
import type { FakeClock } from "./fake-clock.ts";

let board: Apics;
let clock: FakeClock;
let apic: LocalApic;
/** Takes and ends what waits. */
const take = (): number | undefined => {
  const vector = apic.pending();
  if (vector !== undefined) {
    apic.acknowledge(vector);
    put(apic, 0xb0, 0);
  }
  return vector;
};
/** The cycles, of the next `cycles`, at which the timer interrupts. */
const firings = (cycles: number): number[] => {
  const found: number[] = [];
  const end = clock.now + cycles;
  while (clock.now < end) {
    clock.advance(1);
    if (take() !== undefined) found.push(clock.now);
  }
  return found;
};
const current = (): number => get(apic, 0x390);

beforeEach(() => {
  board = apics([0]);
  ({ clock } = board);
  apic = board.locals[0]!;
  enable(apic);
});

describe("one-shot", () => {
  beforeEach(() => put(apic, 0x320, 0xec));

  it("counts down by the divided clock and interrupts at zero", () => {
    clock.advance(3000);
    put(apic, 0x3e0, 0b0011); // by 16
    put(apic, 0x380, 1000);
    expect([get(apic, 0x380), current()]).toEqual([1000, 1000]);
    clock.advance(47);
    expect(current()).toBe(1000);
    clock.advance(1);
    expect(current()).toBe(999);
    clock.advance(1000 * 48 - 48 - 1);
    expect([current(), apic.pending()]).toEqual([1, undefined]);
    clock.advance(1);
    expect([current(), take(), clock.now]).toEqual([0, 0xec, 3000 + 48_000]);
    expect(get(apic, 0x380)).toBe(1000);
    expect([firings(100), clock.armed]).toEqual([[], []]);
  });

  it("divides as figure 10-10 says", () => {
    const divisors = [2, 4, 8, 16, 32, 64, 128, 1];
    for (const [code, divisor] of divisors.entries()) {
      put(apic, 0x3e0, ((code & 4) << 1) | (code & 3));
      const start = clock.now;
      put(apic, 0x380, 10);
      clock.advance(30 * divisor - 1);
      expect([divisor, apic.pending()]).toEqual([divisor, undefined]);
      clock.advance(1);
      expect([divisor, take(), clock.now - start]).toEqual([divisor, 0xec, 30 * divisor]);
    }
  });

  it("stops by zero and starts again by a new count", () => {
    put(apic, 0x380, 100);
    clock.advance(300);
    put(apic, 0x380, 0);
    expect([current(), firings(1000)]).toEqual([0, []]);
    put(apic, 0x380, 100);
    clock.advance(300);
    put(apic, 0x380, 10);
    // Started at 1600, after the bus clock's edge at 1599.
    expect(firings(1000)).toEqual([1599 + 60]);
  });

  it("goes on with the rest by a new divisor", () => {
    put(apic, 0x380, 100); // by 2: six cycles a count
    clock.advance(60);
    put(apic, 0x3e0, 0b1011); // by 1
    expect(current()).toBe(90);
    expect(firings(1000)).toEqual([60 + 270]);
  });

  it("runs masked, without an interrupt then or later", () => {
    put(apic, 0x320, 0x100ec);
    put(apic, 0x380, 10);
    clock.advance(30);
    expect(current()).toBe(5);
    clock.advance(30);
    expect(current()).toBe(0);
    put(apic, 0x320, 0xec);
    expect(firings(100)).toEqual([]);
  });

  it("is disarmed by a change of mode", () => {
    put(apic, 0x380, 10);
    put(apic, 0x320, 0x200ec);
    expect([current(), firings(200)]).toEqual([0, []]);
  });

  it("keeps exact at rates that do not divide the cycles", () => {
    board = apics([0], 999_999_937);
    ({ clock } = board);
    apic = board.locals[0]!;
    enable(apic);
    put(apic, 0x320, 0xec);
    put(apic, 0x3e0, 0b1011);
    put(apic, 0x380, 1_000_000);
    // The first cycle c with ⌊c × 999999937 / 3000000000⌋ = 1000000.
    const cycle = Number((1_000_000n * 3_000_000_000n + 999_999_936n) / 999_999_937n);
    clock.advance(cycle - 1);
    expect([current(), apic.pending()]).toEqual([1, undefined]);
    clock.advance(1);
    expect([current(), apic.pending()]).toEqual([0, 0xec]);
  });
});

describe("periodic", () => {
  beforeEach(() => {
    put(apic, 0x3e0, 0b1011);
    put(apic, 0x320, 0x200ec);
  });

  it("starts again at zero", () => {
    clock.advance(30);
    put(apic, 0x380, 10);
    expect(firings(100)).toEqual([60, 90, 120]);
    expect(current()).toBe(7); // 130: ten cycles after 120
  });

  it("does not drift in 10,000 periods", () => {
    put(apic, 0x380, 7);
    let count = 0;
    for (let i = 0; i < 10_000; i++) {
      clock.advance(21);
      if (take() !== undefined) count++;
    }
    expect([count, clock.now]).toEqual([10_000, 210_000]);
  });

  it("counts on while masked and keeps its phase", () => {
    put(apic, 0x380, 10);
    clock.advance(5);
    put(apic, 0x320, 0x300ec);
    expect(clock.armed).toEqual([]);
    clock.advance(70);
    expect(current()).toBe(5); // 75: fifteen cycles after 60
    put(apic, 0x320, 0x200ec);
    expect(firings(60)).toEqual([90, 120]);
  });

  it("takes periods that had no chance to fire as one", () => {
    put(apic, 0x380, 1);
    clock.now = 1000; // one long instruction
    clock.advance(0);
    expect(take()).toBe(0xec);
    expect(firings(7)).toEqual([1002, 1005]);
  });
});

describe("TSC-deadline", () => {
  const arm = (deadline: bigint): boolean => apic.writeMsr(0x6e0, deadline);
  beforeEach(() => put(apic, 0x320, 0x400ec));

  it("interrupts when the counter reaches it, and disarms", () => {
    clock.advance(100);
    expect(arm(1234n)).toBe(true);
    expect(apic.readMsr(0x6e0)).toBe(1234n);
    clock.advance(1133);
    expect(apic.pending()).toBeUndefined();
    clock.advance(1);
    expect([take(), apic.readMsr(0x6e0), clock.armed]).toEqual([0xec, 0n, []]);
  });

  it("interrupts at once if that has passed", () => {
    clock.advance(100);
    arm(50n);
    clock.advance(0);
    expect(take()).toBe(0xec);
  });

  it("follows the processor's offset, also when it changes", () => {
    board.processors[0]!.offset = 1000;
    arm(1500n);
    clock.advance(499);
    expect(take()).toBeUndefined();
    clock.advance(1);
    expect(take()).toBe(0xec);
    board.processors[0]!.offset = -200;
    arm(400n);
    board.processors[0]!.offset = -300;
    apic.timestampChanged();
    expect(firings(250)).toEqual([700]);
  });

  it("compares without sign in 64 bits", () => {
    board.processors[0]!.offset = -1;
    arm(2n ** 64n - 1n); // the counter now
    clock.advance(0);
    expect(take()).toBe(0xec);
    clock.advance(1);
    arm(2n ** 64n - 1n);
    expect([clock.armed, apic.readMsr(0x6e0)]).toEqual([[], 2n ** 64n - 1n]);
  });

  it("is disarmed by zero, and by another mode, where the MSR reads zero", () => {
    arm(1000n);
    arm(0n);
    expect(clock.armed).toEqual([]);
    arm(1000n);
    put(apic, 0x320, 0xec);
    expect([apic.readMsr(0x6e0), arm(1000n), apic.readMsr(0x6e0), clock.armed]).toEqual([0n, true, 0n, []]);
  });

  it("has no initial and current count", () => {
    put(apic, 0x380, 100);
    expect([get(apic, 0x380), current(), clock.armed]).toEqual([0, 0, []]);
  });

  it("passes without an interrupt while masked", () => {
    put(apic, 0x320, 0x500ec);
    arm(100n);
    clock.advance(100);
    put(apic, 0x320, 0x400ec);
    expect([apic.readMsr(0x6e0), take()]).toEqual([0n, undefined]);
  });
});

it("never fires in the reserved mode", () => {
  put(apic, 0x320, 0x600ec);
  put(apic, 0x380, 10);
  apic.writeMsr(0x6e0, 10n);
  expect([current(), firings(200)]).toEqual([0, []]);
});

it("reads the same count whenever it is looked at", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 20 }),
      (initial, periodic, masked, waits) => {
        const { locals, clock } = apics([0]);
        const a = locals[0]!;
        enable(a);
        put(a, 0x320, 0xec | (periodic ? 0x20000 : 0) | (masked ? 0x10000 : 0));
        put(a, 0x380, initial);
        for (const wait of waits) {
          clock.advance(wait);
          const counts = Math.floor(clock.now / 6);
          const left = periodic ? initial - (counts % initial) : Math.max(0, initial - counts);
          expect(get(a, 0x390)).toBe(left);
        }
      },
    ),
  );
});

describe("a period of a few cycles", () => {
  beforeEach(() => {
    put(apic, 0x3e0, 0b1011);
    put(apic, 0x320, 0x200ec);
    put(apic, 0x380, 1);
  });
  it("is met exactly by who takes each interrupt", () => {
    expect(firings(30)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
  });
  it("costs little while the interrupt waits, and goes on exactly when it is taken", () => {
    const expiry = (): number => {
      const state: { timer: { fires: number } } = JSON.parse(JSON.stringify(apic.state()));
      return state.timer.fires;
    };
    let fires = 0;
    for (const end = clock.now + 300_000; expiry() <= end; fires++) clock.advance(expiry() - clock.now);
    expect(fires).toBeGreaterThan(0);
    expect(fires).toBeLessThanOrEqual(300_000 / (3 * 1280) + 2);
    const { now } = clock;
    expect(take()).toBe(0xec);
    const next = now + 3 - (now % 3);
    expect(firings(9)).toEqual([next, next + 3, next + 6]);
  });
});
