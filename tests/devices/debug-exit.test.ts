/** isa-debug-exit: the status of each value (QEMU's hw/misc/debugexit.c: exit((v << 1) | 1)). */
import { expect, it } from "vitest";
import { DebugExit } from "../../src/devices/debug-exit.ts";
import { survivesAnything } from "./random-accesses.ts";

it.each([
  [0, 1, 1],
  [0x10, 1, 0x21],
  [0x7f, 1, 0xff],
  [0x8000, 2, 0x10001],
  [0xffffffff, 4, 0xffffffff],
] as const)("a write of %i in %i bytes ends with status %i", (value, size, status) => {
  const statuses: number[] = [];
  const device = new DebugExit({ exit: (s) => statuses.push(s) });
  device.write(0, size, value);
  expect(statuses).toEqual([status]);
});

it("does nothing at a read or a reset", () => {
  const device = new DebugExit({ exit: () => expect.fail("ended") });
  device.reset();
  expect([device.read(0, 1), device.read(0, 4), device.state()]).toEqual([0, 0, {}]);
});

it("survives anything, with odd statuses only", () => {
  survivesAnything(() => ({
    targets: [{ handler: new DebugExit({ exit: (s) => expect(s & 1).toBe(1) }), count: 4 }],
  }));
});
