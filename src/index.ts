/* The library: `import { BareMachine, assemble, disassemble } from "vitrine"`. docs/api.md describes it with examples. */
import { usePrebuilt } from "./engine/chunks.ts";
import { loadPrebuilt } from "./prebuilt.ts";

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
export type { ExceptionAnswer, ExceptionEvent, StopReason } from "./machine/engine.ts";
export { ENGINE_NAMES, type EngineName } from "./machine/engines.ts";
export type { MemoryAccess } from "./machine/mmu.ts";
export type { Platform } from "./machine/platform.ts";
export { REGISTER_NAMES } from "./machine/registers.ts";
export { version } from "./version.ts";

// The interpreter's handlers, where this is a built package; from source they are made as they are needed.
usePrebuilt(loadPrebuilt);
