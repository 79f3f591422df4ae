/**
 * A machine as a CPU library: one processor, RAM where it is mapped, an engine that runs it, hooks to watch it.
 *
 * It starts flat (flat.ts): identity-mapped paging or real mode, ready for plain code. It has no devices; what asks for
 * them finds an empty bus. Documented for its users in docs/api.md.
 */
import {
  checkBytes,
  checkFunction,
  checkMode,
  checkNumber,
  checkOptions,
  wholeNumber,
} from "../isa/arguments.ts";
import type { Instruction } from "../isa/instruction.ts";
import { type TimingName, timingModel } from "../timing/model.ts";
import { BarePlatform } from "./bare-platform.ts";
import { Cpu } from "./cpu.ts";
import type {
  Engine,
  ExceptionAnswer,
  ExceptionEvent,
  Processor,
  ProcessorHooks,
  StopReason,
} from "./engine.ts";
import { DEFAULT_ENGINE, type EngineName, makeEngines } from "./engines.ts";
import { ADDRESS_END, type FlatEnvironment, type FlatMode, setKernelStack, setUpFlat } from "./flat.ts";
import { cpuBlock, memoryLayout } from "./layout.ts";
import { type MemoryAccess, Mmu } from "./mmu.ts";
import { PAGE, PhysicalMemory } from "./physical.ts";
import type { Platform } from "./platform.ts";
import { getRegister, setRegister } from "./registers.ts";
import { resetCpu } from "./reset.ts";

export interface BareMachineOptions {
  /** Code size and paging: 64 (default) and 32 with identity-mapped paging, 16 real mode. */
  readonly mode?: FlatMode;
  /** Privilege level to start at; 3 needs mode 32 or 64. Default 0. */
  readonly ring?: 0 | 3;
  readonly engine?: EngineName;
  /** Most bytes of RAM that can be mapped. They cost nothing until they are used. Default 256 MiB. */
  readonly memory?: number;
  /** Bytes for decoded code. Default 64 MiB; costs nothing until used. */
  readonly codeCache?: number;
  /** Starts the random numbers of RDRAND and RDSEED. Default 0. */
  readonly seed?: number | bigint;
  /** What instructions cost. Default "blocks". */
  readonly timing?: TimingName;
  /** Ports, interrupts and time. Default: nothing is there, and the seed decides RDRAND. */
  readonly platform?: Platform;
}

export interface RunOptions {
  /** Ends with "limit" after so many. Default: no limit. */
  readonly maxInstructions?: number;
}

/** What `onException` handlers see and may answer; see ExceptionAnswer. */
export type ExceptionHandler = (event: ExceptionEvent) => ExceptionAnswer | undefined;
export type InstructionHandler = (rip: bigint, instruction: Instruction) => void;
export type MemoryHandler = (access: MemoryAccess) => void;

/** Where `load` puts things. */
export const DEFAULT_BASE = 0x10000;
export const STACK_TOP = 0x7fff_0000;
export const STACK_SIZE = 0x10000;
export const REAL_STACK_TOP = 0x7000;
export const REAL_STACK_SIZE = 0x6000;

const DEFAULT_MEMORY = 256 << 20;
const DEFAULT_CODE_CACHE = 64 << 20;
/** Pages of page tables that a pool of RAM may need, beyond one for each 512 mapped pages. */
const TABLE_PAGES = 64;
const hex = (n: number): string => `0x${n.toString(16)}`;

export class BareMachine {
  readonly cpu: Cpu;
  readonly mmu: Mmu;
  readonly physical: PhysicalMemory;
  readonly engine: Engine;
  readonly #clearCode: () => void;
  readonly #memory: WebAssembly.Memory;
  readonly #ramStart: number;
  readonly #ramEnd: number;
  /** First byte of the RAM pool that has not been given out. */
  #ramNext: number;
  #mode: FlatMode;
  #ring: 0 | 3;
  #running = false;
  readonly #seed: bigint;
  readonly #givenPlatform: Platform | undefined;
  readonly #hooks: ProcessorHooks = { instruction: undefined, exception: undefined, stopRequested: false };
  readonly #processor: Processor & { platform: Processor["platform"] };
  #environment: FlatEnvironment = { tables: undefined };
  readonly #instructionHandlers: InstructionHandler[] = [];
  readonly #memoryHandlers: MemoryHandler[] = [];
  readonly #exceptionHandlers: ExceptionHandler[] = [];

