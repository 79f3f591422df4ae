/**
 * What every register handler owes its bus, whatever a guest does: no exception, and values that are whole numbers and
 * fit the size of the access. Used by each device's test with sequences from fast-check.
 */
import fc from "fast-check";
import { expect } from "vitest";
import type { AccessSize, RegisterHandler } from "../../src/devices/bus.ts";
import type { FakeClock } from "./fake-clock.ts";

export interface Target {
  readonly handler: RegisterHandler;
  /** Ports, or bytes of the window. */
  readonly count: number;
}

export interface Subject {
  readonly targets: readonly Target[];
  readonly clock?: FakeClock;
  /** Checked after each access. */
  readonly invariant?: () => void;
}

interface Access {
  readonly target: number;
  readonly offset: number;
  readonly size: AccessSize;
  /** Undefined for a read. */
  readonly value: number | undefined;
  /** Cycles that pass before it. */
  readonly pause: number;
}

const value = fc.oneof(
  { arbitrary: fc.nat(255), weight: 4 },
  { arbitrary: fc.integer({ min: 0, max: 0xffffffff }), weight: 1 },
);

const access = fc.record<Access>({
  target: fc.nat(7),
  offset: fc.nat(0xfff),
  size: fc.constantFrom<AccessSize>(1, 2, 4),
  value: fc.option(value, { nil: undefined }),
  pause: fc.oneof(fc.constant(0), fc.nat(1_000_000), fc.nat(10_000_000_000)),
});

/** Runs random accesses, none wider than `widest`, at random times on a fresh subject each run. */
export function survivesAnything(subject: () => Subject, runs = 200): void {
  const run = (accesses: readonly Access[]): void => {
    const { targets, clock, invariant } = subject();
    for (const a of accesses) {
      clock?.advance(a.pause);
      const { handler, count } = targets[a.target % targets.length]!;
      const widest = Math.min(handler.widest ?? 1, count);
      const size: AccessSize = a.size <= widest ? a.size : 1;
      const offset = a.offset % (count - size + 1);
      const limit = 2 ** (size * 8);
      if (a.value !== undefined) handler.write(offset, size, a.value % limit);
      else {
        const got = handler.read(offset, size);
        if (!(Number.isInteger(got) && got >= 0 && got < limit)) {
          expect.fail(`a read of ${size} bytes at ${offset} gave ${got}`);
        }
      }
      invariant?.();
    }
  };
  // The seed is fixed, so that a failure repeats.
  fc.assert(fc.property(fc.array(access, { maxLength: 200, size: "max" }), run), { numRuns: runs, seed: 3 });
}
