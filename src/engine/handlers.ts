/**
 * Handlers by shape: numbers in the function table, with the code behind them made when first needed, many to a module
 * where a list of shapes is known beforehand.
 */
import type { Instruction } from "../isa/instruction.ts";
import type { Row } from "../isa/row.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import type { Prebuilt } from "./chunks.ts";
import { writeHandler } from "./handler-ops.ts";
import { buildRuntime, FIXED_HANDLERS, TABLE_SIZE } from "./runtime.ts";
import { HANDLER_TYPE, type HostFunction, RuntimeCalls } from "./runtime-calls.ts";
import { chunkOf, shapeKey, shapeNumber } from "./shape.ts";

export type HostFunctions = Readonly<Record<HostFunction, (...args: number[]) => number>>;

/** Bytes of a module with a handler for each instruction's shape, exported as h0, h1, …; placed in the table at `first`. */
export function buildHandlers(instructions: readonly Instruction[], first: number): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder();
  m.importMemory("vitrine", "memory", { initial: 1 });
  const table = m.importTable("vitrine", "table", { initial: TABLE_SIZE });
  const calls = new RuntimeCalls(m);
  const functions: FunctionBuilder[] = instructions.map((insn) => {
    const f = m.function(HANDLER_TYPE);
    try {
      writeHandler(f, insn, calls);
    } catch (e) {
      throw new Error(`handler ${shapeKey(insn)}: ${e instanceof Error ? e.message : String(e)}`);
    }
    return f;
  });
  m.elements(functions, first, table);
  return m.finish();
}

export class Handlers {
  readonly #imports: Record<string, WebAssembly.ImportValue>;
  /** By shapeKey; and by row and shapeNumber, of those that have been asked for. */
  readonly #index = new Map<string, number>();
  readonly #numbers = new Map<Row, Map<number, number>>();
  #next: number = FIXED_HANDLERS.length;
  readonly enter: (cpu: number, record: number) => number;

  readonly #prebuilt: Prebuilt | undefined;
  readonly #loaded = new Set<string>();

  constructor(memory: WebAssembly.Memory, host: HostFunctions, prebuilt?: Prebuilt) {
    this.#prebuilt = prebuilt;
    const module = prebuilt?.runtime ?? new WebAssembly.Module(buildRuntime());
    const instance = new WebAssembly.Instance(module, { vitrine: { memory, ...host } });
    this.#imports = { memory, ...host, ...instance.exports };
    // as: the runtime module defines it so
    this.enter = instance.exports.enter as (cpu: number, record: number) => number;
    // What is made while running comes after the places of all chunks.
    for (const { first, count } of prebuilt?.places ?? []) this.#next = Math.max(this.#next, first + count);
  }
  /** Sees to it that prebuilt chunks of handlers are in the table: their numbers in the list of places are the bits that are set. */
  need(chunks: number): void {
    this.#prebuilt?.places.forEach(({ name }, i) => {
      if ((chunks & (1 << i)) !== 0) this.#loadChunk(name);
    });
  }
  /** Loads a chunk of prebuilt handlers, if there is such a one. */
  #loadChunk(name: string): void {
    const prebuilt = this.#prebuilt;
    if (prebuilt === undefined || this.#loaded.has(name)) return;
    this.#loaded.add(name);
    const place = prebuilt.places.find((p) => p.name === name);
    if (place === undefined) return;
    const { keys, module } = prebuilt.load(name);
    new WebAssembly.Instance(module, { vitrine: this.#imports });
    keys.forEach((key, i) => {
      this.#index.set(key, place.first + i);
    });
  }

  /** Places `count` functions at the end of the table: `build` makes their module for the first's index, which is returned. */
  place(count: number, build: (first: number) => Uint8Array<ArrayBuffer>): number {
    const first = this.#next;
    if (first + count > TABLE_SIZE) throw new Error(`more than ${TABLE_SIZE} handlers`);
    this.#next += count;
    new WebAssembly.Instance(new WebAssembly.Module(build(first)), { vitrine: this.#imports });
    return first;
  }

  /** Table index of the handler for `insn`, made now if its shape is new. */
  indexOf(insn: Instruction): number {
    const number = shapeNumber(insn);
    if (number < 0) return this.#find(insn);
    let numbers = this.#numbers.get(insn.row);
    const known = numbers?.get(number);
    if (known !== undefined) return known;
    const index = this.#find(insn);
    if (numbers === undefined) {
      numbers = new Map();
      this.#numbers.set(insn.row, numbers);
    }
    numbers.set(number, index);
    return index;
  }
  #find(insn: Instruction): number {
    const key = shapeKey(insn);
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    if (this.#prebuilt !== undefined && !this.#loaded.has(chunkOf(insn))) {
      this.#loadChunk(chunkOf(insn));
      return this.#find(insn);
    }
    const index = this.#next++;
    if (index >= TABLE_SIZE) throw new Error(`more than ${TABLE_SIZE} handlers`);
    new WebAssembly.Instance(new WebAssembly.Module(buildHandlers([insn], index)), {
      vitrine: this.#imports,
    });
    this.#index.set(key, index);
    return index;
  }
}
