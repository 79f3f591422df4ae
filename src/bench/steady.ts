/**
 * Measures the speed of something that becomes faster while it runs: V8 compiles wasm quickly first and well later.
 *
 * It knows nothing of guests: `run` does some work and says how long that took. What the host does meanwhile it cannot
 * tell from the work: the lowest and the highest run show it.
 */

export interface Sample {
  /** Work done, in the caller's unit, and the seconds it took. */
  readonly work: number;
  readonly seconds: number;
}

export interface Speed {
  /** Work per second: the median of the runs, and every run. */
  readonly median: number;
  readonly runs: readonly number[];
  /** Whether the warm-up ended because the speed had settled, not because its time was over. */
  readonly steady: boolean;
}

const RUNS = 5;
/** Parts of the time given: what one run takes, the least that the warm-up takes, and the most. */
const SLICE = 0.1;
const LEAST_WARM_UP = 0.5;
const MOST_WARM_UP = 1;
/** Two successive runs of the warm-up agree if the slower reaches this part of the faster. */
const AGREEMENT = 0.9;
/** Work of the first run, and the least of any. */
const LEAST_WORK = 100_000;

/** The middle one of an odd number of figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/**
 * Runs until two successive runs of a tenth of `seconds` agree within 10 %, for half of `seconds` to all of it; then come
 * five runs, which are the result. It takes 1 to 1.5 times `seconds` in all. `run` is given how much work to do, and
 * may do a little more or less.
 */
export function measureSteady(run: (work: number) => Sample, seconds: number): Speed {
  const slice = seconds * SLICE;
  let work = LEAST_WORK;
  let spent = 0;
  let last = 0;
  let steady = false;
  while (!steady && spent < seconds * MOST_WARM_UP) {
    const sample = run(work);
    spent += sample.seconds;
    const speed = sample.work / Math.max(sample.seconds, 1e-6);
    // A short run says how much more to do, and nothing else.
    const isLong = sample.seconds >= slice / 2;
    const agrees = Math.min(speed, last) >= AGREEMENT * Math.max(speed, last);
    steady = isLong && agrees && spent >= seconds * LEAST_WARM_UP;
    last = isLong ? speed : 0;
    work = Math.max(LEAST_WORK, Math.round(speed * slice));
  }
  const runs = Array.from({ length: RUNS }, () => {
    const sample = run(work);
    return sample.work / Math.max(sample.seconds, 1e-6);
  });
  return { median: median(runs), runs, steady };
}
