/**
 * Where parameters are in optimised code, for debuggers. What a parameter came in is followed through copies, spills and reloads to where
 * ways meet; what is not surely still there is not told. Only of parameters that the source never assigns to: their value is
 * always the one that came.
 */
import type { IrFunction } from "../ir/ir.ts";
import { storageSize } from "../lower/machine-type.ts";
import type { FunctionDebug, VariableLocation } from "../object.ts";
import type { Variable } from "../tree.ts";
import type { Emitted } from "./emit.ts";
import type { Frame } from "./frame.ts";
import {
  type FrameSlot,
  infoOf,
  type MachineBlock,
  type MachineInstruction,
  mem,
  type Operand,
  successors,
  visitRegisters,
} from "./machine.ts";
import { CALLEE_SAVED, NO_REGISTER, type Reg, registerName } from "./registers.ts";
import { layoutOf } from "./select-call.ts";

/** A register, or a slot that the allocator made: nobody else has its address. */
type Holder = Reg | FrameSlot;
/** What holds each parameter. */
type State = readonly ReadonlySet<Holder>[];

interface Tracked {
  readonly variable: Variable;
  /** A copy of fewer bits has not all of it. */
  readonly bits: number;
}

export interface Followed {
  readonly tracked: readonly Tracked[];
  readonly atStart: ReadonlyMap<MachineBlock, State>;
  /** After instructions that change it. */
  readonly after: ReadonlyMap<MachineInstruction, State>;
  /** On the stack, where nothing else is put. */
  readonly onStack: readonly { readonly variable: Variable; readonly offset: number }[];
}

const same = (a: State, b: State): boolean =>
  a.every((holders, n) => holders.size === b[n]!.size && [...holders].every((h) => b[n]!.has(h)));

/** Call it while slots are operands still. `own`: slots of the source's variables, which pointers may reach. */
export function followParameters(
  fn: IrFunction,
  blocks: readonly MachineBlock[],
  own: ReadonlySet<FrameSlot>,
): Followed {
  const tracked: Tracked[] = [];
  const initial: Set<Holder>[] = [];
  const onStack: { variable: Variable; offset: number }[] = [];
  const { params } = layoutOf(fn.signature);
  fn.parameters?.forEach((variable, n) => {
    const where = params[n];
    if (variable === undefined || where === undefined) return;
    const isValue = typeof fn.signature.params[n] === "string";
    if (isValue && (variable.assigned === true || variable.addressTaken)) return;
    if (where.kind === "stack") onStack.push({ variable, offset: where.offset });
    else {
      tracked.push({ variable, bits: Math.max(32, 8 * storageSize(variable.type)) });
      initial.push(new Set([where.register]));
    }
  });
  const atStart = new Map<MachineBlock, State>();
  const after = new Map<MachineInstruction, State>();
  const followed: Followed = { tracked, atStart, after, onStack };
  const [entry] = blocks;
  if (entry === undefined || tracked.length === 0) return followed;
  atStart.set(entry, initial);
  const work = [entry];
  for (let block = work.pop(); block !== undefined; block = work.pop()) {
    let state = atStart.get(block)!;
    for (const i of block.instructions) {
      const next = step(state, i, tracked, own);
      if (next === state) after.delete(i);
      else after.set(i, next);
      state = next;
    }
    for (const to of successors(block)) {
      const before = atStart.get(to);
      const met = before?.map((holders, n) => new Set([...holders].filter((h) => state[n]!.has(h)))) ?? state;
      if (before !== undefined && same(before, met)) continue;
      atStart.set(to, met);
      work.push(to);
    }
  }
  return followed;
}

const holderOf = (o: Operand | undefined, own: ReadonlySet<FrameSlot>): Holder | undefined => {
  if (o?.kind === "reg") return o.reg;
  if (o?.kind !== "mem" || o.slot === undefined || o.slot.area !== "local" || own.has(o.slot))
    return undefined;
  return o.displacement === 0 && o.index === NO_REGISTER ? o.slot : undefined;
};

const MOVES: ReadonlySet<string> = new Set(["copy", "mov", "movsd", "movapd", "movupd"]);

function step(
  state: State,
  i: MachineInstruction,
  tracked: readonly Tracked[],
  own: ReadonlySet<FrameSlot>,
): State {
  const written = new Set<Holder>();
  visitRegisters(
    i,
    () => {},
    (r) => written.add(r),
  );
  i.operands.forEach((o, n) => {
    if (o.kind === "mem" && o.slot !== undefined && infoOf(i.op).roles[n] !== "r") written.add(o.slot);
  });
  const [to, from] = MOVES.has(i.op) ? i.operands.map((o) => holderOf(o, own)) : [];
  let changed = false;
  const next = state.map((holders, n) => {
    const moves =
      to !== undefined &&
      from !== undefined &&
      to !== from &&
      holders.has(from) &&
      i.size >= tracked[n]!.bits;
    const rest = [...holders].filter((h) => !written.has(h));
    if (moves) rest.push(to);
    if (rest.length === holders.size && rest.every((h) => holders.has(h))) return holders;
    changed = true;
    return new Set(rest);
  });
  return changed ? next : state;
}

/** What calls keep is told rather than what they change, so that callers' parameters are known too. */
function best(holders: ReadonlySet<Holder>): Holder | undefined {
  const list = [...holders];
  return (
    list.find((h) => typeof h === "number" && CALLEE_SAVED.includes(h)) ??
    list.find((h) => typeof h !== "number") ??
    list[0]
  );
}

/** The locations, once the code's bytes are known. */
export function locationsOf(
  { tracked, atStart, after, onStack }: Followed,
  frame: Frame,
  emitted: Emitted,
): FunctionDebug["variables"] {
  const at = (holder: Holder): VariableLocation["at"] => {
    if (typeof holder === "number") return { kind: "register", register: registerName(holder) };
    const offset = frame.fromCfa(holder);
    return offset === undefined
      ? { kind: "stack", offset: frame.place(holder, mem(NO_REGISTER)).displacement }
      : { kind: "frame", offset };
  };
  const end = emitted.bytes.length;
  const found = tracked.map(({ variable }, n) => {
    const locations: { start: number; end: number; holder: Holder }[] = [];
    const tell = (holder: Holder | undefined, start: number, to: number): void => {
      if (holder === undefined || start >= to) return;
      const last = locations.at(-1);
      if (last?.holder === holder && last.end === start) last.end = to;
      else locations.push({ start, end: to, holder });
    };
    for (const { block, start, ends, end: blockEnd } of emitted.chunks) {
      let holders = atStart.get(block)?.[n];
      let from = start;
      block.instructions.forEach((i, k) => {
        const next = after.get(i)?.[n] ?? holders;
        if (next === holders || holders === undefined) return;
        const holder = best(holders);
        const lost = holder !== undefined && next?.has(holder) !== true;
        // While a call runs, what it may change is not the parameter any more.
        const isCall = i.op === "call" || i.op === "callr" || i.op === "asm";
        tell(holder, from, lost && isCall ? ends[k]! - 1 : ends[k]!);
        from = ends[k]!;
        holders = next;
      });
      if (holders !== undefined) tell(best(holders), from, blockEnd);
    }
    return {
      variable,
      locations: locations.map(({ start, end: to, holder }) => ({ start, end: to, at: at(holder) })),
    };
  });
  return [
    ...found,
    ...onStack.map(({ variable, offset }) => ({
      variable,
      locations: [{ start: 0, end, at: { kind: "frame" as const, offset } }],
    })),
  ];
}
