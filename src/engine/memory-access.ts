/**
 * Guest memory in generated code: the soft TLB's fast path inline, everything else by a call.
 *
 * The linear address is an i64. A tag matches only if the whole access lies in the page, because the tag compared is
 * that of the last byte under the first byte's index. After a slow call FAULT says whether to leave. What leaving
 * means (handler: return; region: write back first) is `leave`, given by the reading.
 */
import type { Width } from "../isa/ops.ts";
import * as S from "../isa/state.ts";
import { at, type Code, type Emitter, type Slot } from "./code.ts";
import { LOAD, STORE } from "./containers.ts";
import * as L from "./layout.ts";
import { customNode, type Node, typeOf } from "./node.ts";
import type { RuntimeCalls } from "./runtime-calls.ts";
import { pushArgument } from "./value-ops.ts";

/** Bits of the info word given to slow paths: size in bytes, then flags; a segment index from bit 16 up. */
export const ACCESS_WRITE = 0x100;
export const ACCESS_STACK = 0x200;

const CPU = 0;
type AccessWidth = Exclude<Width, 1>;

function accessWidth(w: Width): AccessWidth {
  if (w === 1) throw new Error("memory is not accessed by single bits");
  return w;
}

/** Pushes 1 if `linear` hits; leaves the entry's address in local `entry`. */
export function probe(
  e: Emitter,
  linear: Node,
  bytes: number,
  table: number,
  entry: number,
  key: (e: Emitter) => void,
): void {
  const f = e.f;
  e.value(linear);
  f.op("i32.wrap_i64")
    .i32(12 - 4)
    .op("i32.shr_u")
    .i32((L.TLB_ENTRIES - 1) << 4)
    .op("i32.and");
  f.localGet(CPU).op("i32.add").localTee(entry).op("i64.load", at(table));
  e.value(linear);
  if (bytes > 1) f.i64(bytes - 1).op("i64.add");
  f.i64(-4096n).op("i64.and");
  key(e);
  f.op("i64.or").op("i64.eq");
}

/** Pushes the place in linear memory after a hit. */
export function place(e: Emitter, linear: Node, table: number, entry: number): void {
  e.value(linear);
  e.f
    .op("i32.wrap_i64")
    .localGet(entry)
    .op("i32.load", at(table + 8))
    .op("i32.add");
}

export class MemoryAccess {
  readonly #code: Code;
  readonly #calls: RuntimeCalls;
  /** Pushes the record of the instruction in progress; asked for when an access is recorded. */
  readonly #record: () => (e: Emitter) => void;
  /** Called where an access may fault: records what leaving generated code there takes, and returns its emitter. */
  readonly #exit: () => (e: Emitter) => void;
  /** Pushes the TLB key. */
  readonly #key: (e: Emitter) => void;
  /** Written after a store by the slow path, which may have dropped the block in progress. */
  readonly #stored: (e: Emitter) => void;

  constructor(
    code: Code,
    calls: RuntimeCalls,
    reading: {
      record: () => (e: Emitter) => void;
      exit: () => (e: Emitter) => void;
      key: (e: Emitter) => void;
      stored: (e: Emitter) => void;
    } = HANDLER,
  ) {
    this.#code = code;
    this.#calls = calls;
    this.#record = reading.record;
    this.#exit = reading.exit;
    this.#key = reading.key;
    this.#stored = reading.stored;
  }

