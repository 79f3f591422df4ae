/* The reset control register: what starts a reset, and of what (ICH9 data sheet §13.7.5). */
import { expect, it } from "vitest";
import { RESET_VALUE, ResetControl } from "../../src/devices/reset-control.ts";

it("resets when RST_CPU changes from 0 to 1, and what SYS_RST says", () => {
  const resets: string[] = [];
  const control = new ResetControl((scope) => resets.push(scope));
  control.write(0, 1, 2);
  control.write(0, 1, 0xf9);
  expect([resets, control.read()]).toEqual([[], 8]);
  control.write(0, 1, RESET_VALUE);
  control.write(0, 1, RESET_VALUE);
  expect([resets, control.read()]).toEqual([["system"], 6]);
  control.write(0, 1, 0);
  control.write(0, 1, 4);
  expect(resets).toEqual(["system", "processors"]);
  control.reset();
  expect(control.state()).toEqual({ value: 0 });
});
