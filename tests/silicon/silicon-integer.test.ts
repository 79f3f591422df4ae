/* Recorded silicon on each engine: the integer families. In files of their own, so that they run beside each other. */
import { describe, expect, it } from "vitest";
import { disagreements, ENGINES, SHARES } from "./silicon.ts";
import { families } from "./vectors.ts";

describe.each(ENGINES)("recorded silicon on %s", (engine) => {
  it.each(SHARES.integer)("%s", (family) => {
    const [vectors, report] = disagreements(engine, family);
    expect(report).toBe("");
    expect(vectors).toBeGreaterThan(0);
  });
});

it("every recorded family is run", () => {
  expect(Object.values(SHARES).flat().sort()).toEqual(families());
});