  #leaver(): (e: Emitter) => void {
    const exit = this.#exit();
    return (e) => {
      e.f.localGet(CPU).op("i32.load", at(S.FAULT));
      e.f.if();
      exit(e);
      e.f.end();
    };
  }
  /** Calls a slow path (cpu, record, linear, info). */
  #slow(
    e: Emitter,
    record: (e: Emitter) => void,
    name: Parameters<RuntimeCalls["index"]>[0],
    linear: Node,
    info: number,
    value?: Node,
  ): void {
    e.f.localGet(CPU);
    record(e);
    e.value(linear);
    e.f.i32(info);
    if (value) e.value(value);
    e.f.call(this.#calls.index(name));
  }

  load(linear: Node, width: Width, stack: boolean): Node {
    const w = accessWidth(width);
    const bytes = w / 8;
    const result = this.#code.slot(typeOf(w));
    const leave = this.#leaver();
    const record = this.#record();
    this.#code.statement([linear, linear, linear], (e) => {
      const f = e.f;
      const entry = f.local("i32");
      probe(e, linear, bytes, L.TLB_READ, entry, this.#key);
      f.if();
      place(e, linear, L.TLB_READ, entry);
      f.op(LOAD[w], at(0)).localSet(result.index);
      f.else();
      this.#slow(e, record, `load${w}`, linear, bytes | (stack ? ACCESS_STACK : 0));
      f.localSet(result.index);
      leave(e);
      f.end();
    });
    return this.#code.final(result, width);
  }

  store(linear: Node, value: Node, stack: boolean): void {
    const w = accessWidth(value.w);
    const bytes = w / 8;
    const leave = this.#leaver();
    const record = this.#record();
    this.#code.statement([linear, linear, linear, value, value], (e) => {
      const f = e.f;
      const entry = f.local("i32");
      probe(e, linear, bytes, L.TLB_WRITE, entry, this.#key);
      f.if();
      place(e, linear, L.TLB_WRITE, entry);
      e.value(value);
      f.op(STORE[w], at(0));
      f.else();
      this.#slow(e, record, `store${w}`, linear, bytes | ACCESS_WRITE | (stack ? ACCESS_STACK : 0), value);
      leave(e);
      this.#stored(e);
      f.end();
    });
  }
  /** The place of a read-modify-write, checked for writing before anything is read. */
  modify(linear: Node, width: Width): Slot {
    const w = accessWidth(width);
    const bytes = w / 8;
    const host = this.#code.slot("i32");
    const leave = this.#leaver();
    const record = this.#record();
    this.#code.statement([linear, linear, linear], (e) => {
      const f = e.f;
      const entry = f.local("i32");
      probe(e, linear, bytes, L.TLB_WRITE, entry, this.#key);
      f.if();
      place(e, linear, L.TLB_WRITE, entry);
      f.localSet(host.index);
      f.else();
      this.#slow(e, record, "modify_begin", linear, bytes | ACCESS_WRITE);
      f.localSet(host.index);
      leave(e);
      f.end();
    });
    return host;
  }
  /** Writes what `modify` gave the place of; through JavaScript if it was scratch memory. */
  modified(host: Slot, value: Node): void {
    const record = this.#record();
    const w = accessWidth(value.w);
    const bytes = w / 8;
    this.#code.statement([value], (e) => {
      const f = e.f;
      f.localGet(host.index);
      e.value(value);
      f.op(STORE[w], at(0));
      f.localGet(host.index).localGet(CPU).i32(S.SCRATCH).op("i32.add").op("i32.eq");
      f.if();
      f.localGet(CPU);
      record(e);
      f.i32(bytes | ACCESS_WRITE)
        .call(this.#calls.index("modified"))
        .drop();
      this.#stored(e);
      f.end();
    });
  }

  /** Linear address outside 64-bit mode, through the segment's checks. `fromOperand`: the record may name another segment. */
  segmented(segment: number, offset: Node, width: Width | 0, write: boolean, fromOperand: boolean): Node {
    const info = width / 8 + (write ? ACCESS_WRITE : 0);
    const result = this.#code.slot("i64");
    const wide = offset.w === 64 ? offset : this.#code.define(customNode(32, "i32", [offset], pushArgument));
    const leave = this.#leaver();
    const record = this.#record();
    this.#code.statement([wide], (e) => {
      const f = e.f;
      f.localGet(CPU);
      record(e);
      e.value(wide);
      if (fromOperand) {
        // The segment index lies beside the scale.
        record(e);
        f.op("i32.load8_u", at(L.RECORD_SCALE + 1))
          .i32(16)
          .op("i32.shl")
          .i32(info)
          .op("i32.or");
      } else {
        f.i32(info | (segment << 16));
      }
      f.call(this.#calls.index("segmented")).localSet(result.index);
      leave(e);
    });
    return this.#code.final(result, 64);
  }
}

const HANDLER = {
  record: () => (e: Emitter) => void e.f.localGet(1),
  exit: () => (e: Emitter) => void e.f.i32(L.EXIT.fault).return(),
  key: (e: Emitter): void => void e.f.localGet(CPU).op("i64.load", at(S.TLB_KEY)),
  stored: (): void => {},
};