  /** Throws RangeError for options out of range, TypeError for those of another type. */
  constructor(options: BareMachineOptions = {}) {
    checkOptions(options);
    const {
      mode = 64,
      ring = 0,
      memory = DEFAULT_MEMORY,
      codeCache = DEFAULT_CODE_CACHE,
      seed = 0n,
    } = options;
    const timing = timingModel(options.timing ?? "blocks");
    checkStart(mode, ring);
    if (options.platform !== undefined && (typeof options.platform !== "object" || options.platform === null))
      throw new TypeError("platform is an object of type Platform");
    for (const [name, value] of [
      ["memory", memory],
      ["codeCache", codeCache],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < 0)
        throw new RangeError(`${name} is a number of bytes, not ${value}`);
    }
    const pages = Math.ceil(memory / PAGE);
    const tables = TABLE_PAGES + Math.ceil(pages / 256);
    const layout = memoryLayout(codeCache, (pages + tables) * PAGE);
    this.#memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages });
    this.#ramStart = layout.ram;
    this.#ramEnd = layout.ramEnd;
    this.#ramNext = layout.ram;
    this.#mode = mode;
    this.#ring = ring;
    this.#seed = BigInt.asUintN(64, wholeNumber("seed", seed));
    this.#givenPlatform = options.platform;
    this.physical = new PhysicalMemory(this.#memory);
    this.cpu = new Cpu(this.#memory, cpuBlock(0));
    this.mmu = new Mmu(this.cpu, this.physical);
    this.cpu.memory = this.mmu;
    this.cpu.physical = this.physical;
    const platform = this.#platform();
    this.cpu.platform = platform;
    this.#processor = { cpu: this.cpu, mmu: this.mmu, platform, hooks: this.#hooks, timing };
    resetCpu(this.cpu);
    const { engines, clear } = makeEngines(
      options.engine ?? DEFAULT_ENGINE,
      [this.#processor],
      this.#memory,
      layout.codeCacheEnd,
    );
    this.engine = engines[0]!;
    this.#clearCode = clear;
    this.#setUp();
  }
  #platform(): Platform {
    return this.#givenPlatform ?? new BarePlatform(() => this.engine.cycles, this.#seed);
  }
  #setUp(): void {
    this.#environment = setUpFlat(this.cpu, this.physical, this.#mode, this.#ring, (start, size) =>
      this.#addRam(start, size),
    );
  }

