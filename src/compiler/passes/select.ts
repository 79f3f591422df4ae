/**
 * Short branches become `select`: both arms empty, or with a few cheap operations that may be executed in any case. Integers only;
 * conditions become `and` and `or` where one of the two is constant; two branches on bounds of one value become one. Branches that are marked likely stay: they are predicted.
 */
import { newBranch, newInstruction } from "../ir/construct.ts";
import type { Block, Details, Edge, Instruction, IrFunction, IrType, Value } from "../ir/ir.ts";
import type { OpName } from "../ir/ops.ts";
import type { ReadonlyBlockMap } from "../ir/tables.ts";
import { constantOf, definingInstruction, incomingEdges } from "../ir/uses.ts";
import { isSpeculable, type Pass } from "./pass.ts";
import { removeUnreachable } from "./unreachable.ts";

const MAX_OPERATIONS = 3;
const MAX_SELECTS = 2;
const DEAR: ReadonlySet<OpName> = new Set([
  "mul",
  "udiv",
  "sdiv",
  "urem",
  "srem",
  "umulh",
  "smulh",
  "fadd",
  "fsub",
  "fmul",
  "fdiv",
  "fsqrt",
  "sitof",
  "uitof",
  "ftosi",
  "ftoui",
]);
const FREE: ReadonlySet<OpName> = new Set(["const", "symbol", "slot"]);

/** The opposite of a condition, which whoever asks for it can have as easily. */
const isNot = ({ op, args, results }: Instruction): boolean =>
  op === "xor" && results[0]!.type === "i1" && constantOf(args[1]!) === 1n;

/** What an arm does before it comes to where both meet; undefined if it is no such arm. */
function arm(
  edge: Edge,
  ways: ReadonlyBlockMap<readonly unknown[]>,
): { work: Instruction[]; end: Edge } | undefined {
  const { to } = edge;
  if (to.terminator.kind !== "jump" || ways.get(to)!.length !== 1 || to.params.length > 0) return undefined;
  const dear = to.instructions.some((instruction) => !isSpeculable(instruction) || DEAR.has(instruction.op));
  const count = to.instructions.filter((i) => !FREE.has(i.op) && !isNot(i)).length;
  return dear || count > MAX_OPERATIONS ? undefined : { work: to.instructions, end: to.terminator.edge };
}

/** Whether one of two conditions is constant, so that choosing between them is `and` or `or`. */
const isJoined = (a: Value, b: Value): boolean => constantOf(a) !== undefined || constantOf(b) !== undefined;

function convert(fn: IrFunction, block: Block, ways: ReadonlyBlockMap<readonly unknown[]>): boolean {
  const { terminator } = block;
  if (terminator.kind !== "branch" || terminator.likely !== undefined) return false;
  const { condition, then, otherwise } = terminator;
  const left = then.to.terminator.kind === "jump" ? arm(then, ways) : undefined;
  const right = otherwise.to.terminator.kind === "jump" ? arm(otherwise, ways) : undefined;
  const found = [
    [left?.end, right?.end, [...(left?.work ?? []), ...(right?.work ?? [])]],
    [left?.end, otherwise, left?.work ?? []],
    [then, right?.end, right?.work ?? []],
    [then, otherwise, []],
  ] as const;
  for (const [a, b, work] of found) {
    if (!a || !b || a.to !== b.to || a.to === block) continue;
    const differing = a.args.filter((arg, i) => arg !== b.args[i]);
    if (differing.length === 0 || differing.length > MAX_SELECTS) continue;
    if (differing.some(({ type }) => type === "f64")) continue;
    if (a.args.some((arg, i) => arg !== b.args[i] && arg.type === "i1" && !isJoined(arg, b.args[i]!)))
      continue;
    block.instructions.push(...work);
    const make = (op: OpName, args: readonly Value[], details: Details = {}): Value => {
      const made = newInstruction(fn, op, args, [args.at(-1)?.type ?? "i1"], details, terminator.place);
      block.instructions.push(made);
      return made.results[0]!;
    };
    const args = a.args.map((arg, i): Value => {
      const other = b.args[i]!;
      if (arg === other) return arg;
      if (arg.type !== "i1") return make("select", [condition, arg, other]);
      const not = (): Value => make("xor", [condition, make("const", [], { value: 1n })]);
      const [x, y] = [constantOf(arg), constantOf(other)];
      if (y !== undefined) return y === 0n ? make("and", [condition, arg]) : make("or", [not(), arg]);
      return x === 0n ? make("and", [not(), other]) : make("or", [condition, other]);
    });
    block.terminator = { kind: "jump", place: terminator.place, edge: { to: a.to, args } };
    // The arms are not reached any more.
    for (const way of [left, right]) if (way && work.some((w) => way.work.includes(w))) way.work.length = 0;
    return true;
  }
  return false;
}

/** An arm that only loads what it passes on. */
function loadArm(edge: Edge, ways: ReadonlyBlockMap<readonly unknown[]>): Instruction | undefined {
  const { to } = edge;
  if (to.terminator.kind !== "jump" || ways.get(to)!.length !== 1 || to.params.length > 0) return undefined;
  const work = to.instructions.filter(({ op }) => !FREE.has(op));
  const [load] = work;
  return work.length === 1 && load?.op === "load" && !load.details.volatile ? load : undefined;
}

