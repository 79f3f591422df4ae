/* The programs of tests/programs on QEMU, with the same expectations: their author could be wrong about the manual. */
import { describe, expect, it } from "vitest";
import { runOnQemu } from "./programs/qemu.ts";
import { differences, programNames, readProgram } from "./programs/run.ts";
import { requireTool } from "./support/tools.ts";

/** Programs that end with HLT in ring 0, but for those that name something TCG lacks. */
const programs = programNames()
  .map(readProgram)
  .filter(
    (p) =>
      p.qemu === true && p.ring === 0 && p.expectations.some((e) => e.what === "stop" && e.value === "hlt"),
  );

describe("the same programs on QEMU", () => {
  it("are most of them", () => {
    expect(programs.length).toBeGreaterThan(12);
  });
  for (const program of programs) {
    it(program.name, async (ctx) => {
      const outcome = await runOnQemu(requireTool(ctx, "qemu-system-x86_64"), program);
      const expectations = program.expectations.filter((e) => !program.qemuDiffers.includes(e.what));
      expect(differences({ ...program, expectations }, outcome)).toEqual([]);
    });
  }
});
