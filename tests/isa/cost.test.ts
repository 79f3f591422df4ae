/* The cost reading: every form has one, and the parts add up as the optimisation guide says. */
import { describe, expect, it } from "vitest";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { instance, seededDraws } from "../../src/isa/form-bytes.ts";
import { allForms, formKey } from "../../src/isa/forms.ts";
import { type Cost, costOf } from "../../src/isa/readings/cost.ts";
import { PORT_COUNT } from "../../src/isa/readings/cost-classes.ts";

function cost(hex: string): Cost {
  const insn = decode(Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex")), 0, { mode: 64 });
  if (isFailure(insn)) throw new Error(`${hex}: ${insn.kind}`);
  return costOf(insn);
}

describe("cost", () => {
  it("is sensible for every form", () => {
    const bad: string[] = [];
    for (const form of allForms()) {
      const insn = decode(instance(form, seededDraws(2)), 0, { mode: form.mode });
      if (isFailure(insn)) throw new Error(formKey(form));
      const c = costOf(insn);
      const sensible =
        Number.isInteger(c.latency) &&
        c.latency >= c.load &&
        c.latency <= 10_000 &&
        Number.isInteger(c.uops) &&
        c.uops >= 1 &&
        c.occupancy >= 1 &&
        PORT_COUNT[c.ports] > 0 &&
        (c.load === 0 || c.loads > 0) &&
        (!insn.lock || (c.serial && c.latency >= 6));
      if (!sensible) bad.push(`${formKey(form)} ${insn.mnemonic} ${JSON.stringify(c)}`);
    }
    expect(bad).toEqual([]);
  });

  it("of a register operation is one cycle on an ALU", () => {
    expect(cost("4801d8")).toMatchObject({ latency: 1, load: 0, uops: 1, ports: "alu", loads: 0, stores: 0 });
  });
  it("adds a load, fused with the operation", () => {
    expect(cost("480303")).toMatchObject({ latency: 5, load: 4, uops: 1, ports: "alu", loads: 1, stores: 0 });
  });
  it("of a read-modify-write has one macro-op more", () => {
    expect(cost("480103")).toMatchObject({ latency: 5, load: 4, uops: 2, loads: 1, stores: 1 });
  });
  it("of moves is the access alone, or nothing", () => {
    expect(cost("488b03")).toMatchObject({ latency: 4, load: 4, ports: "none", loads: 1, stores: 0 });
    expect(cost("488903")).toMatchObject({ latency: 0, load: 0, ports: "none", loads: 0, stores: 1 });
    expect(cost("4889d8")).toMatchObject({ latency: 0, ports: "none" });
    expect(cost("88d8")).toMatchObject({ latency: 1, ports: "alu" });
  });
  it("of lea depends on the parts of the address", () => {
    expect(cost("488d0418")).toMatchObject({ latency: 1, loads: 0 });
    expect(cost("488d441805")).toMatchObject({ latency: 2, loads: 0 });
  });
  it("takes the row's column where it has one", () => {
    expect(cost("480fafc3")).toMatchObject({ latency: 3, uops: 1, ports: "mul" });
    expect(cost("48f7f3")).toMatchObject({ latency: 12, uops: 2, ports: "div", occupancy: 8 });
  });
  it("of a locked operation is serial", () => {
    expect(cost("f0480103")).toMatchObject({ latency: 7, serial: true });
    expect(cost("488703")).toMatchObject({ serial: true });
    expect(cost("4887d8")).toMatchObject({ serial: false });
  });
});
