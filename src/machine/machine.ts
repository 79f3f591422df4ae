/**
 * The whole computer: processors, RAM, the board with its devices, and virtual time that drives them all.
 *
 * Processors take turns in one thread. Time is cycles: the processor that is behind runs next, up to the next event, or a
 * little past the others (QUANTUM); so who runs when depends on nothing but the guest. Interrupts are taken at the first
 * boundary at or after their cycle. A machine whose processors all wait goes straight to the next event.
 *
 * It does no input or output itself: backends do (host/backends.ts). A run is a call; who wants a responsive host runs in
 * slices of `until`, which changes nothing of what happens in the machine.
 */

import { checkBytes, checkOptions, checkString, wholeNumber } from "../isa/arguments.ts";
import * as S from "../isa/state.ts";
import { type TimingModel, type TimingName, timingModel } from "../timing/model.ts";
import { BarePlatform } from "./bare-platform.ts";
import { applyPlan } from "./boot/apply.ts";
import { planBoot } from "./boot/boot.ts";
import type { BootPlan, BootRequest } from "./boot/plan.ts";
import { BusMaster } from "./bus-master.ts";
import { Chipset, type Peripherals } from "./chipset.ts";
import type { Engine, ExceptionEvent } from "./engine.ts";
import { DEFAULT_ENGINE, type EngineName, makeEngines } from "./engines.ts";
import { EventQueue } from "./event-queue.ts";
import { Firmware, type NumaNode } from "./firmware.ts";
import { cpuBlock, DEFAULT_CODE_CACHE_SIZE, MAX_CPUS, memoryLayout } from "./layout.ts";
import { memoryMap, ramRanges } from "./memory-map.ts";
import { PAGE, PhysicalMemory } from "./physical.ts";
import { PortBus } from "./port-bus.ts";
import { StateHash } from "./state-hash.ts";
import { placeProcessors } from "./topology.ts";
import { type Surroundings, Vcpu } from "./vcpu.ts";

export const TRACE_CHANNELS = ["port", "mmio", "irq", "exception", "virtio", "processor"] as const;
export type TraceChannel = (typeof TRACE_CHANNELS)[number];
/** Told of what happens, as text that is made when asked for; `cycle` is when. */
export type Tracer = (channel: TraceChannel, cycle: number, text: () => string) => void;

export interface MachineOptions extends Partial<Peripherals> {
  /** Bytes of RAM: a multiple of 4 KiB, at least 2 MiB. Default 256 MiB. */
  readonly memory?: number;
  /** Processors, 1 to 8. Default 1. */
  readonly cpus?: number;
  readonly engine?: EngineName;
  readonly timing?: TimingName;
  /** Cycles a second of the virtual clock. Default 3 GHz. */
  readonly frequency?: number;
  /** Starts the random numbers of RDRAND, RDSEED and what else is random. Default 0. */
  readonly seed?: number | bigint;
  /** Bytes for decoded code. Default 64 MiB. */
  readonly codeCache?: number;
  /** Nodes of memory and processors that ACPI tells of (SRAT, SLIT). Default: none. */
  readonly numa?: readonly NumaNode[];
  /** Only what these channels tell is made. */
  readonly trace?: { readonly channels: ReadonlySet<TraceChannel>; readonly tracer: Tracer };
}

/** Why a run ended. */
export type MachineStop =
  /** The guest has switched the machine off. */
  | { readonly kind: "power-off" }
  /** By the debug-exit port. */
  | { readonly kind: "exit"; readonly status: number }
  /** The guest has asked for a reset; call `reset` to go on. */
  | { readonly kind: "reset" }
  /** A processor could not deliver a double fault. */
  | ({ readonly kind: "triple-fault"; readonly cpu: number } & ExceptionEvent)
  /** All processors wait, and no event will come but from outside. */
  | { readonly kind: "idle" }
  /** `until` or `maxInstructions` has been reached. */
  | { readonly kind: "limit" }
  /** By `stop`. */
  | { readonly kind: "stopped" };

/** What is booted; bytes, as they are in files. */
export type MachineBoot = Omit<BootRequest, "memoryMap" | "rsdp" | "rsdpBytes" | "commandLine"> & {
  /** Without a zero character. Default: empty. */
  readonly commandLine?: string | undefined;
};

