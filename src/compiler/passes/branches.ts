/**
 * Jumps and blocks: branches that always go one way, branches on opposites, blocks with one way in are joined to the block before,
 * blocks that only jump on are skipped, and a jump to a block that only branches on what the jump brings goes straight on
 * (jump threading).
 */
import { eachEdge, newBranch } from "../ir/construct.ts";
import type { Block, Edge, IrFunction, Terminator, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction, eachUse, incomingEdges, Replacements } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";
import { forgetVariables, removeUnreachable } from "./unreachable.ts";

const sameEdge = (a: Edge, b: Edge): boolean => a.to === b.to && a.args.every((arg, i) => arg === b.args[i]);

/** Whether coming there is undefined, so that nobody comes there. */
function neverComes({ to }: Edge): boolean {
  return to.instructions.length === 0 && to.terminator.kind === "unreachable";
}

/** A simpler terminator that does the same. */
function simpler(terminator: Terminator): Terminator | undefined {
  const { place } = terminator;
  if (terminator.kind === "branch") {
    const { condition, then, otherwise, likely } = terminator;
    const value = constantOf(condition);
    if (value !== undefined) return { kind: "jump", place, edge: value === 1n ? then : otherwise };
    if (sameEdge(then, otherwise) || neverComes(otherwise)) return { kind: "jump", place, edge: then };
    if (neverComes(then)) return { kind: "jump", place, edge: otherwise };
    const def = definingInstruction(condition);
    if (def?.op === "xor" && constantOf(def.args[1]!) === 1n) {
      const opposite = likely && (likely === "then" ? "otherwise" : "then");
      return newBranch(def.args[0]!, otherwise, then, { likely: opposite, place });
    }
  } else if (terminator.kind === "toggle") {
    const { then, otherwise } = terminator;
    if (sameEdge(then, otherwise)) return { kind: "jump", place, edge: otherwise };
  } else if (terminator.kind === "switch") {
    const { subject, cases, otherwise } = terminator;
    const value = constantOf(subject);
    if (value !== undefined) {
      return { kind: "jump", place, edge: cases.find((c) => c.value === value)?.edge ?? otherwise };
    }
    const useful = cases.filter(({ edge }) => !sameEdge(edge, otherwise));
    if (useful.length === 0) return { kind: "jump", place, edge: otherwise };
    if (useful.length < cases.length) return { ...terminator, cases: useful };
  }
  return undefined;
}

/** Blocks whose values are used in other blocks, edges counted to the block that they leave. */
function sharing(fn: IrFunction): Set<Block> {
  const homes: (Block | undefined)[] = new Array<Block | undefined>(fn.nextValue).fill(undefined);
  for (const block of fn.blocks) {
    for (const { id } of block.params) homes[id] = block;
    for (const { results } of block.instructions) for (const { id } of results) homes[id] = block;
  }
  const shared = new Set<Block>();
  for (const block of fn.blocks) {
    const use = ({ id }: Value): void => {
      const at = homes[id];
      if (at !== undefined && at !== block) shared.add(at);
    };
    for (const { args } of block.instructions) for (const arg of args) use(arg);
    eachUse(block.terminator, use);
  }
  return shared;
}

/** Edges that lead through blocks without work go on to where those lead. */
function skip(fn: IrFunction): boolean {
  // Found when it is first asked for: before any edge is moved.
  let shared: Set<Block> | undefined;
  let changed = false;
  const follow = (edge: Edge): boolean => {
    const { to } = edge;
    if (to.instructions.length > 1) return false;
    const value = (v: Value): Value => {
      const index = to.params.indexOf(v);
      return index < 0 ? v : edge.args[index]!;
    };
    const next = goal(to, value);
    if (next === undefined || next.to === to) return false;
    shared ??= sharing(fn);
    if (shared.has(to)) return false;
    const made = new Set(to.instructions.flatMap(({ results }) => results));
    if (next.args.some((arg) => made.has(arg))) return false;
    const args = next.args.map(value);
    edge.to = next.to;
    edge.args = args;
    return true;
  };
  for (const block of fn.blocks) {
    eachEdge(block.terminator, (edge) => {
      // A circle of empty blocks has no end.
      for (let steps = 0; steps < 16 && follow(edge); steps++) changed = true;
    });
  }
  return changed;
}

/** Where a block leads whose parameters have these values, if that is known and it does nothing else. */
function goal(block: Block, value: (v: Value) => Value): Edge | undefined {
  const { terminator, instructions } = block;
  const [only] = instructions;
  if (terminator.kind === "jump") return only ? undefined : terminator.edge;
  if (terminator.kind === "switch") {
    const subject = only ? undefined : constantOf(value(terminator.subject));
    if (subject === undefined) return undefined;
    return terminator.cases.find((c) => c.value === subject)?.edge ?? terminator.otherwise;
  }
  if (terminator.kind !== "branch") return undefined;
  let condition = constantOf(value(terminator.condition));
  if (only) {
    // A comparison of a parameter for equality with a constant.
    if (only.op !== "icmp" || only.results[0] !== terminator.condition) return undefined;
    const [a, b] = only.args.map((arg) => constantOf(value(arg)));
    const how = only.details.condition;
    if (a === undefined || b === undefined || (how !== "eq" && how !== "ne")) return undefined;
    condition = (a === b) === (how === "eq") ? 1n : 0n;
  }
  if (condition === undefined) return undefined;
  return condition === 1n ? terminator.then : terminator.otherwise;
}

/** Blocks with one edge in, a jump, become part of the block before. */
function merge(fn: IrFunction): boolean {
  const incoming = incomingEdges(fn);
  const replaced = new Replacements();
  const gone = new Set<Block>();
  for (const block of fn.blocks) {
    if (gone.has(block)) continue;
    for (;;) {
      const { terminator } = block;
      if (terminator.kind !== "jump") break;
      const { to, args } = terminator.edge;
      if (to === block || to === fn.blocks[0] || incoming.get(to)!.length !== 1) break;
      for (const [i, param] of to.params.entries()) replaced.set(param, args[i]!);
      block.instructions.push(...to.instructions);
      block.terminator = to.terminator;
      gone.add(to);
    }
  }
  if (gone.size === 0) return false;
  fn.blocks = fn.blocks.filter((block) => !gone.has(block));
  replaced.apply(fn);
  return true;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  let again = true;
  for (let round = 0; again && round < 64; round++) {
    again = removeUnreachable(fn);
    for (const block of fn.blocks) {
      for (let next = simpler(block.terminator); next !== undefined; next = simpler(block.terminator)) {
        block.terminator = next;
        again = true;
      }
    }
    if (skip(fn)) again = true;
    if (removeUnreachable(fn)) again = true;
    if (merge(fn)) again = true;
    changed ||= again;
  }
  if (changed) forgetVariables(fn);
  return changed;
}

export const branches: Pass = { name: "branches", letter: "j", settles: true, run };
