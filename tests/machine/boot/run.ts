/*
 * Test kernels on a BareMachine: a plan is applied to its memory and processor, and the kernel runs until it writes to port
 * 0xf4. What it writes to port 0xe9 is its output.
 */

import { BareMachine } from "../../../src/machine/bare-machine.ts";
import { BarePlatform } from "../../../src/machine/bare-platform.ts";
import { applyPlan } from "../../../src/machine/boot/apply.ts";
import { planBoot } from "../../../src/machine/boot/boot.ts";
import type { MemoryRange } from "../../../src/machine/boot/memory-map.ts";
import type { BootRequest } from "../../../src/machine/boot/plan.ts";

export const MIB = 2 ** 20;
export const RAM = 64 * MIB;
export const RSDP = 0xe0000;
/** A revision 2 RSDP, with nothing but its signature. */
export const RSDP_BYTES = new Uint8Array(36);
RSDP_BYTES.set(new TextEncoder().encode("RSD PTR "));

/** 64 MiB as a PC's BIOS tells of them, with ACPI tables at the top. */
export const MEMORY_MAP: readonly MemoryRange[] = [
  { start: 0, size: 0x9fc00, type: "ram" },
  { start: 0x9fc00, size: 0x400, type: "reserved" },
  { start: 0xe0000, size: 0x20000, type: "reserved" },
  { start: MIB, size: RAM - MIB - 0x20000, type: "ram" },
  { start: RAM - 0x20000, size: 0x20000, type: "acpi" },
  { start: 0xb000_0000, size: 0x1000_0000, type: "reserved" },
];

export const request = (kernel: Uint8Array, rest: Partial<BootRequest> = {}): BootRequest => ({
  kernel,
  commandLine: "",
  memoryMap: MEMORY_MAP,
  rsdp: RSDP,
  rsdpBytes: RSDP_BYTES,
  ...rest,
});

class DebugPorts extends BarePlatform {
  output = "";
  status: number | undefined;
  stop: () => void = () => {};

  override portWrite(port: number, _size: 1 | 2 | 4, value: number): void {
    if (port === 0xe9) this.output += String.fromCharCode(value & 0xff);
    if (port === 0xf4) {
      this.status = (value << 1) | 1;
      this.stop();
    }
  }
}

export interface Outcome {
  readonly output: string;
  /** As QEMU exits: (value << 1) | 1; undefined if the kernel ended otherwise. */
  readonly status: number | undefined;
}
/** The status of a test kernel that has found all well. */
export const SUCCESS = (0x10 << 1) | 1;

const LIMIT = 5_000_000;

/** Boots a kernel. Throws BootError. */
export function boot(asked: BootRequest): Outcome {
  const platform = new DebugPorts(() => 0, 0n);
  const machine = new BareMachine({ platform, memory: RAM + 4 * MIB, codeCache: 4 * MIB });
  platform.stop = () => machine.stop();
  machine.map(0, RAM);
  // What is not zeroed or written must not matter.
  for (let at = 0; at < RAM; at += MIB) machine.write(at, new Uint8Array(MIB).fill(0xcc));
  machine.write(RSDP, RSDP_BYTES);
  applyPlan(planBoot(asked), machine.cpu, {
    write: (address, bytes) => {
      machine.write(address, bytes);
      return true;
    },
  });
  const stop = machine.run({ maxInstructions: LIMIT });
  return {
    output: stop.kind === "stopped" ? platform.output : `${platform.output}${describe(stop, machine)}`,
    status: platform.status,
  };
}

const describe = (stop: object, machine: BareMachine): string =>
  `\n${JSON.stringify(stop, (_, v) => (typeof v === "bigint" ? v.toString(16) : v))} rip ${machine.get("rip").toString(16)}`;