export interface MachineRunOptions {
  /** Cycle to run to. Default: none. */
  readonly until?: number;
}

export interface MachineStatistics {
  readonly instructions: number;
  readonly cycles: number;
  /** Virtual time: cycles by the frequency. */
  readonly seconds: number;
  readonly tlbMisses: number;
  /** Cycles in which at least one processor ran. */
  readonly cpus: readonly {
    readonly instructions: number;
    readonly cycles: number;
    readonly tlbMisses: number;
  }[];
}

/** Which processor runs, and the cycle until which it may. */
interface Turn {
  readonly vcpu: Vcpu;
  readonly end: number;
}

const MIB = 2 ** 20;
const DEFAULT_MEMORY = 256 * MIB;
const LEAST_MEMORY = 2 * MIB;
/** How far a processor may run past the others, in cycles: 10 µs. Spinning for a lock costs at most that. */
const QUANTUM = 30_000;
/** Of the local APIC's timer. */
const BUS_FREQUENCY = 1_000_000_000;
const LOCAL_APIC_PAGE = 0xfee0_0000;
/** 2026-01-01 00:00 UTC. */
const DEFAULT_TIME = 1_767_225_600;

export class Machine {
  readonly vcpus: readonly Vcpu[];
  readonly chipset: Chipset;
  readonly physical: PhysicalMemory;
  readonly memoryBytes: number;
  readonly timing: TimingModel;
  /** RAM as devices and loaders reach it. */
  readonly memory: BusMaster;
  readonly clock: EventQueue;
  readonly #wasm: WebAssembly.Memory;
  readonly #clearCode: () => void;
  readonly #firmware: Firmware;
  readonly #random: BarePlatform;
  readonly #ramStart: number;
  readonly #trace: ((channel: TraceChannel, text: () => string) => void) | undefined;
  #boot: BootPlan | undefined;
  /** Where time is while no processor runs. */
  #time = 0;
  #current: Vcpu | undefined;
  /** The processor whose turn it is, and until when; undefined: choose. */
  #turn: Turn | undefined;
  #limit = 0;
  /** The latest that a time-stamp counter has shown: a processor that is behind sees no earlier time than one that was ahead. */
  #timestamp = 0;
  #stop: MachineStop | undefined;
  #running = false;
  /** Of engines before the last reset. */
  #instructionsBefore = 0;

