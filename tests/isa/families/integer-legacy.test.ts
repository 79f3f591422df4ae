/**
 * 16-bit and 32-bit code by the evaluator against digests of what silicon did (legacy/record.ts). What differs in a failing
 * piece is shown by `npx tsx tests/isa/families/legacy/record.ts --compare`.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { digestOf, LAYOUT, makeCase, nameOf, PIECES } from "./legacy/cases.ts";
import { LegacyProcessor } from "./legacy/processor.ts";

const recorded = readFileSync(new URL("./legacy/digests.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");

describe("integer instructions outside 64-bit mode", () => {
  it("are those that were recorded", () => {
    expect(recorded.map((line) => line.slice(0, line.lastIndexOf(" ")))).toEqual(PIECES.map(nameOf));
  });

  it("end in the state that silicon ended in, undefined flags included", () => {
    const processor = new LegacyProcessor();
    let faults = 0;
    let cases = 0;
    const results = PIECES.map((p) => {
      const ends = Array.from({ length: p.cases }, (_, i) => processor.run(makeCase(p, i)));
      cases += ends.length;
      for (const end of ends) if (new DataView(end.buffer).getInt32(LAYOUT.vector, true) >= 0) faults++;
      return `${nameOf(p)} ${digestOf(ends)}`;
    });
    expect(results).toEqual(recorded);
    // Most cases must get through, and some must not.
    expect(faults).toBeGreaterThan(100);
    expect(faults).toBeLessThan(cases / 10);
  });
});
