/**
 * What the interpreters of one machine's processors share: the function table with its handlers, and decoded code.
 *
 * One of them runs at a time. What generated code asks of JavaScript goes to that one.
 */
import type { Prebuilt } from "./chunks.ts";
import { CodeCache } from "./code-cache.ts";
import { Handlers } from "./handlers.ts";
import type { Predecoded } from "./predecoded.ts";
import type { SoftTlb } from "./soft-tlb.ts";

/** What generated code calls, for the processor that runs. Results as runtime-calls.ts has them. */
export interface HandlerCalls {
  access(info: number): number;
  modify(info: number): number;
  modified(info: number): number;
  helper(record: number): number;
  pure(id: number): number;
  fp(id: number): number;
  fpCommit(record: number): number;
  segment(info: number): number;
}

export class EngineCore {
  readonly memory: WebAssembly.Memory;
  readonly handlers: Handlers;
  readonly code: CodeCache;
  readonly #tlbs: SoftTlb[] = [];
  #running: HandlerCalls | undefined;

  /**
   * `cacheStart`–`cacheEnd`: the part of linear memory for decoded code. `predecoded` has been made with these handlers, for the costs that all
   * processors' hosts give.
   */
  constructor(
    memory: WebAssembly.Memory,
    cacheStart: number,
    cacheEnd: number,
    prebuilt?: Prebuilt,
    predecoded?: Predecoded,
  ) {
    this.memory = memory;
    this.handlers = new Handlers(
      memory,
      {
        access: (_cpu, _record, info) => this.#calls.access(info),
        modify: (_cpu, _record, info) => this.#calls.modify(info),
        modified: (_cpu, _record, info) => this.#calls.modified(info),
        helper: (_cpu, record) => this.#calls.helper(record),
        pure: (_cpu, id) => this.#calls.pure(id),
        fp: (_cpu, id) => this.#calls.fp(id),
        fpCommit: (_cpu, record) => this.#calls.fpCommit(record),
        segment: (_cpu, _record, info) => this.#calls.segment(info),
      },
      prebuilt,
    );
    this.code = new CodeCache(memory, cacheStart, cacheEnd, this.handlers, predecoded);
    this.code.onCodePage = (page) => {
      for (const tlb of this.#tlbs) tlb.protect(page);
    };
    this.code.onClear = () => {
      for (const tlb of this.#tlbs) tlb.flushJumps();
    };
  }
  get #calls(): HandlerCalls {
    if (this.#running === undefined) throw new Error("no processor runs");
    return this.#running;
  }
  /** Another processor's TLB, which new code pages and an emptied cache concern. */
  add(tlb: SoftTlb): void {
    this.#tlbs.push(tlb);
  }
  /** Runs generated code of the processor whose calls are `calls`; returns its exit code. */
  enter(calls: HandlerCalls, cpu: number, record: number): number {
    this.#running = calls;
    const exit = this.handlers.enter(cpu, record);
    this.#running = undefined;
    return exit;
  }
  /** Memory has been written by others (devices, loaders) at place `address` of linear memory. */
  written(address: number, size: number): void {
    const first = Math.floor(address / 4096) * 4096;
    for (let page = first; page < address + size; page += 4096) {
      if (!this.code.hasCode(page)) continue;
      const from = Math.max(page, address);
      this.code.written(from, Math.min(page + 4096, address + size) - from);
    }
  }
}
