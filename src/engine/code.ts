/**
 * Recording and emitting one function of generated code.
 *
 * Semantics run first and only record: statements in order, nested where conditional, over nodes (node.ts). Then use
 * counts are known, and `emit` writes wasm: a node used once is written where it is used, one used more often gets a
 * local where it was made. Anything that reads or changes state is a statement and so keeps its place.
 */

import type { Width } from "../isa/ops.ts";
import type { FunctionBuilder, MemoryArgument } from "../wasm/function.ts";
import { constant, localNode, type Node, type NodeWriter, type ValueType } from "./node.ts";

/** Writes instructions; `value` pushes a node. */
export class Emitter implements NodeWriter {
  readonly f: FunctionBuilder;
  constructor(f: FunctionBuilder) {
    this.f = f;
  }
  value(node: Node): void {
    if (node.local >= 0) {
      this.f.localGet(node.local);
      return;
    }
    this.compute(node);
  }
  /** Pushes the node's value without looking for a local. */
  compute(node: Node): void {
    const f = this.f;
    if (node.kind === "const") {
      if (node.type === "i32") f.i32(Number(BigInt.asIntN(32, node.value)));
      else if (node.type === "i64") f.i64(BigInt.asIntN(64, node.value));
      else f.v128(node.value);
      return;
    }
    if (node.emit !== undefined) {
      node.emit(this, node);
      return;
    }
    for (const arg of node.args) this.value(arg);
    if (node.op === undefined) throw new Error("a node with nothing to emit");
    emitOp(f, node);
  }
}

function emitOp(f: FunctionBuilder, node: Node): void {
  const lane = node.immediates[0];
  // as: whether an op takes a lane is in the opcode table; nodes with immediates are made for such ops only
  if (lane === undefined) f.op(node.op as "i32.add");
  else f.op(node.op as "i8x16.extract_lane_u", lane);
}

type Statement =
  | { readonly kind: "define"; readonly node: Node }
  | { readonly kind: "pin"; readonly node: Node }
  | { readonly kind: "emit"; readonly emit: (e: Emitter) => void };

export class Code {
  #list: Statement[] = [];
  /** Locals that generated code assigns itself (variables, results of slow paths), made at emission. */
  readonly #slots: { type: ValueType; index: number }[] = [];

  /** Counts a use of `node` by a statement. */
  use(node: Node): Node {
    node.uses++;
    if (node.uses === 1) for (const arg of node.args) this.use(arg);
    return node;
  }
  /** Registers a pure node at this place; emitted here only if it is used more than once. */
  define(node: Node): Node {
    if (node.kind === "op") this.#list.push({ kind: "define", node });
    return node;
  }
  /** Computes `node` here whatever happens later, into a local: for reads of state. */
  pin(node: Node): Node {
    this.use(node);
    this.#list.push({ kind: "pin", node });
    return node;
  }
  /** A statement using `nodes`. */
  statement(nodes: readonly Node[], emit: (e: Emitter) => void): void {
    for (const n of nodes) this.use(n);
    this.#list.push({ kind: "emit", emit });
  }
  /** Records what `body` does as a list of its own; the returned function emits it, once. */
  nested(body: () => void): (e: Emitter) => void {
    const outer = this.#list;
    this.#list = [];
    body();
    const inner = this.#list;
    this.#list = outer;
    return (e) => emitList(inner, e);
  }
  /** A mutable local; its index exists when emission starts. */
  slot(type: ValueType): Slot {
    const slot = { type, index: -1 };
    this.#slots.push(slot);
    return slot;
  }
  /** The slot's value at this place, as a node. */
  get(slot: Slot, w: Width, dirty = false): Node {
    return this.pin({
      ...constant(w, 0n),
      kind: "op",
      type: slot.type,
      dirty,
      emit: (e) => void e.f.localGet(slot.index),
    });
  }
  /** The slot as a leaf that is assigned once, before any use. */
  final(slot: Slot, w: Width, dirty = false): Node {
    return {
      ...localNode(w, slot.type, -1, dirty),
      kind: "op",
      emit: (e) => void e.f.localGet(slot.index),
    };
  }
  set(slot: Slot, node: Node): void {
    this.statement([node], (e) => {
      e.value(node);
      e.f.localSet(slot.index);
    });
  }
  /** Writes everything; `prologue` comes first, when slots have their locals. */
  emit(f: FunctionBuilder, prologue?: (e: Emitter) => void): void {
    for (const slot of this.#slots) if (slot.index < 0) slot.index = f.local(slot.type);
    const e = new Emitter(f);
    prologue?.(e);
    emitList(this.#list, e);
  }
}

export interface Slot {
  readonly type: ValueType;
  index: number;
}

function emitList(list: readonly Statement[], e: Emitter): void {
  for (const s of list) {
    if (s.kind === "emit") s.emit(e);
    else if (s.kind === "pin" || s.node.uses > 1) {
      const local = e.f.local(s.node.type);
      e.compute(s.node);
      e.f.localSet(local);
      s.node.local = local;
    }
  }
}

/** A memory argument without alignment promise: guest accesses may be unaligned, and V8 does not care. */
export const at = (offset: number): MemoryArgument => ({ offset, align: 1 });
