/* When a warm-up ends: a made-up compiler and a made-up clock, so that every speed is known. */
import { describe, expect, it } from "vitest";
import { measureSteady, type Sample } from "../../src/bench/steady.ts";

/** Something whose speed at second t is `speed(t)`, measured for `seconds`. */
function measure(speed: (t: number) => number, seconds: number) {
  let t = 0;
  let samples = 0;
  const run = (work: number): Sample => {
    samples++;
    const start = t;
    // In steps of a millisecond, as the speed changes meanwhile.
    for (let left = work; left > 0; t += 0.001) left -= speed(t) * 0.001;
    return { work, seconds: t - start };
  };
  const result = measureSteady(run, seconds);
  return { ...result, took: t, samples };
}

describe("measuring until it is steady", () => {
  it("takes a steady speed as it is", () => {
    const { median, runs, steady, took } = measure(() => 150e6, 1);
    expect(steady).toBe(true);
    expect(runs).toHaveLength(5);
    expect(median / 150e6).toBeCloseTo(1, 1);
    expect(took).toBeGreaterThan(0.9);
    expect(took).toBeLessThan(1.2);
  });

  it.each([0.02, 0.1, 0.25, 0.33, 0.5, 0.7])("waits for a compiler that is done after %d s", (done) => {
    // The figures of the alu loop: 1 while compiling first, 17 to 30 before the second compiler, 150 after.
    const speed = (t: number): number =>
      t < done / 4 ? 1e6 : t < done ? (17 + (t / done) * 40) * 1e6 : 150e6;
    const { runs, steady } = measure(speed, 1);
    expect(steady).toBe(true);
    for (const run of runs) expect(run / 150e6).toBeCloseTo(1, 1);
  });

  it("does not wait for ever, and says so", () => {
    let fast = false;
    const flicker = (): number => (fast ? 150e6 : 60e6);
    let t = 0;
    const run = (work: number): Sample => {
      fast = !fast;
      t += work / flicker();
      return { work, seconds: work / flicker() };
    };
    const { steady, runs } = measureSteady(run, 1);
    expect(steady).toBe(false);
    expect(runs).toHaveLength(5);
    expect(Math.max(...runs) / Math.min(...runs)).toBeCloseTo(2.5, 5);
    expect(t).toBeLessThan(3);
  });

  it("gives the middle of its runs", () => {
    const speeds = [100, 100, 100, 100, 90, 120, 70, 110];
    let i = 0;
    const run = (): Sample => ({ work: (speeds[i++] ?? 0) * 1e6, seconds: 1 });
    const { median, runs, steady } = measureSteady(run, 6);
    expect(steady).toBe(true);
    expect(runs).toEqual([100, 90, 120, 70, 110].map((n) => n * 1e6));
    expect(median).toBe(100e6);
  });

  it("survives a clock that stands still", () => {
    let calls = 0;
    const run = (work: number): Sample => ({ work, seconds: calls++ < 3 ? 0 : 0.1 });
    expect(measureSteady(run, 1).steady).toBe(true);
  });
});
