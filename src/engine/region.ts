/**
 * Regions: a block's records turned into one wasm function, which stands in for the handler of its first record.
 *
 * A block that branches to its own start becomes a wasm loop. Its first iteration stands before the loop, because
 * flags come in from the CPU block only there; in the loop, flags set by the iteration before are not computed but
 * carried as the values they would be computed from, and computed where control leaves. Rows that call helpers or
 * repeat end the region: the rest of the block goes on in handlers.
 */
import type { Instruction } from "../isa/instruction.ts";
import type { Width } from "../isa/ops.ts";
import { effectsOf } from "../isa/readings/effects.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import type { Block } from "./block.ts";
import { at, Code, type Emitter, type Slot } from "./code.ts";
import * as L from "./layout.ts";
import { type Node, nextId, typeOf, withArgs } from "./node.ts";
import { type RegionFrame, RegionOps } from "./region-ops.ts";
import { type FlagSource, RegionState } from "./region-state.ts";
import { TABLE_SIZE } from "./runtime.ts";
import { HANDLER_TYPE, RuntimeCalls } from "./runtime-calls.ts";
import { followLink } from "./transfers.ts";

const CPU = 0;
const RECORD = 1;

/** Whether a region can hold `insn`. */
export function fitsRegion(insn: Instruction): boolean {
  return insn.mode === 64 && insn.repeat === "none" && !insn.row.ends && effectsOf(insn).helper === undefined;
}

/** Bytes of a module that puts one region per block into the table from `first` on. Blocks must begin with a fitting instruction. */
export function buildRegions(blocks: readonly Block[], first: number): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder();
  m.importMemory("vitrine", "memory", { initial: 1 });
  const table = m.importTable("vitrine", "table", { initial: TABLE_SIZE });
  const calls = new RuntimeCalls(m);
  const functions = blocks.map((block) => {
    const f = m.function(HANDLER_TYPE);
    new RegionWriter(f, block, calls).write();
    return f;
  });
  m.elements(functions, first, table);
  return m.finish();
}

class RegionWriter {
  readonly #f: FunctionBuilder;
  readonly #block: Block;
  readonly #calls: RuntimeCalls;
  readonly #code = new Code();
  readonly #entries = new Map<number, Node>();
  readonly #key: Slot;
  readonly #elapsed: Slot;
  readonly #limit: Slot;
  /** Iterations of the loop that fit the budget, and those that have not begun. */
  readonly #allowed: Slot;
  readonly #left: Slot;
  readonly #first: Slot;
  readonly #stale: Slot;

  constructor(f: FunctionBuilder, block: Block, calls: RuntimeCalls) {
    this.#f = f;
    this.#block = block;
    this.#calls = calls;
    this.#key = this.#code.slot("i64");
    this.#elapsed = this.#code.slot("i64");
    this.#limit = this.#code.slot("i32");
    this.#allowed = this.#code.slot("i32");
    this.#left = this.#code.slot("i32");
    this.#first = this.#code.slot("i32");
    this.#stale = this.#code.slot("i32");
  }

