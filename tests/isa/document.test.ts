/* docs/isa.md is what the table says; `npm run docs` writes it anew. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ISA_PAGE, isaPage } from "../../scripts/docs.ts";
import { document, opcodeText, rowAnchor } from "../../src/isa/readings/document.ts";
import { TABLE } from "../../src/isa/table.ts";

describe("docs/isa.md", () => {
  it("is up to date (else: npm run docs)", async () => {
    expect(readFileSync(ISA_PAGE, "utf8")).toBe(await isaPage());
  });

  it("has one anchor for each row", async () => {
    const page = await isaPage();
    const anchors = [...page.matchAll(/<a id="([^"]+)">/g)].map((m) => m[1]);
    expect(anchors.toSorted()).toEqual(TABLE.map(rowAnchor).toSorted());
    expect(new Set(anchors).size).toBe(TABLE.length);
  });

  it.each([
    ["83/0", "83 /0 ib"],
    ["40+ri64", "40+r"],
    ["faf", "0F AF /r"],
  ])("writes the opcode of row %s as %s", (id, text) => {
    expect(opcodeText(TABLE.find((r) => r.id === id)!)).toBe(text);
  });

  it("refuses a row of no family", () => {
    expect(() => document([], TABLE.slice(0, 1))).toThrow(/is in no family/);
  });
});
