/**
 * What happens between instructions, the same for every engine: debug traps, NMIs and interrupts in their order of
 * priority, halting, instruction breakpoints; single-stepping, RF and interrupt shadows; delivery of exceptions (SDM
 * vol. 3A §6.8, §6.9 and table 6-2; vol. 3B §17.3).
 *
 * It executes nothing. An engine calls `enter` before each instruction, `begin` when it starts one, then `retire` or
 * `raise`. An engine that runs many instructions at once does so only while `quiet` says that nothing here could matter.
 */
import type { Instruction } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import type { ExceptionEvent, Processor, StopReason } from "./engine.ts";
import { type Fault, VECTOR } from "./fault.ts";
import { monitorTriggered } from "./helpers/system-wait.ts";
import { deliver, type Event, eventOf } from "./interrupts.ts";

/** Bits of dr6: single step, and the task switch's trap. */
const DR6_BS = 0x4000;
const FLAG = S.FLAG;
const DR7_ENABLES = 0xff;
const NMI_VECTOR = 2;
/** After these TF counts as it is afterwards: they go to a handler with TF clear, or (SYSRET) trap at once. */
const STEPS_BY_NEW_FLAGS = new Set([
  "int",
  "int1",
  "int3",
  "into",
  "syscall",
  "sysret",
  "sysenter",
  "sysexit",
]);

/** Vectors by instruction, for naming a software interrupt that found no IDT. */
const SOFTWARE_VECTORS: Readonly<Record<string, number>> = { int1: 1, int3: 3, into: 4 };

export class Boundary {
  readonly #processor: Processor;
  /** dr6 bits of traps to deliver before the next instruction. */
  #traps = 0;
  /** TF when the instruction in progress began. */
  #stepping = false;
  /** A repeated string instruction is between two iterations. */
  #repeating = false;

  constructor(processor: Processor) {
    this.#processor = processor;
  }
  reset(): void {
    this.#traps = 0;
    this.#stepping = false;
    this.#repeating = false;
  }

  /**
   * Whether instructions may run without `enter`, `begin` and `retire` around each: no single-stepping, no breakpoints,
   * no shadow, no trap waiting. Interrupts are not looked at.
   */
  get quiet(): boolean {
    const { cpu, hooks } = this.#processor;
    return (
      this.#traps === 0 &&
      !cpu.halted &&
      cpu.interruptShadow === "none" &&
      (cpu.u32(S.RFLAGS) & (FLAG.tf | FLAG.rf)) === 0 &&
      (cpu.u32(S.DR7) & DR7_ENABLES) === 0 &&
      hooks.instruction === undefined
    );
  }

  /** Before an instruction: takes what is due. A reason ends the run; undefined: fetch the instruction at rip. */
  enter(): StopReason | undefined {
    const { cpu, platform, hooks } = this.#processor;
    // Each delivery may be followed by another: a trap's handler is entered, then an interrupt's.
    for (;;) {
      if (hooks.stopRequested) {
        hooks.stopRequested = false;
        return { kind: "stopped" };
      }
      if (this.#traps !== 0 && cpu.interruptShadow !== "mov ss") {
        const dr6 = this.#traps;
        this.#traps = 0;
        const stop = this.#exception({ vector: VECTOR.DB, kind: "exception", dr6, resume: this.#repeating });
        if (stop !== undefined) return stop;
        continue;
      }
      if (cpu.interruptShadow !== "mov ss" && !cpu.nmiBlocked && platform.takeNmi()) {
        const stop = this.#deliver({ vector: NMI_VECTOR, kind: "nmi", resume: this.#repeating });
        if (stop !== undefined) return stop;
        continue;
      }
      if (cpu.interruptShadow === "none" && (cpu.u32(S.RFLAGS) & FLAG.if) !== 0) {
        const vector = platform.takeInterrupt();
        if (vector !== undefined) {
          const stop = this.#deliver({ vector, kind: "external", resume: this.#repeating });
          if (stop !== undefined) return stop;
          continue;
        }
      }
      if (cpu.halted) {
        if (!monitorTriggered(cpu)) return { kind: "hlt" };
        cpu.halted = false;
        cpu.monitor = undefined;
      }
      if ((cpu.u32(S.DR7) & DR7_ENABLES) !== 0 && !this.#repeating) {
        const hit = this.#codeBreakpoints();
        if (hit !== 0) {
          const { rip } = cpu;
          const stop = this.#exception({ vector: VECTOR.DB, kind: "exception", dr6: hit });
          if (stop !== undefined) return stop;
          if (cpu.rip === rip) cpu.rflags |= FLAG.rf; // a hook has handled it: go past
          continue;
        }
      }
      return undefined;
    }
  }

