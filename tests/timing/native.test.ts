/* The cycle model against a Zen 4 processor: recorded loops (native/record.ts), and how far the model may be off. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blockCost } from "../../src/timing/block.ts";
import { blocksOf } from "./decode-blocks.ts";
import { LOOPS } from "./native/loops.ts";

interface Measured {
  readonly name: string;
  readonly cycles: number;
  readonly bytes: string;
}

// as: the file is record.ts's own
const measured = JSON.parse(
  readFileSync(new URL("native/loops.json", import.meta.url), "utf8"),
) as readonly Measured[];

/**
 * Loops of several blocks whose rounds do not depend on each other: a block alone cannot know that the values it
 * chases are new in each round, so the model takes longer. By how much it may.
 */
const INDEPENDENT_ROUNDS: Readonly<Record<string, number>> = {
  "three loads deep, checked": 4.5,
  "table filter": 2.1,
  "compare of strings": 2.1,
};

describe("the cycle model and silicon", () => {
  it("speak of the same loops", () => {
    expect(measured.map((m) => m.name)).toEqual(LOOPS.map((l) => l.name));
  });

  for (const { name, cycles, bytes } of measured) {
    it(`agree about: ${name}`, () => {
      const model = blocksOf(bytes).reduce((sum, block) => sum + blockCost(block)[block.length - 1]!, 0);
      const ratio = model / cycles;
      expect(ratio, `${model} cycles, measured ${cycles}`).toBeGreaterThan(0.6);
      expect(ratio, `${model} cycles, measured ${cycles}`).toBeLessThan(INDEPENDENT_ROUNDS[name] ?? 1.6);
    });
  }
});
