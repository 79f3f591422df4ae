/*
 * Generated calls of every system call that is served, with bad pointers, sizes, descriptors and flags among their arguments (scripts/calls): each says and writes
 * what it does under Debian's Linux in the machine, or natively where that is not here. `npm run calls` makes more of them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compareOutcomes } from "../scripts/calls/compare.ts";
import { LEFT_OUT } from "../scripts/calls/known.ts";
import { compileCalls, describeCalls, onLinux, onUnikernel } from "../scripts/calls/systems.ts";
import { findKernel } from "../scripts/linux/kernels.ts";
import { systemCalls } from "../scripts/syscalls.ts";
import { requireTool } from "./support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-calls-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("gives what Linux gives", (ctx) => {
  const program = compileCalls(requireTool(ctx, "gcc"), folder);
  const plan = { seed: 1, count: 24 };
  const against = findKernel("cloud") === undefined ? "native" : "linux";
  const here = onUnikernel(program, plan);
  const differences = compareOutcomes(
    here,
    onLinux(against, program, plan, folder),
    against,
    (call, indexes) => describeCalls(program, plan, call, indexes),
  );
  const unknown = differences.filter((d) => d.reason === undefined);
  expect(unknown.map((d) => `${d.here}, Linux ${d.there}: ${d.index} ${d.args}`)).toEqual([]);
  // Most calls differ in nothing, known or not.
  expect(differences.length).toBeLessThan(200);
  const served = systemCalls().filter((call) => call.served);
  const missing = served.filter(({ name }) => !here.has(name) && !(name in LEFT_OUT)).map(({ name }) => name);
  expect(missing).toEqual([]);
});