  /** Throws RangeError for options out of range. */
  constructor(options: MachineOptions = {}) {
    checkOptions(options);
    const { memory = DEFAULT_MEMORY, cpus = 1, frequency = 3e9, seed = 0n } = options;
    if (!Number.isSafeInteger(memory) || memory < LEAST_MEMORY || memory % PAGE !== 0) {
      throw new RangeError(`memory is a multiple of 4096 bytes of at least 2 MiB, not ${memory}`);
    }
    if (!Number.isInteger(cpus) || cpus < 1 || cpus > MAX_CPUS)
      throw new RangeError(`cpus is 1 to ${MAX_CPUS}, not ${cpus}`);
    if (!Number.isSafeInteger(frequency) || frequency < 1e6 || frequency > 1e11)
      throw new RangeError(`frequency is 1 MHz to 100 GHz in Hz, not ${frequency}`);
    this.memoryBytes = memory;
    this.timing = timingModel(options.timing ?? "blocks");
    this.#random = new BarePlatform(() => this.clock.now, BigInt.asUintN(64, wholeNumber("seed", seed)));
    const { trace } = options;
    this.#trace =
      trace &&
      ((channel, text) => {
        if (trace.channels.has(channel)) trace.tracer(channel, this.clock.now, text);
      });

    const ram = ramRanges(memory);
    const size = ram.reduce((sum, r) => sum + r.size, 0);
    const layout = memoryLayout(options.codeCache ?? DEFAULT_CODE_CACHE_SIZE, size);
    this.#wasm = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages });
    this.#ramStart = layout.ram;
    this.physical = new PhysicalMemory(this.#wasm);
    let at = layout.ram;
    for (const range of ram) {
      this.physical.addRam(range.start, range.size, at);
      at += range.size;
    }
    this.physical.deviceAccess = (address, bytes, write) => this.#deviceAccess(address, bytes, write);
    this.memory = new BusMaster(this.physical, (address, bytes) => this.#engine.written(address, bytes));

    this.clock = new EventQueue({
      frequency,
      now: () => this.#current?.time ?? this.#time,
      earlier: (cycle) => {
        if (cycle < this.#limit) this.#current?.engine.cut();
      },
    });
    const ports = new PortBus();
    this.chipset = new Chipset({
      time: DEFAULT_TIME,
      ...options,
      clock: this.clock,
      memoryBytes: memory,
      cpus,
      physical: this.physical,
      ports,
      busMaster: this.memory,
      powerOff: () => this.#end({ kind: "power-off" }),
      reset: () => this.#end({ kind: "reset" }),
      exit: (status) => this.#end({ kind: "exit", status }),
      trace: this.#trace,
    });
    const around: Surroundings = {
      memory: this.#wasm,
      physical: this.physical,
      ports,
      pics: this.chipset.pics,
      timing: this.timing,
      random: () => this.#random.random(),
      now: () => this.clock.now,
      timestamp: () => {
        this.#timestamp = Math.max(this.#timestamp, this.clock.now);
        return this.#timestamp;
      },
      attention: (vcpu) => this.#attention(vcpu),
      trace: this.#trace,
    };
    this.vcpus = placeProcessors(cpus, options.numa).map((place, i) => {
      const identity = {
        ...place,
        frequency,
        busFrequency: BUS_FREQUENCY,
        features: ["apic", "x2apic", "tsc_deadline_timer", "eff_freq_ro"],
      } as const;
      const { apicBus: bus } = this.chipset;
      const apic = { clock: this.clock, bus, busHertz: BUS_FREQUENCY };
      return new Vcpu(around, i, cpuBlock(i), identity, apic);
    });
    this.chipset.pics.onOutput = () => this.vcpus[0]?.attention();
    // Each processor finds its own local APIC there.
    const apic = () => (this.#current ?? this.#first).apic;
    this.physical.addMmio(LOCAL_APIC_PAGE, PAGE, {
      widest: 4,
      read: (offset, bytes) => apic().read(offset, bytes),
      write: (offset, bytes, value) => apic().write(offset, bytes, value),
    });
    const { engines, clear } = makeEngines(
      options.engine ?? DEFAULT_ENGINE,
      this.vcpus.map((v) => v.processor),
      this.#wasm,
      layout.codeCacheEnd,
    );
    this.#clearCode = clear;
    this.vcpus.forEach((vcpu, i) => {
      vcpu.engine = engines[i]!;
      vcpu.reset();
      vcpu.hooks.exception =
        this.#trace &&
        ((event) => {
          this.#trace?.("exception", () => exceptionText(vcpu.index, event));
          return undefined;
        });
    });
    this.#firmware = new Firmware({
      memory,
      vcpus: this.vcpus,
      serial: options.serial?.map((s) => s !== undefined) ?? [],
      numa: options.numa,
    });
    this.#firmware.install(this.memory);
  }
  get #first(): Vcpu {
    return this.vcpus[0]!;
  }
  get #engine(): Engine {
    return this.#first.engine;
  }

  // ------------------------------------------------------------------------------------------------------ booting

  /**
   * Loads a kernel (boot/boot.ts) and remembers how, for resets. Throws BootError for files that cannot be booted, TypeError for
   * what is no request.
   */
  boot(request: MachineBoot): BootPlan {
    checkOptions(request);
    const { kernel, initrd, modules = [], commandLine = "" } = request;
    checkBytes("the kernel", kernel);
    if (initrd !== undefined) checkBytes("the initrd", initrd);
    for (const { bytes } of modules) checkBytes("a module", bytes);
    checkString("the command line", commandLine);
    const { rsdp, rsdpBytes } = this.#firmware;
    const plan = planBoot({
      ...request,
      commandLine,
      memoryMap: memoryMap(this.memoryBytes),
      rsdp,
      rsdpBytes,
    });
    this.#apply(plan);
    this.#boot = plan;
    return plan;
  }
  #apply(plan: BootPlan): void {
    applyPlan(plan, this.#first.cpu, this.memory);
    this.#first.activity = "running";
    this.#first.engine.interrupted();
  }

