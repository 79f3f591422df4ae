/**
 * Parameters of a loop's header that always differ by a constant become one: rotation leaves the counter beside the counter's next
 * value. That q is p + d is assumed and then found true on every edge into the header.
 */
import { bitsOf, newInstruction } from "../ir/construct.ts";
import { dominators, loops } from "../ir/dominators.ts";
import type { Block, IrFunction, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction, type Incoming, incomingEdges, Replacements } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";
import { forgetVariables } from "./unreachable.ts";

/** A value as another one, or none, and a constant. */
interface Linear {
  readonly base: Value | undefined;
  readonly constant: bigint;
}

function linear(value: Value): Linear {
  let base = value;
  let constant = 0n;
  for (;;) {
    const known = constantOf(base);
    if (known !== undefined) return { base: undefined, constant: constant + known };
    const def = definingInstruction(base);
    const by = def?.op === "add" ? constantOf(def.args[1]!) : undefined;
    if (def === undefined || by === undefined) return { base, constant };
    constant += by;
    base = def.args[0]!;
  }
}

/** The constant d for which q is p + d, parameters `i` and `j` of a block with these edges. */
function distance(header: Block, edges: readonly Incoming[], i: number, j: number): bigint | undefined {
  const [p, q] = [header.params[i]!, header.params[j]!];
  const bits = bitsOf(p.type);
  const wrapped = (n: bigint): bigint => BigInt.asUintN(bits, n);
  let found: bigint | undefined;
  const pairs = edges.map(({ edge }) => [linear(edge.args[i]!), linear(edge.args[j]!)] as const);
  for (const [a, b] of pairs) {
    if (a.base !== b.base) continue;
    const d = wrapped(b.constant - a.constant);
    if (found !== undefined && found !== d) return undefined;
    found = d;
  }
  if (found === undefined) return undefined;
  const d = found;
  const inTermsOfP = (l: Linear): Linear => (l.base === q ? { base: p, constant: l.constant + d } : l);
  const holds = pairs.every(([a, b]) => {
    const [x, y] = [inTermsOfP(a), inTermsOfP(b)];
    return x.base === y.base && wrapped(y.constant - x.constant) === d;
  });
  return holds ? d : undefined;
}

/** Joins one pair, if there is one. */
function join(fn: IrFunction, header: Block, edges: readonly Incoming[]): boolean {
  for (const [j, q] of header.params.entries()) {
    if (q.type === "f64" || q.type === "i1") continue;
    for (const [i, p] of header.params.entries()) {
      if (i >= j || p.type !== q.type) continue;
      const d = distance(header, edges, i, j);
      if (d === undefined) continue;
      const by = newInstruction(fn, "const", [], [p.type], { value: d });
      const sum = newInstruction(fn, "add", [p, by.results[0]!], [p.type], {}, header.terminator.place);
      header.instructions.unshift(by, sum);
      header.params.splice(j, 1);
      for (const { edge } of edges) edge.args.splice(j, 1);
      const replaced = new Replacements();
      replaced.set(q, sum.results[0]!);
      replaced.apply(fn);
      return true;
    }
  }
  return false;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  const incoming = incomingEdges(fn);
  for (const { header } of loops(dominators(fn))) {
    if (header === fn.blocks[0]) continue;
    while (join(fn, header, incoming.get(header)!)) changed = true;
  }
  if (changed) forgetVariables(fn);
  return changed;
}

export const congruence: Pass = { name: "congruence", letter: "e", run };
