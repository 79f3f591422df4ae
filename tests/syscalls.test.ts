/* docs/syscalls.md is what the kernel's table says; `npm run docs` writes it anew. The table's numbers are Linux's. */
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SYSTEM_CALLS_PAGE, systemCalls, systemCallsPage } from "../scripts/syscalls.ts";

const HEADER = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";

it("is what the table says", () => {
  expect(readFileSync(SYSTEM_CALLS_PAGE, "utf8")).toBe(systemCallsPage());
});
it("has Linux's numbers", (ctx) => {
  if (!existsSync(HEADER)) return ctx.skip(`${HEADER} is not here: linux-libc-dev has it`);
  const numbers = new Map(
    [...readFileSync(HEADER, "utf8").matchAll(/#define __NR_(\w+) (\d+)/g)].map(([, name, number]) => [
      name!,
      Number(number),
    ]),
  );
  for (const { name, number } of systemCalls())
    expect([name, numbers.get(name) ?? number]).toEqual([name, number]);
  expect(systemCalls().length).toBeGreaterThan(350);
});
