/*
 * Regions against the evaluator: random blocks and loops over every integer and SSE row that a region can hold. The
 * seed is fixed, so that a failure repeats; npm run fuzz draws others.
 */
import { describe, expect, it } from "vitest";
import { formKey } from "../../src/isa/forms.ts";
import { RegionBlocks, regionForms } from "./region-blocks.ts";

const forms = regionForms();

describe("regions", () => {
  it("agree with the evaluator on a block beginning with each row, once straight and once looping", () => {
    const blocks = new RegionBlocks(forms);
    const rows = new Map(forms.forms.map((form) => [`${form.row.id} ${form.size}`, form]));
    const problems: string[] = [];
    let seed = 1;
    for (const form of rows.values()) {
      for (const loop of [false, true]) {
        seed++;
        const { problem } = blocks.run(seed, form, 1 + (seed % 6), loop);
        if (problem !== undefined) problems.push(problem);
      }
    }
    expect(problems.slice(0, 3)).toEqual([]);
    for (const form of rows.values()) expect(blocks.used).toContain(formKey(form));
    expect(rows.size).toBeGreaterThan(900);
  });

  it("agree on forms of memory operands drawn at random", () => {
    const blocks = new RegionBlocks(forms);
    const memory = forms.forms.filter((form) => form.address !== undefined);
    const problems: string[] = [];
    for (let seed = 0; seed < 600; seed++) {
      const form = memory[(seed * 7919) % memory.length];
      if (form === undefined) continue;
      const { problem } = blocks.run(100_000 + seed, form, 1 + (seed % 10), seed % 3 === 0);
      if (problem !== undefined) problems.push(problem);
    }
    expect(problems.slice(0, 3)).toEqual([]);
  });
});
