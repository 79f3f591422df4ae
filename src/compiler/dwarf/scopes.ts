/**
 * What code belongs to which block of the source, and to which inlined call. Both are told by places alone: code belongs to a block if
 * its place lies in the block's text, and to an inlined call if its place says so. So passes need not know of blocks, and code that
 * they move stays where the source has it.
 */
import type { FunctionDebug } from "../object.ts";
import type { InlinedCall, Place } from "../place.ts";
import type { FunctionTree, Statement, Variable } from "../tree.ts";

/** A block of the source that has variables of its own. The whole function is one. */
export interface Block {
  /** Undefined: all of the function. */
  readonly place: Place | undefined;
  readonly variables: readonly Variable[];
  readonly blocks: readonly Block[];
}

/** Bytes from a function's start. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A block in one copy of a function: the code that it has there. */
export interface Scope {
  readonly block: Block;
  /** Ascending, without touching each other. */
  readonly ranges: Range[];
  /** Of the block's blocks, those that have code. */
  readonly scopes: Scope[];
  readonly calls: Inlined[];
}
export interface Inlined {
  readonly call: InlinedCall;
  readonly tree: FunctionTree;
  /** The callee's. */
  readonly scope: Scope;
}

/** What the compiler keeps for itself has names that the source cannot have. */
const isNamed = ({ name }: Variable): boolean => /^[\p{L}_$]/u.test(name);

/** The blocks of a function. Without a body it has its parameters alone. */
export function blocksOf(tree: FunctionTree): Block {
  const variables = tree.params.filter(isNamed);
  const blocks: Block[] = [];
  collect(tree.body?.kind === "block" ? tree.body.body : tree.body ? [tree.body] : [], variables, blocks);
  return { place: undefined, variables, blocks };
}

function collect(statements: readonly Statement[], variables: Variable[], blocks: Block[]): void {
  const inner = (place: Place, body: readonly Statement[]): void => {
    const block = { place, variables: [] as Variable[], blocks: [] as Block[] };
    collect(body, block.variables, block.blocks);
    if (block.variables.length > 0) blocks.push(block);
    else blocks.push(...block.blocks);
  };
  for (const s of statements) {
    switch (s.kind) {
      case "declare":
        if (isNamed(s.variable)) variables.push(s.variable);
        break;
      case "block":
        inner(s.place, s.body);
        break;
      case "if":
        collect(s.otherwise ? [s.then, s.otherwise] : [s.then], variables, blocks);
        break;
      case "loop":
      case "labelled":
        collect([s.body], variables, blocks);
        break;
      case "switch":
        inner(
          s.place,
          s.cases.flatMap((c) => c.body),
        );
        break;
      default:
        break;
    }
  }
}

const isWithin = (place: Place, block: Place): boolean =>
  place.file === block.file && place.offset >= block.offset && place.offset < block.offset + block.length;

/** The scopes of a function's code of `length` bytes. `trees` has the functions that may have been inlined. */
export function scopesOf(
  root: Block,
  lines: FunctionDebug["lines"],
  length: number,
  trees: ReadonlyMap<string, FunctionTree>,
): Scope {
  const open = (block: Block): Scope => ({ block, ranges: [], scopes: [], calls: [] });
  const whole = open(root);
  const copies = new Map<InlinedCall, Inlined>();
  const blocks = new Map<FunctionTree, Block>();
  const callee = (tree: FunctionTree): Block => {
    const known = blocks.get(tree) ?? blocksOf(tree);
    blocks.set(tree, known);
    return known;
  };
  lines.forEach(({ offset, place }, i) => {
    const range = { start: offset, end: lines[i + 1]?.offset ?? length };
    if (range.start >= range.end) return;
    // The function's own place first, then those in what was inlined into it, from the outermost on.
    const chain: { readonly place: Place; readonly call: InlinedCall | undefined }[] = [];
    for (let at: Place | undefined = place; at !== undefined; at = at.inlined?.site) {
      chain.unshift({ place: at, call: at.inlined });
    }
    let scope = whole;
    for (const [n, { place: at, call }] of chain.entries()) {
      if (n > 0) {
        const tree = trees.get(call?.symbol ?? "");
        if (call === undefined || tree === undefined) return;
        let copy = copies.get(call);
        if (copy === undefined) {
          copy = { call, tree, scope: open(callee(tree)) };
          copies.set(call, copy);
          scope.calls.push(copy);
        }
        scope = copy.scope;
      }
      add(scope.ranges, range);
      for (;;) {
        const block: Block | undefined = scope.block.blocks.find((b) => b.place && isWithin(at, b.place));
        if (block === undefined) break;
        let inner = scope.scopes.find((s) => s.block === block);
        if (inner === undefined) {
          inner = open(block);
          scope.scopes.push(inner);
        }
        scope = inner;
        add(scope.ranges, range);
      }
    }
  });
  return whole;
}

/** Ranges come in ascending order. */
function add(ranges: Range[], range: Range): void {
  const last = ranges.at(-1);
  if (last?.end === range.start) ranges[ranges.length - 1] = { start: last.start, end: range.end };
  else ranges.push(range);
}
