/**
 * Common subexpressions, by value numbers along the dominator tree: a pure operation that was computed on every way to here is not
 * computed again. Loads likewise while nothing may have written what they read, and a load after a store of the same bytes is the
 * value stored. On the side of a branch where a condition is known, it is a constant.
 */
import { newInstruction } from "../ir/construct.ts";
import { dominators } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction, IrType, Value } from "../ir/ir.ts";
import { OPS } from "../ir/ops.ts";
import { constantOf, countUses, incomingEdges, mapTerminator, Replacements } from "../ir/uses.ts";
import { type Access, Aliases, accessOf } from "./alias.ts";
import { isPure, type Pass } from "./pass.ts";
import { forgetVariables } from "./unreachable.ts";

/** What memory is known to hold. */
interface Fact {
  readonly at: Access;
  readonly type: IrType;
  readonly value: Value;
}

/** Facts kept at a time: the oldest go. */
const MAX_FACTS = 64;

/** Values known in a block and those that it dominates. */
class Scope {
  readonly #outer: Scope | undefined;
  readonly #known = new Map<string, Value>();
  /** What conditions stand for on this side of a branch. */
  readonly conditions = new Map<Value, Value>();
  facts: readonly Fact[] = [];

  constructor(outer: Scope | undefined) {
    this.#outer = outer;
  }
  find(key: string): Value | undefined {
    return this.#known.get(key) ?? this.#outer?.find(key);
  }
  add(key: string, value: Value): void {
    this.#known.set(key, value);
  }
  condition(value: Value): Value | undefined {
    return this.conditions.get(value) ?? this.#outer?.condition(value);
  }
}

function keyOf({ op, args, results, details }: Instruction): string {
  const ids = args.map((arg) => arg.id);
  if ("commutative" in OPS[op]) ids.sort((a, b) => a - b);
  const number = details.number === undefined ? "" : Object.is(details.number, -0) ? "-0" : details.number;
  return [
    op,
    results[0]!.type,
    ids.join(),
    details.value ?? "",
    number,
    details.symbol ?? "",
    details.offset ?? 0,
    details.condition ?? "",
    details.slot?.id ?? "",
  ].join("|");
}

function run(fn: IrFunction): boolean {
  const tree = dominators(fn);
  const incoming = incomingEdges(fn);
  const aliases = new Aliases(fn);
  const replaced = new Replacements();
  const uses = countUses(fn);
  const entry = fn.blocks[0]!;
  let changed = false;

  const visit = (block: Block, scope: Scope): void => {
    const before = incoming.get(block)!;
    if (before.length === 1) assume(block, scope);
    const known = (value: Value): Value => {
      const resolved = replaced.resolve(value);
      const condition = scope.condition(resolved);
      if (condition !== undefined) changed = true;
      return condition ?? resolved;
    };
    const kept: Instruction[] = [];
    for (const instruction of block.instructions) {
      instruction.args = instruction.args.map(known);
      const older = isPure(instruction) ? number(instruction, scope) : remember(instruction, scope);
      if (older === undefined) kept.push(instruction);
      else replaced.set(instruction.results[0]!, older);
    }
    block.instructions = kept;
    mapTerminator(block.terminator, known);
  };

  /** What the one edge into a block says about its condition. */
  const assume = (block: Block, scope: Scope): void => {
    const { from } = incoming.get(block)![0]!;
    const { terminator } = from;
    if (terminator.kind !== "branch" || constantOf(terminator.condition) !== undefined) return;
    if (uses.get(terminator.condition) === 1) return;
    const truth = newInstruction(fn, "const", [], ["i1"], { value: terminator.then.to === block ? 1n : 0n });
    block.instructions.unshift(truth);
    scope.conditions.set(terminator.condition, truth.results[0]!);
  };

  const number = (instruction: Instruction, scope: Scope): Value | undefined => {
    const key = keyOf(instruction);
    const older = scope.find(key);
    if (older === undefined) scope.add(key, instruction.results[0]!);
    return older;
  };

  const remember = (instruction: Instruction, scope: Scope): Value | undefined => {
    const { op, args, results, details } = instruction;
    if (op === "load" && !details.volatile) {
      const at = accessOf(instruction)!;
      const { type } = results[0]!;
      const fact = scope.facts.find((f) => f.type === type && Aliases.same(f.at, at));
      if (fact) return fact.value;
      scope.facts = [...scope.facts.slice(1 - MAX_FACTS), { at, type, value: results[0]! }];
      return undefined;
    }
    if (OPS[op].effect !== "write") return undefined;
    scope.facts = scope.facts.filter(({ at }) => !aliases.mayWrite(instruction, at));
    if (op === "store" && !details.volatile) {
      const value = args[1]!;
      scope.facts = [
        ...scope.facts.slice(1 - MAX_FACTS),
        { at: accessOf(instruction)!, type: value.type, value },
      ];
    }
    return undefined;
  };

  const work: { block: Block; outer: Scope | undefined }[] = [{ block: entry, outer: undefined }];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    const { block, outer } = item;
    const scope = new Scope(outer);
    const before = incoming.get(block)!;
    // Memory is as the only block before left it; where ways join, nothing is known.
    if (before.length === 1 && outer && tree.immediate.get(block) === before[0]!.from)
      scope.facts = outer.facts;
    visit(block, scope);
    for (const child of tree.children.get(block)!) work.push({ block: child, outer: scope });
  }
  if (replaced.size > 0) changed = true;
  replaced.apply(fn);
  forgetVariables(fn);
  return changed;
}

export const gvn: Pass = { name: "gvn", letter: "g", run };
