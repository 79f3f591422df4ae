/**
 * One processor of the computer: its registers and MMU, its local APIC, the engine that runs it, and its place in
 * virtual time. To its instructions it is the platform; to its APIC it is the processor.
 */
import { type ApicProcessor, LocalApic, type LocalApicOptions } from "../devices/local-apic.ts";
import type { Pics } from "../devices/pic.ts";
import * as S from "../isa/state.ts";
import type { TimingModel } from "../timing/model.ts";
import { Cpu, type ProcessorIdentity } from "./cpu.ts";
import type { Engine, Processor, ProcessorHooks } from "./engine.ts";
import { monitorTriggered } from "./helpers/system-wait.ts";
import { Mmu } from "./mmu.ts";
import type { PhysicalMemory } from "./physical.ts";
import type { Platform } from "./platform.ts";
import type { PortBus } from "./port-bus.ts";
import { initCpu, resetCpu } from "./reset.ts";

const MSR_APIC_BASE = 0x1b;

/**
 * Cycles in which the processor did not wait, and of them those at its usual frequency, which here are all (AMD64 APM vol. 2 §17.2). Unlike
 * time-stamp counters, these of several processors have nothing to do with each other.
 */
const MPERF_READ_ONLY = 0xc000_00e7;
const APERF_READ_ONLY = 0xc000_00e8;

/** What a processor needs of the computer around it. */
export interface Surroundings {
  readonly memory: WebAssembly.Memory;
  readonly physical: PhysicalMemory;
  readonly ports: PortBus;
  readonly pics: Pics;
  readonly timing: TimingModel;
  /** 64 bits from the machine's seeded generator. */
  random(): bigint;
  /** The present cycle. */
  now(): number;
  /** What time-stamp counters show: the present cycle, but never less than any processor has seen. */
  timestamp(): number;
  /** Something has happened that the processor must look at before its next instruction. */
  attention(vcpu: Vcpu): void;
  readonly trace: ((channel: "port" | "irq", text: () => string) => void) | undefined;
}

/** "waiting" is after INIT, for a startup message; "off" is shutdown, until reset. */
export type Activity = "running" | "halted" | "waiting" | "off";

export class Vcpu implements Platform, ApicProcessor {
  readonly index: number;
  readonly cpu: Cpu;
  readonly mmu: Mmu;
  readonly apic: LocalApic;
  readonly hooks: ProcessorHooks = { instruction: undefined, exception: undefined, stopRequested: false };
  engine!: Engine;
  activity: Activity = "running";
  readonly #around: Surroundings;
  #nmis = 0;
  /** Virtual time minus the engine's cycles: what it has spent waiting. */
  #waited = 0;

