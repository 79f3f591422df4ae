/** Thin. */
import type { ElfSymbol } from "./boot/elf-symbols.ts";
import type { Machine, MachineStop } from "./machine.ts";
export interface StateReportOptions {
  readonly symbols?: readonly ElfSymbol[];
  readonly fault?: Extract<MachineStop, { kind: "triple-fault" }> | undefined;
}
export function stateReport(machine: Machine, _options: StateReportOptions): string {
  return `${machine.vcpus.map((v) => `rip 0x${v.cpu.rip.toString(16)}`).join("\n")}\n`;
}
