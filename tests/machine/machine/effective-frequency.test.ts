/* Counters of cycles that each processor has of its own (AMD64 APM vol. 2 §17.2): those in which it did not wait. */
import { expect, it } from "vitest";
import { cpuid } from "../../../src/machine/cpuid.ts";
import { readMsr, writeMsr } from "../../../src/machine/msr.ts";
import { Computer } from "./computer.ts";
import { SMP_GUESTS, SUCCESS } from "./guests.ts";
import { kernel } from "./kernels.ts";

/** #GP. */
const GENERAL_PROTECTION = 13;
const MPERF_READ_ONLY = 0xc00000e7;
const APERF_READ_ONLY = 0xc00000e8;

it("are announced, read-only, and what the processor has run", () => {
  const guest = SMP_GUESTS[0]!;
  const computer = new Computer(kernel([guest.name, "smp"], guest.constants).bytes, { cpus: 2 });
  expect(computer.run()).toEqual(SUCCESS);
  const { machine } = computer;
  const counts = machine.vcpus.map(({ cpu }) => {
    expect((cpuid(cpu, 0x80000007, 0).edx >>> 10) & 1).toBe(1);
    expect(() => writeMsr(cpu, APERF_READ_ONLY, 0n)).toThrow(
      expect.objectContaining({ vector: GENERAL_PROTECTION }),
    );
    expect(readMsr(cpu, APERF_READ_ONLY)).toBe(readMsr(cpu, MPERF_READ_ONLY));
    return Number(readMsr(cpu, APERF_READ_ONLY));
  });
  const { cpus, cycles } = machine.statistics;
  expect(counts).toEqual(cpus.map((c) => c.cycles));
  // The second one has waited to be started.
  expect(counts[1]).toBeGreaterThan(0);
  expect(counts[1]).toBeLessThan(cycles);
});