  /**
   * As a new machine, with the same engine and hooks: nothing mapped, registers as at the start, counters at 0. Much
   * faster than a new one, since its memory is used again.
   */
  reset(options: Pick<BareMachineOptions, "mode" | "ring"> = {}): void {
    checkOptions(options);
    const { mode = this.#mode, ring = this.#ring } = options;
    checkStart(mode, ring);
    this.#mode = mode;
    this.#ring = ring;
    new Uint8Array(this.#memory.buffer).fill(0, this.#ramStart, this.#ramNext);
    this.#ramNext = this.#ramStart;
    this.physical.clear();
    this.#hooks.stopRequested = false;
    const platform = this.#platform();
    this.cpu.platform = platform;
    this.#processor.platform = platform;
    resetCpu(this.cpu);
    this.#clearCode();
    this.engine.reset();
    this.#setUp();
  }

  // --------------------------------------------------------------------------------------------------- memory

  /**
   * Makes the pages of [address, address + size) zeroed RAM, at the same linear address; those that are RAM already
   * stay as they are. Throws RangeError where the mode has no such addresses, or the memory is used up.
   */
  map(address: number | bigint, size: number | bigint): void {
    const [start, length] = range(address, size);
    const first = Math.floor(start / PAGE) * PAGE;
    const last = Math.ceil((start + length) / PAGE) * PAGE;
    const end = ADDRESS_END[this.#mode];
    if (last > end) {
      throw new RangeError(
        `${hex(start)}+${hex(length)} cannot be mapped: addresses of ${this.#mode}-bit mode end at ${hex(end)}`,
      );
    }
    for (let page = first; page < last; ) {
      const known = this.physical.ram.find((r) => page >= r.start && page < r.end);
      if (known !== undefined) {
        page = known.end;
        continue;
      }
      const next = this.physical.ram.find((r) => r.start > page);
      const until = Math.min(last, next?.start ?? last);
      this.#addRam(page, until - page);
      this.#environment.tables?.map(page, page, until - page, true);
      page = until;
    }
    this.cpu.hooks.flushTlb("all");
  }
  #addRam(start: number, size: number): void {
    if (this.#ramNext + size > this.#ramEnd) {
      throw new RangeError(
        `no memory left for ${hex(size)} bytes of RAM at ${hex(start)}; give the machine more (option "memory")`,
      );
    }
    this.physical.addRam(start, size, this.#ramNext);
    this.#ramNext += size;
  }

  /** A copy of `length` bytes of RAM at physical `address`. Throws RangeError where they are not all mapped. */
  read(address: number | bigint, length: number): Uint8Array {
    this.#pieces(address, length, () => {}); // so that a length beyond all memory is never allocated
    const out = new Uint8Array(length);
    this.#pieces(address, length, (host, at, size) => {
      out.set(new Uint8Array(this.#memory.buffer, host, size), at);
    });
    return out;
  }
  /** Writes RAM at physical `address`, mapped or not writable for the guest. Throws RangeError where it is not all mapped. */
  write(address: number | bigint, bytes: ArrayLike<number>): void {
    this.engine.interrupted();
    const data = bytes instanceof Uint8Array ? bytes : bytesOf(bytes);
    this.#pieces(address, data.length, (host, at, size, physical) => {
      new Uint8Array(this.#memory.buffer, host, size).set(data.subarray(at, at + size));
      this.mmu.written?.(physical, size);
    });
  }
  /** Calls `f` for each part that lies in one page, after checking that all of them are RAM. */
  #pieces(
    address: number | bigint,
    length: number,
    f: (host: number, at: number, size: number, physical: number) => void,
  ): void {
    const [start, size] = range(address, length);
    for (const act of [false, true]) {
      for (let at = 0; at < size; ) {
        const physical = start + at;
        const piece = Math.min(size - at, PAGE - (physical % PAGE));
        const host = this.physical.host(physical);
        if (host < 0) throw new RangeError(`${hex(physical)} is not mapped`);
        if (act) f(host, at, piece, physical);
        at += piece;
      }
    }
  }

  /**
   * Loads a program: RAM with `code` at `address`, a stack, and rip and rsp set to them. The stack is 64 KiB below
   * STACK_TOP, in real mode 24 KiB below REAL_STACK_TOP. Real mode runs code within the first 64 KiB with cs 0, other code
   * with cs at its start. Throws RangeError as `map` does.
   */
  load(code: Uint8Array, address: number | bigint = DEFAULT_BASE): void {
    checkBytes("the code", code);
    const [base, size] = range(address, code.length);
    this.map(base, size);
    this.write(base, code);
    if (this.#mode !== 16) {
      this.map(STACK_TOP - STACK_SIZE, STACK_SIZE);
      this.set("rip", base);
      this.set("rsp", STACK_TOP);
      setKernelStack(this.physical, this.#mode, BigInt(STACK_TOP - STACK_SIZE / 2));
      return;
    }
    const own = base + size > 0x10000;
    if (own && base > 0xffff0) throw new RangeError(`real mode cannot run code at ${hex(base)}`);
    this.map(REAL_STACK_TOP - REAL_STACK_SIZE, REAL_STACK_SIZE);
    this.set("cs", own ? base >> 4 : 0);
    this.set("rip", own ? base & 15 : base);
    this.set("rsp", REAL_STACK_TOP);
  }

  // ------------------------------------------------------------------------------------------------ registers

  /** A register by name (registers.ts), as an unsigned bigint. Throws RangeError for an unknown name. */
  get(name: string): bigint {
    return getRegister(this.cpu, name);
  }
  /** Sets a register. Throws RangeError for an unknown name or a value that it cannot take. */
  set(name: string, value: number | bigint): void {
    this.engine.interrupted();
    setRegister(this.cpu, name, wholeNumber("the value", value));
  }

  // -------------------------------------------------------------------------------------------------- running

  /** Runs until something ends it. An exception that a hook throws comes through; throws Error if called by a hook. */
  run(options: RunOptions = {}): StopReason {
    checkOptions(options);
    const { maxInstructions = Number.POSITIVE_INFINITY } = options;
    if (typeof maxInstructions !== "number") throw new TypeError("maxInstructions is a number");
    if (!(maxInstructions >= 0))
      throw new RangeError(`maxInstructions is not negative, unlike ${maxInstructions}`);
    if (this.#running) throw new Error("the machine is running: a hook cannot run it");
    this.#hooks.stopRequested = false;
    this.#running = true;
    try {
      return this.engine.run(maxInstructions);
    } finally {
      this.#running = false;
    }
  }
  /** Executes one instruction, or delivers one exception. "limit" says that more can follow. */
  step(): StopReason {
    return this.run({ maxInstructions: 1 });
  }
  /** For hooks: ends the run before the next instruction. */
  stop(): void {
    this.#hooks.stopRequested = true;
  }
  /** Executed since the start or the last reset. */
  get instructions(): number {
    return this.engine.instructions;
  }
  get cycles(): number {
    return this.engine.cycles;
  }

  // ---------------------------------------------------------------------------------------------------- hooks
  // Each returns a function that takes the handler away again.

  /** Called before each instruction. */
  onInstruction(handler: InstructionHandler): () => void {
    return this.#add(this.#instructionHandlers, handler);
  }
  /** Called for each access to data, also those of the processor itself to tables and stacks, after its checks. */
  onMemory(handler: MemoryHandler): () => void {
    return this.#add(this.#memoryHandlers, handler);
  }
  /** Called before an exception is delivered; the first answer that is not undefined counts. */
  onException(handler: ExceptionHandler): () => void {
    return this.#add(this.#exceptionHandlers, handler);
  }
  #add<T>(list: T[], handler: T): () => void {
    checkFunction("a handler", handler);
    list.push(handler);
    this.#publish();
    return () => {
      const i = list.indexOf(handler);
      if (i >= 0) list.splice(i, 1);
      this.#publish();
    };
  }
  /** Puts the lists where engines look; nothing there costs nothing. */
  #publish(): void {
    const instruction = this.#instructionHandlers;
    const memory = this.#memoryHandlers;
    const exception = this.#exceptionHandlers;
    this.#hooks.instruction =
      instruction.length === 0 ? undefined : (rip, insn) => instruction.forEach((f) => void f(rip, insn));
    this.mmu.observer = memory.length === 0 ? undefined : (access) => memory.forEach((f) => void f(access));
    this.#hooks.exception =
      exception.length === 0
        ? undefined
        : (event) => {
            for (const f of exception) {
              const answer = f(event);
              if (answer !== undefined) return answer;
            }
            return undefined;
          };
    this.cpu.hooks.flushTlb("all");
  }
}

function checkStart(mode: FlatMode, ring: number): void {
  checkMode(mode);
  if (ring !== 0 && ring !== 3) throw new RangeError(`ring is 0 or 3, not ${ring}`);
  if (ring === 3 && mode === 16) throw new RangeError("real mode has no ring 3");
}

/** Numbers as bytes. Throws TypeError for what has none, RangeError for a number that is no byte. */
function bytesOf(numbers: ArrayLike<number>): Uint8Array {
  if (typeof numbers !== "object" || numbers === null || typeof numbers.length !== "number")
    throw new TypeError("bytes are a Uint8Array or an array of numbers");
  const bytes = Uint8Array.from(numbers);
  for (const [i, byte] of bytes.entries())
    if (numbers[i] !== byte) throw new RangeError(`${String(numbers[i])} is not a byte: 0 to 255`);
  return bytes;
}

/** An address and a size as numbers. */
function range(address: number | bigint, size: number | bigint): [number, number] {
  checkNumber("an address", address);
  checkNumber("a size", size);
  const start = Number(address);
  const length = Number(size);
  if (!Number.isSafeInteger(start) || start < 0) throw new RangeError(`${address} is not an address`);
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`${size} is not a number of bytes`);
  return [start, length];
}
