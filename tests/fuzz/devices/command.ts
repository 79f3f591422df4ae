/* npm run fuzz -- --devices: random operations on boards (board.ts), a new one for each seed, until the time is over or one fails. */
import type { FuzzOptions } from "../options.ts";
import { describeFailure, LIFE, live, shorten } from "./run.ts";

/** Returns the exit status: 0, or 1 after a failure, which it prints with what repeats it. */
export function fuzzDevices({ seconds, seed, count }: FuzzOptions): number {
  const begin = performance.now();
  const elapsed = (): string => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  let operations = 0;
  let accesses = 0;
  let fires = 0;
  for (let n = seed; operations < count && performance.now() - begin < seconds * 1000; n++) {
    const life = live(n, Math.min(LIFE, count - operations));
    operations += life.operations;
    accesses = Math.max(accesses, life.accesses);
    fires = Math.max(fires, life.fires);
    if (process.stderr.isTTY) process.stderr.write(`\r${operations} operations, ${elapsed()}`);
    if (life.failure === undefined) continue;
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    console.log(`Seed ${n}: operation ${life.operations} fails. The shortest list found that does:`);
    console.log(describeFailure(shorten(life.failure)));
    console.log(`Repeat: npm run fuzz -- --devices --seed ${n} --count ${life.operations}`);
    return 1;
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  console.log(
    `${operations} operations in ${elapsed()}, no failure; first seed ${seed}; at most ${accesses} accesses to RAM and ${fires} timers by one`,
  );
  return 0;
}