  /** Instruction breakpoints at rip (R/W field 00), unless RF is set: bits of dr6. */
  #codeBreakpoints(): number {
    const { cpu } = this.#processor;
    if ((cpu.u32(S.RFLAGS) & FLAG.rf) !== 0) return 0;
    const dr7 = cpu.u32(S.DR7);
    let hit = 0;
    for (let i = 0; i < 4; i++) {
      const enabled = ((dr7 >> (i * 2)) & 3) !== 0;
      if (!enabled || ((dr7 >> (16 + i * 4)) & 3) !== 0) continue;
      const rip = cpu.rip;
      const linear = cpu.mode === 64 ? rip : BigInt.asUintN(32, cpu.segment(S.CS).base + rip);
      if (cpu.u64(S.DR + i * 8) === linear) hit |= 1 << i;
    }
    return hit;
  }

  /** Instructions have run while it was quiet: what `begin` would have noted for the last of them. */
  endOfQuiet(): void {
    this.#stepping = false;
    this.#repeating = false;
  }

  /** An instruction starts: the shadow of the one before ends, RF is used up, TF is sampled. */
  begin(): void {
    const { cpu } = this.#processor;
    const flags = cpu.u32(S.RFLAGS);
    this.#stepping = (flags & FLAG.tf) !== 0;
    if ((flags & FLAG.rf) !== 0) cpu.setU32(S.RFLAGS, flags & ~FLAG.rf);
    cpu.interruptShadow = "none";
  }

  /** The instruction has been executed and rip is the next one's. */
  retire(insn: Instruction): void {
    const { cpu, mmu } = this.#processor;
    this.#traps |= mmu.breakpointsHit;
    mmu.breakpointsHit = 0;
    const stepped = STEPS_BY_NEW_FLAGS.has(insn.row.mnemonic)
      ? (cpu.u32(S.RFLAGS) & FLAG.tf) !== 0
      : this.#stepping;
    // MOV SS and POP SS hold off the trap; the next instruction has its own.
    if (stepped && cpu.interruptShadow !== "mov ss") this.#traps |= DR6_BS;
  }
  /** Says whether rip is a repeated string instruction that has not ended. Call after `retire`. */
  setRepeating(repeating: boolean): void {
    this.#repeating = repeating;
  }

  /** Delivers the fault of an instruction (absent: it could not be fetched or decoded). A reason ends the run. */
  raise(fault: Fault, insn?: Instruction): StopReason | undefined {
    const { cpu, mmu } = this.#processor;
    mmu.breakpointsHit = 0;
    this.#repeating = false;
    const event = eventOf(fault);
    if (insn !== undefined && !this.#hasHandler(event.vector)) {
      const vector = softwareVector(insn);
      if (vector !== undefined && event.vector === VECTOR.GP) {
        // A software interrupt without an IDT: that itself is what happened, not the #GP of looking for its gate.
        cpu.rip = cpu.nextRip;
        return this.#exception({ vector, kind: "software" });
      }
    }
    return this.#exception(event);
  }

  /** Asks the hook, looks for a handler, delivers. */
  #exception(event: Event): StopReason | undefined {
    const { cpu, hooks } = this.#processor;
    const told = this.#told(event);
    const answer = hooks.exception?.(told);
    if (answer === "handled") return undefined;
    if (answer === "stop" || !this.#hasHandler(event.vector)) {
      if (event.address !== undefined) cpu.setU64(S.CR2, event.address);
      return { kind: "exception", tripleFault: false, ...told };
    }
    return this.#deliver(event);
  }
  #deliver(event: Event): StopReason | undefined {
    const { cpu } = this.#processor;
    const told = this.#told(event);
    this.#repeating = false;
    if (deliver(cpu, event) === "delivered") return undefined;
    return { kind: "exception", tripleFault: true, ...told };
  }
  #told(event: Event): ExceptionEvent {
    return {
      vector: event.vector,
      errorCode: event.errorCode,
      address: event.address,
      rip: this.#processor.cpu.rip,
    };
  }
  /**
   * Whether there is a table to look for a handler in. A guest that has loaded none is not made to triple-fault: its
   * first exception ends the run.
   */
  #hasHandler(vector: number): boolean {
    const { cpu } = this.#processor;
    const limit = cpu.u32(S.IDTR + 8);
    if (cpu.protectedMode) return limit !== 0;
    return limit >= vector * 4 + 3;
  }
}

function softwareVector(insn: Instruction): number | undefined {
  if (insn.row.mnemonic !== "int") return SOFTWARE_VECTORS[insn.row.mnemonic];
  const operand = insn.operands[0];
  return operand?.kind === "immediate" ? Number(operand.value) : undefined;
}
