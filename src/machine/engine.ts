/**
 * What runs a processor's instructions, as the machine sees it: the evaluator (evaluator.ts) or the interpreter. What
 * happens between instructions (traps, interrupts, delivery of exceptions) is the same for all: boundary.ts.
 */
import type { Instruction } from "../isa/instruction.ts";
import type { TimingModel } from "../timing/model.ts";
import type { Cpu } from "./cpu.ts";
import type { Mmu } from "./mmu.ts";
import type { Platform } from "./platform.ts";

/** An exception that was about to be delivered. */
export interface ExceptionEvent {
  readonly vector: number;
  readonly errorCode: number | undefined;
  /** Linear address of a page fault. */
  readonly address: bigint | undefined;
  /** Where it was raised: the faulting instruction, or the next one for traps. */
  readonly rip: bigint;
}

/** Why a run ended. */
export type StopReason =
  /** HLT or MWAIT, and nothing that could wake the processor. */
  | { readonly kind: "hlt" }
  /** An exception without a handler; `tripleFault`: there was one, but delivering failed thrice. */
  | ({ readonly kind: "exception"; readonly tripleFault: boolean } & ExceptionEvent)
  /** The instructions or cycles it was given have been used up. */
  | { readonly kind: "limit" }
  /** A hook asked for it. */
  | { readonly kind: "stopped" };

/** What a hook says to an exception: "deliver" (or nothing) goes on as the hardware does, "handled" goes on at rip, "stop" ends the run. */
export type ExceptionAnswer = "deliver" | "handled" | "stop";

/** One processor with what belongs to it. */
export interface Processor {
  readonly cpu: Cpu;
  readonly mmu: Mmu;
  readonly platform: Platform;
  readonly hooks: ProcessorHooks;
  readonly timing: TimingModel;
}

/** Set by the machine; an engine looks at them on every run, the boundary at every event. */
export interface ProcessorHooks {
  /** Before each instruction. While set, an engine runs one instruction at a time. */
  instruction: ((rip: bigint, instruction: Instruction) => void) | undefined;
  exception: ((event: ExceptionEvent) => ExceptionAnswer | undefined) | undefined;
  /** True once a hook wants the run to end after the instruction in progress. */
  stopRequested: boolean;
}

export interface Engine {
  readonly name: string;
  /** Instructions and cycles executed since the last reset. Iterations of repeated instructions count. */
  readonly instructions: number;
  readonly cycles: number;
  /**
   * Runs until `instructions` more have been executed or `cycles` more have passed, the last instruction included, or
   * something ends the run. Without a limit of instructions the engine is free to count only when it stops.
   */
  run(instructions: number, cycles?: number): StopReason;
  /** From within a run, by what an instruction asks of the machine: ends the run after it, as if its cycles were used up. */
  cut(): void;
  /** From within a run: what the instruction in progress has done takes so many cycles more. */
  charge(cycles: number): void;
  /** Data accesses that missed the TLB since the last reset. */
  readonly tlbMisses: number;
  /** Memory at physical `address` has been written by something else than this processor, from outside or in a run. */
  written(address: number, size: number): void;
  /** The guest's registers or memory have been changed from outside between two runs. */
  interrupted(): void;
  /** Forgets everything it has kept of the guest: for a machine that starts afresh. */
  reset(): void;
}