  constructor(
    around: Surroundings,
    index: number,
    base: number,
    identity: ProcessorIdentity,
    apic: Pick<LocalApicOptions, "clock" | "bus" | "busHertz">,
  ) {
    this.index = index;
    this.#around = around;
    this.cpu = new Cpu(around.memory, base);
    this.mmu = new Mmu(this.cpu, around.physical);
    this.cpu.memory = this.mmu;
    this.cpu.physical = around.physical;
    this.cpu.platform = this;
    this.cpu.identity = identity;
    this.apic = new LocalApic({ ...apic, id: identity.apicId, processor: this });
    resetCpu(this.cpu);
  }
  get processor(): Processor {
    return { cpu: this.cpu, mmu: this.mmu, platform: this, hooks: this.hooks, timing: this.#around.timing };
  }

  /** Power-up. Processors but the first wait for a startup message. */
  reset(): void {
    this.apic.reset();
    resetCpu(this.cpu);
    // It says which processor is the bootstrap one.
    this.cpu.setU64(S.APIC_BASE, this.apicBase);
    this.#nmis = 0;
    this.activity = this.index === 0 ? "running" : "waiting";
  }

  // ------------------------------------------------------------------------------------------------------ time

  /** The cycle up to which it has run, at the instruction in progress. */
  get time(): number {
    return this.engine.cycles + this.#waited;
  }
  /** It has done nothing until `cycle`. Never goes back. */
  waitUntil(cycle: number): void {
    const time = this.time;
    if (cycle > time) this.#waited += cycle - time;
  }
  /** The engine counts from 0 again. */
  restartTime(cycle: number): void {
    this.#waited = cycle - this.engine.cycles;
  }

  // -------------------------------------------------------------------------------------------------- platform

  portRead(port: number, size: 1 | 2 | 4): number {
    const { ports, timing, trace } = this.#around;
    this.engine.charge(timing.portAccess);
    const value = ports.read(port, size);
    trace?.(
      "port",
      () => `cpu ${this.index} in ${size * 8} 0x${port.toString(16)} = 0x${value.toString(16)}`,
    );
    return value;
  }
  portWrite(port: number, size: 1 | 2 | 4, value: number): void {
    const { ports, timing, trace } = this.#around;
    this.engine.charge(timing.portAccess);
    trace?.(
      "port",
      () => `cpu ${this.index} out ${size * 8} 0x${port.toString(16)} = 0x${value.toString(16)}`,
    );
    ports.write(port, size, value);
  }
  timestamp(): bigint {
    return BigInt(this.#around.timestamp());
  }
  random(): bigint {
    return this.#around.random();
  }
  readMsr(index: number): bigint | undefined {
    if (index === MPERF_READ_ONLY || index === APERF_READ_ONLY) return BigInt(this.engine.cycles);
    return this.apic.readMsr(index);
  }
  writeMsr(index: number, value: bigint): boolean {
    return this.apic.writeMsr(index, value);
  }
  takeInterrupt(): number | undefined {
    const { apic } = this;
    const pending = apic.pending();
    if (pending !== undefined) return this.#took(apic.acknowledge(pending), "apic");
    const { pics } = this.#around;
    // The PICs' INTR is wired to the first processor's LINT0.
    if (this.index === 0 && pics.output && apic.acceptsExtInt) return this.#took(pics.acknowledge(), "pic");
    this.cpu.setU32(S.ATTENTION, 0);
    return undefined;
  }
  #took(vector: number, from: string): number {
    this.#around.trace?.("irq", () => `cpu ${this.index} takes vector 0x${vector.toString(16)} from ${from}`);
    return vector;
  }
  takeNmi(): boolean {
    if (this.#nmis === 0) return false;
    this.#nmis--;
    return true;
  }
  get taskPriority(): number {
    return this.apic.taskPriority;
  }
  set taskPriority(value: number) {
    this.apic.taskPriority = value;
  }

  // ---------------------------------------------------------------------------------------------- the APIC's side

  nmi(): void {
    // One in service and one pending, as the processor keeps them.
    this.#nmis = Math.min(this.#nmis + 1, 2);
    this.attention();
  }
  init(): void {
    this.apic.init();
    initCpu(this.cpu);
    this.#nmis = 0;
    this.engine.interrupted();
    this.activity = this.index === 0 ? "running" : "waiting";
    this.#around.attention(this);
  }
  startup(vector: number): void {
    if (this.activity !== "waiting") return;
    const { cpu } = this;
    const cs = cpu.segment(S.CS);
    cs.selector = vector << 8;
    cs.base = BigInt(vector << 12);
    cpu.rip = 0n;
    this.activity = "running";
    this.waitUntil(this.#around.now());
    cpu.hooks.contextChanged();
    this.#around.attention(this);
  }
  attention(): void {
    this.cpu.setU32(S.ATTENTION, 1);
    this.#around.attention(this);
  }
  timestampOffset(): number {
    return Number(BigInt.asIntN(64, this.cpu.u64(S.TSC_OFFSET)));
  }
  /** It waits by MWAIT: a store can wake it. */
  get monitors(): boolean {
    return this.activity === "halted" && this.cpu.monitor !== undefined;
  }
  /** It waits by MWAIT, and what it watches has been written. */
  get wokenByMonitor(): boolean {
    return monitorTriggered(this.cpu);
  }
  /** IA32_APIC_BASE as both sides keep it, for firmware that has set the APIC up. */
  get apicBase(): bigint {
    return this.apic.readMsr(MSR_APIC_BASE) ?? 0n;
  }
}
