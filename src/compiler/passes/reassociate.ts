/**
 * Sums, products and the like of several values are computed in the order in which the values are there: what a loop does not change
 * first, so that it can move out, and what takes longest last. Like LLVM's pass of this name, by ranks; but two at a time, the
 * earliest, as in a Huffman tree, so that independent parts do not wait for each other.
 */
import { newInstruction } from "../ir/construct.ts";
import { reversePostorder } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction, Value } from "../ir/ir.ts";
import type { OpName } from "../ir/ops.ts";
import { constantOf, countUses, definingInstruction } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";

const ASSOCIATIVE: ReadonlySet<OpName> = new Set(["add", "mul", "and", "or", "xor"]);
/** Longer chains stay as they are. */
const MOST = 32;

/** When values are there: steps after the start of their block, of later blocks more than of all earlier ones. */
function ranksOf(order: readonly Block[]): Map<Value, number> {
  const ranks = new Map<Value, number>();
  order.forEach((block, n) => {
    const start = n * 2 ** 16;
    for (const param of block.params) ranks.set(param, start);
    for (const { op, args, results } of block.instructions) {
      const own = op === "load" || op === "call" || op === "callptr" || op === "asm" ? start : 0;
      const rank = args.reduce((most, arg) => Math.max(most, ranks.get(arg) ?? 0), own);
      for (const result of results) ranks.set(result, op === "const" || op === "symbol" ? 0 : rank + 1);
    }
  });
  return ranks;
}

type Tree = Value | { readonly left: Tree; readonly right: Tree };

/** The tree as text, the same for exchanged operands. */
function shape(tree: Tree): string {
  if ("def" in tree) return String(tree.id);
  const [a, b] = [shape(tree.left), shape(tree.right)];
  return a < b ? `(${a} ${b})` : `(${b} ${a})`;
}

interface Chain {
  readonly leaves: readonly Value[];
  /** The instructions that the root replaces, and itself. */
  readonly nodes: ReadonlySet<Instruction>;
  readonly tree: Tree;
}

function run(fn: IrFunction): boolean {
  const order = reversePostorder(fn);
  const ranks = ranksOf(order);
  const uses = countUses(fn);
  let changed = false;

  for (const block of order) {
    const mine = new Set(block.instructions);
    /** The operation's operands, through those of the same operation that nobody else uses. */
    const chain = (root: Instruction): Chain => {
      const leaves: Value[] = [];
      const nodes = new Set<Instruction>();
      const walk = (instruction: Instruction): Tree => {
        nodes.add(instruction);
        const [left, right] = instruction.args.map((arg): Tree => {
          const def = definingInstruction(arg);
          if (def?.op === root.op && mine.has(def) && uses.get(arg) === 1) return walk(def);
          leaves.push(arg);
          return arg;
        });
        return { left: left!, right: right! };
      };
      return { tree: walk(root), leaves, nodes };
    };

    const inner = new Set<Instruction>();
    const replacements = new Map<Instruction, Instruction[]>();
    for (const root of block.instructions.toReversed()) {
      if (!ASSOCIATIVE.has(root.op) || root.results[0]!.type === "i1" || inner.has(root)) continue;
      const { leaves, nodes, tree } = chain(root);
      for (const node of nodes) inner.add(node);
      if (leaves.length < 3 || leaves.length > MOST) continue;
      const better = arrange(leaves, ranks);
      if (shape(better) === shape(tree)) continue;
      replacements.set(root, emit(fn, root, better, ranks));
      for (const node of nodes) if (node !== root) replacements.set(node, []);
      changed = true;
    }
    if (replacements.size === 0) continue;
    block.instructions = block.instructions.flatMap((i) => replacements.get(i) ?? [i]);
  }
  return changed;
}

/** The earliest two are joined until one is left; constants come last, where simplify.ts wants them. */
function arrange(leaves: readonly Value[], ranks: ReadonlyMap<Value, number>): Tree {
  const known = leaves.filter((leaf) => constantOf(leaf) !== undefined);
  const list = leaves
    .filter((leaf) => constantOf(leaf) === undefined)
    .map((tree): { tree: Tree; rank: number } => ({ tree, rank: ranks.get(tree) ?? 0 }));
  const earlier = (a: { rank: number }, b: { rank: number }): number => a.rank - b.rank;
  list.sort(earlier);
  while (list.length > 1) {
    const [a, b] = list.splice(0, 2);
    const joined = { tree: { left: a!.tree, right: b!.tree }, rank: b!.rank + 1 };
    const at = list.findIndex(({ rank }) => rank > joined.rank);
    list.splice(at < 0 ? list.length : at, 0, joined);
  }
  const constants = known.reduce<Tree | undefined>(
    (tree, right) => (tree === undefined ? right : { left: tree, right }),
    undefined,
  );
  const whole = list[0]?.tree;
  if (whole === undefined) return constants!;
  return constants === undefined ? whole : { left: whole, right: constants };
}

/** Instructions for the tree; the last is the root itself, so that its value stays. */
function emit(fn: IrFunction, root: Instruction, tree: Tree, ranks: Map<Value, number>): Instruction[] {
  const made: Instruction[] = [];
  const { type } = root.results[0]!;
  const value = (part: Tree): Value => {
    if ("def" in part) return part;
    const [left, right] = [value(part.left), value(part.right)];
    const instruction = newInstruction(fn, root.op, [left, right], [type], {}, root.place);
    made.push(instruction);
    const result = instruction.results[0]!;
    ranks.set(result, Math.max(ranks.get(left) ?? 0, ranks.get(right) ?? 0) + 1);
    return result;
  };
  // Of three or more leaves it is no leaf itself.
  if ("def" in tree) return [root];
  root.args = [value(tree.left), value(tree.right)];
  return [...made, root];
}

export const reassociation: Pass = { name: "reassociation", letter: "k", run };
