/* The library: `import { Machine, BareMachine, assemble, disassemble } from "vitrine"`. docs/api.md describes it with examples. */
import { usePrebuilt } from "./engine/chunks.ts";
import { loadPrebuilt } from "./prebuilt.ts";

export type {
  BlockBackend,
  CharacterBackend,
  EntropyBackend,
  FileBackend,
  NetworkBackend,
} from "./host/backends.ts";
export { Capture, type CaptureOptions } from "./host/capture.ts";
export { type Disk, type DiskOptions, openDisk } from "./host/disk.ts";
export { SeededEntropy } from "./host/entropy.ts";
export { HostError } from "./host/errors.ts";
export { Hub } from "./host/hub.ts";
export { NinepServer, type ServerOptions } from "./host/ninep/server.ts";
export {
  type Assembled,
  type AssembleOptions,
  assemble,
  type ListingLine,
} from "./isa/assembler/assemble.ts";
export { AssemblerError } from "./isa/assembler/error.ts";
export { type DisassembledLine, type DisassembleOptions, disassemble } from "./isa/disassemble.ts";
export type { Instruction, Operand } from "./isa/instruction.ts";
export {
  BareMachine,
  type BareMachineOptions,
  type ExceptionHandler,
  type InstructionHandler,
  type MemoryHandler,
  type RunOptions,
} from "./machine/bare-machine.ts";
export { BootError } from "./machine/boot/error.ts";
export {
  BOOT_PROTOCOLS,
  type BootModule,
  type BootPlan,
  type BootProtocol,
} from "./machine/boot/plan.ts";
export type { Peripherals } from "./machine/chipset.ts";
export type { ExceptionAnswer, ExceptionEvent, StopReason } from "./machine/engine.ts";
export { ENGINE_NAMES, type EngineName } from "./machine/engines.ts";
export type { NumaNode } from "./machine/firmware.ts";
export {
  Machine,
  type MachineBoot,
  type MachineOptions,
  type MachineRunOptions,
  type MachineStatistics,
  type MachineStop,
  TRACE_CHANNELS,
  type TraceChannel,
  type Tracer,
} from "./machine/machine.ts";
export type { MemoryAccess } from "./machine/mmu.ts";
export type { Platform } from "./machine/platform.ts";
export { REGISTER_NAMES } from "./machine/registers.ts";
export { stateReport } from "./machine/state-report.ts";
export { type ExpectOptions, type Runnable, ScriptedLine } from "./testing/scripted-line.ts";
export { TIMING_NAMES, type TimingName } from "./timing/model.ts";
export { version } from "./version.ts";

// The interpreter's handlers, where this is a built package; from source they are made as they are needed.
usePrebuilt(loadPrebuilt);
