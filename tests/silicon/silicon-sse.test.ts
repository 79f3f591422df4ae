/* Recorded silicon on each engine: the SSE families. */
import { describe, expect, it } from "vitest";
import { disagreements, ENGINES, SHARES } from "./silicon.ts";

describe.each(ENGINES)("recorded silicon on %s", (engine) => {
  it.each(SHARES.sse)("%s", (family) => {
    const [vectors, report] = disagreements(engine, family);
    expect(report).toBe("");
    expect(vectors).toBeGreaterThan(0);
  });
});