/**
 * Where both arms load from places of one object, the place is chosen, not the way: going left or right in a tree is what no processor
 * foresees. No more is loaded than before.
 */
function convertLoads(fn: IrFunction, block: Block, ways: ReadonlyBlockMap<readonly unknown[]>): boolean {
  const { terminator } = block;
  if (terminator.kind !== "branch" || terminator.likely !== undefined) return false;
  const { condition, then, otherwise, place } = terminator;
  const [left, right] = [loadArm(then, ways), loadArm(otherwise, ways)];
  if (!left || !right || left.args[0] !== right.args[0] || then.to === otherwise.to) return false;
  const [value, other] = [left.results[0]!, right.results[0]!];
  if (value.type !== other.type) return false;
  const [a, b] = [then.to.terminator, otherwise.to.terminator] as const;
  if (a.kind !== "jump" || b.kind !== "jump" || a.edge.to !== b.edge.to || a.edge.to === block) return false;
  const same = a.edge.args.every(
    (arg, i) => arg === b.edge.args[i] || (arg === value && b.edge.args[i] === other),
  );
  if (!same) return false;
  const make = (op: OpName, args: readonly Value[], type: IrType, details: Details = {}): Value => {
    const made = newInstruction(fn, op, args, [type], details, place);
    block.instructions.push(made);
    return made.results[0]!;
  };
  const offset = (of: Instruction): Value =>
    make("const", [], "i64", { value: BigInt.asUintN(64, BigInt(of.details.offset ?? 0)) });
  const by = make("select", [condition, offset(left), offset(right)], "i64");
  const address = make("add", [left.args[0]!, by], "i64");
  const align = Math.min(left.details.align ?? 1, right.details.align ?? 1);
  const loaded = make("load", [address], value.type, align > 1 ? { align } : {});
  const args = a.edge.args.map((arg) => (arg === value ? loaded : arg));
  block.terminator = { kind: "jump", place, edge: { to: a.edge.to, args } };
  return true;
}

/** The comparison of a value with a constant that a branch goes by. */
function comparedWithConstant(block: Block): Instruction | undefined {
  const { terminator } = block;
  const def = terminator.kind === "branch" ? definingInstruction(terminator.condition) : undefined;
  return def?.op === "icmp" && constantOf(def.args[1]!) !== undefined ? def : undefined;
}

const sameEdge = (a: Edge, b: Edge): boolean => a.to === b.to && a.args.every((arg, i) => arg === b.args[i]);

/**
 * A branch on a value's bound after a branch on another bound of the same value, with one way in common: one branch on both, which
 * compare-rules.ts makes one comparison of.
 */
function joinRanges(fn: IrFunction, block: Block, ways: ReadonlyBlockMap<readonly unknown[]>): boolean {
  const { terminator } = block;
  const first = comparedWithConstant(block);
  if (terminator.kind !== "branch" || first === undefined) return false;
  for (const then of [true, false]) {
    const [to, away] = then
      ? [terminator.then, terminator.otherwise]
      : [terminator.otherwise, terminator.then];
    const next = to.to;
    const end = next.terminator;
    const second = comparedWithConstant(next);
    if (end.kind !== "branch" || next === block || ways.get(next)!.length !== 1 || next.params.length > 0)
      continue;
    if (second?.args[0] !== first.args[0] || end.likely !== terminator.likely) continue;
    if (next.instructions.some((i) => i !== second && !FREE.has(i.op))) continue;
    const common = sameEdge(end.otherwise, away)
      ? "otherwise"
      : sameEdge(end.then, away)
        ? "then"
        : undefined;
    if (common === undefined) continue;
    const { place } = terminator;
    const make = (op: OpName, args: readonly Value[], details: Details = {}): Value => {
      const made = newInstruction(fn, op, args, ["i1"], details, place);
      block.instructions.push(made);
      return made.results[0]!;
    };
    const opposite = (value: Value): Value => make("xor", [value, make("const", [], { value: 1n })]);
    block.instructions.push(...next.instructions);
    // On the way that is not common both hold.
    const a = then ? terminator.condition : opposite(terminator.condition);
    const b = common === "otherwise" ? end.condition : opposite(end.condition);
    const on = common === "otherwise" ? end.then : end.otherwise;
    block.terminator = newBranch(make("and", [a, b]), on, away, { place });
    next.instructions = [];
    return true;
  }
  return false;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  let ways = incomingEdges(fn);
  for (const block of fn.blocks.toReversed()) {
    // Arms of earlier ones are gone.
    if (!ways.has(block)) continue;
    if (!convert(fn, block, ways) && !convertLoads(fn, block, ways) && !joinRanges(fn, block, ways)) continue;
    changed = true;
    removeUnreachable(fn);
    ways = incomingEdges(fn);
  }
  return changed;
}

/** Blocks that are joined by it stay apart until `branches`. */
export const select: Pass = { name: "select", letter: "c", run };
