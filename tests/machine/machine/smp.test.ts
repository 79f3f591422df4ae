/*
 * Several processors in one machine: startup, interrupts between them, atomic instructions, waiting for each other's stores, time.
 * qemu.test.ts runs the same kernels on QEMU.
 */
import { describe, expect, it } from "vitest";
import { Computer } from "./computer.ts";
import { SMP_GUESTS, SUCCESS } from "./guests.ts";
import { kernel } from "./kernels.ts";

describe.each(SMP_GUESTS.map((guest) => [guest.name, guest] as const))("%s", (name, guest) => {
  const { bytes } = kernel([name, "smp"], guest.constants);
  it.each([1, 2, 3, 4, 8])("on %i processors", (cpus) => {
    const computer = new Computer(bytes, { cpus });
    const stop = computer.run();
    expect([computer.output, stop]).toEqual([guest.output(cpus), SUCCESS]);
  });
});