  #frame(inLoop: boolean): RegionFrame {
    const elapsed = this.#elapsed;
    return {
      code: this.#code,
      calls: this.#calls,
      key: this.#key,
      first: this.#first,
      stale: this.#stale,
      endLoop: ({ f }) => {
        const [allowed, left] = [this.#allowed.index, this.#left.index];
        f.localGet(allowed).localGet(left).op("i32.sub").localSet(allowed);
        f.i32(0).localSet(left);
      },
      entry: (offset, width) => this.#entry(offset, width),
      beforeLeaving: (e) => {
        if (!inLoop) return;
        // What the loop was entered with, and the iterations it has begun.
        const { f } = e;
        f.localGet(CPU).localGet(elapsed.index).localGet(this.#allowed.index).localGet(this.#left.index);
        f.op("i32.sub").op("i64.extend_i32_u").i64(this.#cost()).op("i64.mul").op("i64.add");
        f.op("i64.store", at(S.ELAPSED));
      },
    };
  }
  /** A part of the CPU block as it is on entry, loaded before anything else. */
  #entry(offset: number, width: Width): Node {
    let node = this.#entries.get(offset);
    if (node === undefined) {
      const slot = this.#code.slot(typeOf(width));
      node = this.#code.final(slot, width);
      this.#entrySlots.push([offset, slot]);
      this.#entries.set(offset, node);
    }
    return node;
  }
  readonly #entrySlots: [offset: number, slot: Slot][] = [];

  write(): void {
    const { instructions } = this.#block;
    let count = 0;
    while (count < instructions.length && fitsRegion(instructions[count]!)) count++;
    const whole = count === instructions.length;
    const first = new RegionOps(this.#frame(false), new RegionState());
    this.#record(first, count);
    const last = instructions[count - 1];
    const branch = last?.operands[0];
    const relative =
      whole && branch?.kind === "relative" && first.end?.kind === "relative" ? branch : undefined;
    const start = this.#block.offsets[count - 1] ?? 0;
    const loops =
      relative !== undefined && last !== undefined && start + last.length + relative.displacement === 0;
    if (loops) this.#writeLoop(first, count);
    else this.#writeEnd(first, count);
    this.#emit();
  }
  #record(ops: RegionOps, count: number): void {
    const { instructions, offsets } = this.#block;
    for (let i = 0; i < count; i++) {
      ops.instruction(instructions[i]!, i, offsets[i] ?? 0);
      if (i < count - 1) ops.checkStale();
    }
  }
  #emit(): void {
    const f = this.#f;
    const code = this.#code;
    // Slots get their locals when emission begins, so the prologue is written through the same code object.
    code.emit(f, (e) => {
      e.f.localGet(CPU).op("i64.load", at(S.TLB_KEY)).localSet(this.#key.index);
      e.f.localGet(CPU).op("i32.load", at(S.LIMIT)).localSet(this.#limit.index);
      e.f.localGet(RECORD).localSet(this.#first.index);
      for (const [offset, slot] of this.#entrySlots) {
        e.f
          .localGet(CPU)
          .op(`${slot.type}.load` as "i64.load", at(offset))
          .localSet(slot.index); // as: every type has a load
      }
    });
    f.unreachable();
  }

  /** Leaves through the last instruction of the region. */
  #writeEnd(ops: RegionOps, count: number): void {
    const code = this.#code;
    const end = ops.end;
    const lastRecord = (count - 1) * L.RECORD_SIZE;
    const toRecord = (e: Emitter, offset: number): void => {
      if (offset !== 0) e.f.localGet(RECORD).i32(offset).op("i32.add").localSet(RECORD);
    };
    const back = ops.writeBack();
    if (end === undefined) {
      // Goes on with the record after the region.
      code.statement([], (e) => {
        back(e);
        toRecord(e, count * L.RECORD_SIZE);
        e.f.localGet(CPU).localGet(RECORD).localGet(RECORD).op("i32.load", at(L.RECORD_HANDLER));
        e.f.returnCallIndirect(HANDLER_TYPE);
      });
    } else if (end.kind === "indirect") {
      const { target } = end;
      code.statement([target], (e) => {
        e.f.localGet(CPU);
        e.value(target);
        e.f.op("i64.store", at(S.RIP));
        back(e);
        toRecord(e, lastRecord);
        e.f.localGet(CPU).localGet(RECORD).returnCall(this.#calls.index("dispatch"));
      });
    } else {
      const { condition } = end;
      code.statement(condition ? [condition] : [], (e) => {
        // The condition is kept while registers are written back, for both ways.
        const taken = e.f.local("i32");
        if (condition) {
          e.value(condition);
          e.f.localSet(taken);
        }
        back(e);
        toRecord(e, lastRecord);
        if (condition === undefined) {
          followLink(e.f, "taken", 64);
          return;
        }
        e.f.localGet(taken);
        e.f.if();
        followLink(e.f, "taken", 64);
        e.f.end();
        followLink(e.f, "next", 64);
      });
    }
  }

  // ------------------------------------------------------------------------------------------------------ loops

  #writeLoop(first: RegionOps, count: number): void {
    const code = this.#code;
    const state = first.state;
    // What the first iteration changed is carried in locals of its own.
    const carried: { slot: Slot; next: Node }[] = [];
    const head = new RegionState(state);
    const carry = (node: Node, w: Width): Node => {
      const slot = code.slot(node.type);
      carried.push({ slot, next: node });
      return code.final(slot, w, node.dirty);
    };
    for (const r of state.dirtyGpr) head.gpr.set(r, carry(state.gpr.get(r)!, 64));
    for (const r of state.dirtyXmm) head.xmm.set(r, carry(state.xmm.get(r)!, 128));
    const recipes = this.#recipes(first);
    head.flag.clear();
    const substitutes = new Map<Node, Node>();
    for (const node of recipes.frontier) substitutes.set(node, carry(node, node.w));
    for (const [source, tree] of recipes.trees) {
      head.source.set(source, () => substitute(tree, substitutes, code));
    }
    const enterLoop = this.#backEdge(first, carried, false);

    const second = new RegionOps(this.#frame(true), head);
    const assign: { slot: Slot; next: Node }[] = [];
    const body = code.nested(() => {
      this.#record(second, count);
      const after = second.state;
      const again = this.#recipes(second);
      const next: Node[] = [
        ...[...state.dirtyGpr].map((r) => after.gpr.get(r)!),
        ...[...state.dirtyXmm].map((r) => after.xmm.get(r)!),
        ...again.frontier,
      ];
      if (next.length !== carried.length || next.some((n, i) => n.type !== carried[i]!.slot.type)) {
        throw new Error("a loop's iterations differ in shape");
      }
      carried.forEach(({ slot }, i) => {
        assign.push({ slot, next: next[i]! });
      });
    });
    let tail: (e: Emitter) => void = () => {};
    const whole = code.nested(() => {
      code.statement([], (e) => body(e));
      tail = this.#backEdge(second, assign, true);
    });
    code.statement([], (e) => {
      enterLoop(e);
      const loop = e.f.loop();
      whole(e);
      tail(e);
      e.f.br(loop);
      e.f.end();
    });
  }

  /** The end of an iteration: leaves if the branch is not taken or the budget is used up, else assigns and falls out. */
  #backEdge(
    ops: RegionOps,
    assign: readonly { slot: Slot; next: Node }[],
    inLoop: boolean,
  ): (e: Emitter) => void {
    const code = this.#code;
    const condition = ops.end?.kind === "relative" ? ops.end.condition : undefined;
    const last = (this.#block.instructions.length - 1) * L.RECORD_SIZE;
    const cost = this.#cost();
    const elapsed = this.#elapsed;
    const frame = this.#frame(inLoop);
    return code.nested(() => {
      const leave = ops.writeBack();
      const overBudget = ops.writeBack();
      code.statement([...(condition ? [condition] : []), ...assign.map((a) => a.next)], (e) => {
        const f = e.f;
        const allowed = this.#allowed.index;
        const left = this.#left.index;
        if (condition) {
          e.value(condition);
          f.op("i32.eqz");
          f.if();
          frame.beforeLeaving(e);
          leave(e);
          f.localGet(RECORD).i32(last).op("i32.add").localSet(RECORD);
          followLink(f, "next", 64);
          f.end();
        }
        if (!inLoop) {
          // How many more iterations fit the budget; each that begins takes one off.
          f.localGet(CPU)
            .op("i64.load", at(S.ELAPSED))
            .localTee(elapsed.index)
            .op("i32.wrap_i64")
            .localSet(left);
          f.localGet(this.#limit.index)
            .localGet(left)
            .op("i32.sub")
            .i32(1)
            .op("i32.sub")
            .i32(Number(cost & 0xffffffffn))
            .op("i32.div_u");
          f.localTee(allowed).localSet(left);
          // A block that has been dropped is looked up anew.
          f.localGet(this.#stale.index);
          f.if();
          f.i32(0).localTee(allowed).localSet(left);
          f.end();
        }
        f.localGet(left).op("i32.eqz");
        f.if();
        frame.beforeLeaving(e);
        overBudget(e);
        f.localGet(CPU).localGet(RECORD);
        if (last !== 0) f.i32(last).op("i32.add");
        f.op("i32.store", at(S.EXIT_RECORD));
        f.i32(L.EXIT.taken).return();
        f.end();
        f.localGet(left).i32(1).op("i32.sub").localSet(left);
        for (const { next } of assign) e.value(next);
        for (const { slot } of [...assign].reverse()) f.localSet(slot.index);
      });
    });
  }
  /** The block's cost as ELAPSED counts: instructions << 32 | cycles. */
  #cost(): bigint {
    const { instructions, costs } = this.#block;
    return (BigInt(instructions.length) << 32n) | BigInt(costs[instructions.length - 1] ?? 0);
  }

  /** The flag sources set so far as trees, and the values they are computed from that exist anyway. */
  #recipes(ops: RegionOps): { trees: Map<FlagSource, Node>; frontier: Node[] } {
    const trees = new Map<FlagSource, Node>();
    const frontier: Node[] = [];
    const seen = new Set<Node>();
    // Nodes made from here on belong to the recipes and are not emitted here.
    const mark = nextId();
    this.#code.nested(() => {
      for (const source of ops.state.dirtyFlags) trees.set(source, ops.state.source.get(source)!());
    });
    const visit = (node: Node): void => {
      if (seen.has(node) || node.kind === "const") return;
      seen.add(node);
      if (node.id < mark) frontier.push(node);
      else node.args.forEach(visit);
    };
    for (const tree of trees.values()) visit(tree);
    return { trees, frontier };
  }
}

/** A copy of `tree` over other leaves; its nodes are made anew at each use. */
function substitute(tree: Node, leaves: ReadonlyMap<Node, Node>, code: Code): Node {
  const done = new Map<Node, Node>(leaves);
  const copy = (node: Node): Node => {
    if (node.kind === "const") return node;
    let made = done.get(node);
    if (made === undefined) {
      made = code.define(withArgs(node, node.args.map(copy)));
      done.set(node, made);
    }
    return made;
  };
  return copy(tree);
}
