/**
 * A processor with the real MMU and helpers and the plainest loop around them: evaluate an instruction, deliver what it
 * raises. Runs the programs of tests/machine/programs as a multiboot loader would enter them; port E9h collects
 * output, port F4h stops.
 */
import { decode, isFailure } from "../../src/isa/decode.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import { evaluate } from "../../src/isa/readings/evaluate.ts";
import * as S from "../../src/isa/state.ts";
import { Cpu } from "../../src/machine/cpu.ts";
import { Fault } from "../../src/machine/fault.ts";
import { HELPER_IMPLEMENTATIONS } from "../../src/machine/helpers/index.ts";
import { deliver, type Event, eventOf } from "../../src/machine/interrupts.ts";
import { Mmu } from "../../src/machine/mmu.ts";
import { PhysicalMemory } from "../../src/machine/physical.ts";
import type { Platform } from "../../src/machine/platform.ts";
import { resetCpu } from "../../src/machine/reset.ts";

const RAM_HOST = 0x10000;
const LOAD_ADDRESS = 0x100000;

class Stop extends Error {}

/** Ports and time for a processor alone: the clock is the number of instructions. */
class BarePlatform implements Platform {
  readonly output: number[] = [];
  /** Last value written to each port, read back by IN. */
  readonly ports = new Map<number, number>();
  readonly msrs = new Map<number, bigint>();
  clock = 0n;
  taskPriority = 0;
  portRead(port: number, size: 1 | 2 | 4): number {
    return this.ports.get(port) ?? (size === 1 ? 0xff : size === 2 ? 0xffff : 0xffffffff);
  }
  portWrite(port: number, _size: 1 | 2 | 4, value: number): void {
    if (port === 0xe9) this.output.push(value & 0xff);
    else if (port === 0xf4) throw new Stop();
    else this.ports.set(port, value);
  }
  timestamp(): bigint {
    return this.clock;
  }
  random(): bigint {
    return 0x0123456789abcdefn;
  }
  readMsr(index: number): bigint | undefined {
    return this.msrs.get(index);
  }
  writeMsr(index: number, value: bigint): boolean {
    if (index !== 0x1b && !this.msrs.has(index)) return false;
    this.msrs.set(index, value);
    return true;
  }
  takeInterrupt(): undefined {
    return undefined;
  }
  takeNmi(): boolean {
    return false;
  }
}

export class Bare {
  readonly cpu: Cpu;
  readonly physical: PhysicalMemory;
  readonly platform = new BarePlatform();
  readonly #decoded = new Map<number, Instruction>();

  /** `ram` bytes of RAM from 0. The processor is as after RESET. */
  constructor(ram = 0x400000) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((RAM_HOST + ram) / 65536) });
    this.physical = new PhysicalMemory(memory);
    this.physical.addRam(0, ram, RAM_HOST);
    this.cpu = new Cpu(memory, 0);
    this.cpu.physical = this.physical;
    this.cpu.memory = new Mmu(this.cpu, this.physical);
    this.cpu.platform = this.platform;
    resetCpu(this.cpu);
  }

  writeBytes(address: number, bytes: ArrayLike<number>): void {
    this.#decoded.clear();
    for (let i = 0; i < bytes.length; i++) this.physical.write(address + i, 1, BigInt(bytes[i] ?? 0));
  }

  /** Loads a flat image and enters it as multiboot does: 32-bit protected mode, flat segments, no paging. */
  loadMultiboot(image: Uint8Array): void {
    const header = new DataView(image.buffer, image.byteOffset);
    this.writeBytes(LOAD_ADDRESS, image);
    this.protect32();
    this.cpu.rip = BigInt(header.getUint32(28, true));
    this.cpu.setReg(S.RAX, 0x2badb002n);
  }

  /** Flat 32-bit protected mode at level 0. */
  protect32(): void {
    const { cpu } = this;
    cpu.setU64(S.CR0, 0x11n);
    for (let i = 0; i < 6; i++) {
      const s = cpu.segment(i);
      s.selector = i === S.CS ? 8 : 16;
      s.base = 0n;
      s.limit = 0xffffffff;
      s.attributes = i === S.CS ? 0xc09b : 0xc093;
    }
  }

  /** The instruction at rip. Code that has run once is not looked at again until `writeBytes`. */
  #fetch(): Instruction {
    const { cpu } = this;
    const mode = cpu.mode;
    const cs = cpu.segment(S.CS);
    const linearOf = (offset: bigint): bigint => {
      if (mode === 64) return BigInt.asUintN(64, offset);
      if (offset > BigInt(cs.limit)) throw new Fault("GP", 0);
      return BigInt.asUintN(32, cs.base + offset);
    };
    const physicalOf = (offset: bigint): number => cpu.memory.translate(linearOf(offset), "fetch", "current");
    const first = physicalOf(cpu.rip);
    const key = first * 4 + (mode === 64 ? 2 : mode === 32 ? 1 : 0);
    const known = this.#decoded.get(key);
    if (known !== undefined) return known;
    const bytes: number[] = [];
    let stopped: Fault | undefined;
    while (bytes.length < 15) {
      try {
        bytes.push(Number(this.physical.read(physicalOf(cpu.rip + BigInt(bytes.length)), 1)));
      } catch (e) {
        if (!(e instanceof Fault)) throw e;
        stopped = e;
        break;
      }
    }
    const insn = decode(Uint8Array.from(bytes), 0, { mode });
    if (isFailure(insn)) {
      if (insn.kind === "truncated" && stopped) throw stopped;
      throw insn.kind === "invalid" ? new Fault("UD") : new Fault("GP", 0);
    }
    if ((first % 4096) + insn.length <= 4096) this.#decoded.set(key, insn);
    return insn;
  }

  /** One instruction; what it raised is returned, not delivered. */
  execute(): Fault | undefined {
    const { cpu } = this;
    this.platform.clock++;
    try {
      const insn = this.#fetch();
      evaluate(insn, cpu, {
        raise: (exception, errorCode) => {
          throw new Fault(exception, errorCode);
        },
        helper: (name, i) => HELPER_IMPLEMENTATIONS[name](cpu, i),
      });
      cpu.rip = cpu.nextRip;
      return undefined;
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      return e;
    }
  }

  /** One instruction, or the delivery of what it raised. */
  step(): Event | undefined | "shutdown" {
    const fault = this.execute();
    if (fault === undefined) return undefined;
    const event = eventOf(fault);
    return deliver(this.cpu, event) === "shutdown" ? "shutdown" : event;
  }

  /** Runs until port F4h is written, the processor halts, or shuts down; or `limit` instructions. */
  run(limit: number, trace?: (cpu: Cpu) => void): "stopped" | "halted" | "shutdown" | "limit" {
    try {
      for (let i = 0; i < limit; i++) {
        trace?.(this.cpu);
        if (this.step() === "shutdown") return "shutdown";
        if (this.cpu.halted) return "halted";
      }
    } catch (e) {
      if (e instanceof Stop) return "stopped";
      throw e;
    }
    return "limit";
  }
}