  /** Power off and on again: RAM cleared, all devices reset, the kernel loaded anew. Time goes on. */
  reset(): void {
    const now = this.clock.now;
    this.#time = now;
    this.#turn = undefined;
    this.#stop = undefined;
    new Uint8Array(this.#wasm.buffer, this.#ramStart).fill(0);
    this.#instructionsBefore = this.instructions;
    this.chipset.reset();
    this.#clearCode();
    for (const vcpu of this.vcpus) {
      vcpu.reset();
      vcpu.engine.reset();
      vcpu.restartTime(now);
    }
    this.#firmware.install(this.memory);
    if (this.#boot !== undefined) this.#apply(this.#boot);
  }

  // ------------------------------------------------------------------------------------------------------ running

  /** Runs until something ends it. Throws what a hook throws, and Error if called from within a run. */
  run(options: MachineRunOptions = {}): MachineStop {
    checkOptions(options);
    const { until = Number.POSITIVE_INFINITY } = options;
    if (typeof until !== "number" || Number.isNaN(until))
      throw new TypeError(`until is a number of cycles, not ${String(until)}`);
    if (this.#running) throw new Error("the machine is running: what it calls cannot run it");
    this.#running = true;
    try {
      return this.#run(until);
    } finally {
      this.#running = false;
      this.#current = undefined;
      this.chipset.flush();
    }
  }
  #run(until: number): MachineStop {
    for (;;) {
      if (this.#stop !== undefined) {
        const stop = this.#stop;
        if (stop.kind !== "power-off") this.#stop = undefined;
        return stop;
      }
      // A turn goes on over the end of a run as if there had been none: nothing else is looked at, so that runs may be cut anywhere.
      const turn = this.#turn;
      if (turn === undefined || !this.#goesOn(turn)) {
        this.#wakeByMonitors();
        const { next } = this.clock;
        const behind = this.#behind();
        if (behind === undefined) {
          // All wait. Time stands still where nothing but outside can end that, so that it does not depend on `until`.
          if (next === Number.POSITIVE_INFINITY) return { kind: "idle" };
          if (next > until) {
            this.#time = Math.max(this.#time, until);
            return { kind: "limit" };
          }
          this.#fire(Math.max(next, this.#time));
          continue;
        }
        this.#time = Math.max(this.#time, behind.time);
        if (next <= behind.time) this.#fire(this.#time);
        else this.#begin(behind);
        continue;
      }
      const { vcpu, end } = turn;
      if (vcpu.time >= until) return { kind: "limit" };
      const stop = this.#execute(vcpu, Math.min(end, this.clock.next, until));
      if (stop !== undefined) return stop;
    }
  }
  #fire(cycle: number): void {
    this.#time = cycle;
    this.clock.fire(cycle);
  }
  /** The running processor that is furthest behind; the first of equals. */
  #behind(): Vcpu | undefined {
    let behind: Vcpu | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const vcpu of this.vcpus) {
      if (vcpu.activity !== "running") continue;
      const { time } = vcpu;
      if (time < least) {
        least = time;
        behind = vcpu;
      }
    }
    return behind;
  }
  #wakeByMonitors(): void {
    for (const vcpu of this.vcpus) if (vcpu.activity === "halted" && vcpu.wokenByMonitor) this.#wake(vcpu);
  }
  #goesOn({ vcpu, end }: Turn): boolean {
    if (vcpu.activity !== "running") return false;
    const { time } = vcpu;
    return time < end && time < this.clock.next;
  }
  /** Who has no one beside that runs, or could be woken by a store, goes on until an event. */
  #begin(vcpu: Vcpu): void {
    const alone = this.vcpus.every((v) => v === vcpu || (v.activity !== "running" && !v.monitors));
    this.#turn = { vcpu, end: alone ? Number.POSITIVE_INFINITY : vcpu.time + QUANTUM };
  }
  #execute(vcpu: Vcpu, limit: number): MachineStop | undefined {
    this.#current = vcpu;
    this.#limit = limit;
    const reason = vcpu.engine.run(Number.POSITIVE_INFINITY, limit - vcpu.time);
    this.#current = undefined;
    this.#limit = 0;
    this.#time = Math.max(this.#time, Math.min(vcpu.time, this.#behind()?.time ?? vcpu.time));
    switch (reason.kind) {
      case "limit":
      case "stopped":
        return undefined;
      case "hlt":
        vcpu.activity = "halted";
        return undefined;
      case "exception": {
        vcpu.activity = "off";
        const { vector, errorCode, address, rip } = reason;
        return { kind: "triple-fault", cpu: vcpu.index, vector, errorCode, address, rip };
      }
    }
  }
  /** Ends the run in progress, or the next at once; from hooks, devices and backends. */
  stop(): void {
    this.#end({ kind: "stopped" });
  }
  #end(stop: MachineStop): void {
    if (this.#stop?.kind !== "power-off") this.#stop = stop;
    this.#current?.engine.cut();
  }
  #attention(vcpu: Vcpu): void {
    if (vcpu === this.#current) vcpu.engine.cut();
    else if (vcpu.activity === "halted") this.#wake(vcpu);
    else if (vcpu.activity === "running") this.#joined(vcpu);
  }
  #wake(vcpu: Vcpu): void {
    vcpu.activity = "running";
    this.#joined(vcpu);
  }
  /** A processor that did not run does so from now on: whoever runs alone does so no longer. */
  #joined(vcpu: Vcpu): void {
    vcpu.waitUntil(this.clock.now);
    const turn = this.#turn;
    if (turn !== undefined && turn.end === Number.POSITIVE_INFINITY) {
      this.#turn = undefined;
      this.#current?.engine.cut();
    }
  }
  #deviceAccess(address: number, size: number, write: boolean): void {
    this.#current?.engine.charge(this.timing.deviceAccess);
    this.#trace?.(
      "mmio",
      () =>
        `cpu ${this.#current?.index ?? 0} ${write ? "write" : "read"} ${size * 8} 0x${address.toString(16)}`,
    );
  }

  // ------------------------------------------------------------------------------------------------------ looking

  /** Executed by all processors since power-up. */
  get instructions(): number {
    return this.vcpus.reduce((sum, v) => sum + v.engine.instructions, this.#instructionsBefore);
  }
  /** Virtual time since power-up, in cycles. */
  get cycles(): number {
    return this.clock.now;
  }
  get statistics(): MachineStatistics {
    const cpus = this.vcpus.map(({ engine }) => ({
      instructions: engine.instructions,
      cycles: engine.cycles,
      tlbMisses: engine.tlbMisses,
    }));
    return {
      instructions: this.instructions,
      cycles: this.cycles,
      seconds: this.cycles / this.clock.frequency,
      tlbMisses: cpus.reduce((sum, c) => sum + c.tlbMisses, 0),
      cpus,
    };
  }
  /** Of everything that what happens next depends on: equal for equal runs. Sixteen hexadecimal digits. */
  stateHash(): string {
    const hash = new StateHash();
    const { buffer } = this.#wasm;
    for (const { host, start, end } of this.physical.ram) {
      hash.text(`${start}`);
      hash.memory(buffer, host, end - start);
    }
    for (const vcpu of this.vcpus) {
      // What flags are made from differs between engines where the flags do not.
      const words = new Uint32Array(buffer, vcpu.cpu.base, S.TLB_KEY / 4).slice();
      hash.words(words.fill(0, S.ZF_SOURCE / 4, S.RFLAGS / 4));
      hash.word(vcpu.cpu.rflags);
      hash.words(new Uint32Array(buffer, vcpu.cpu.base + S.STORED_MSRS, S.STORED_MSRS_SIZE / 4));
      const { activity, time, engine } = vcpu;
      hash.text(JSON.stringify([activity, time, engine.instructions, vcpu.apic.state()]));
    }
    for (const device of this.chipset.devices) hash.text(JSON.stringify([device.name, device.state()]));
    hash.text(JSON.stringify(this.clock.armed));
    return hash.digest();
  }
}

const exceptionText = (cpu: number, { vector, errorCode, address, rip }: ExceptionEvent): string =>
  `cpu ${cpu} exception ${vector}${errorCode === undefined ? "" : ` error 0x${errorCode.toString(16)}`}${
    address === undefined ? "" : ` address 0x${address.toString(16)}`
  } at 0x${rip.toString(16)}`;
