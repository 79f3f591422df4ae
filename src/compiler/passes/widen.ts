/**
 * Narrow counters of loops that are extended in each round become counters of 64 bits: elements are addressed by u64, so that a u32 or i32
 * counter would be extended at every access. Only where the counter surely does not wrap: each round goes on only if the next
 * value is below something, by one, in the extension's own signedness.
 */
import { bitsOf, newInstruction, newParam } from "../ir/construct.ts";
import { dominators, type Loop, loops } from "../ir/dominators.ts";
import type { Edge, Instruction, IrFunction, Terminator, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction, Replacements } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";
import { headerEdges, preheader } from "./preheader.ts";
import { forgetVariables } from "./unreachable.ts";

interface Narrow {
  readonly param: Value;
  readonly index: number;
  /** `param + 1`. */
  readonly next: Instruction;
  readonly extension: "zext" | "sext";
}

/** Whether a branch goes this way only if the value is below another one. */
function belowOn(value: Value, terminator: Terminator, edge: Edge, signed: boolean): boolean {
  if (terminator.kind !== "branch" || terminator.then.to === terminator.otherwise.to) return false;
  const def = definingInstruction(terminator.condition);
  if (def?.op !== "icmp") return false;
  const then = edge === terminator.then;
  const [left, right] = def.args;
  const { condition } = def.details;
  const [less, notLess] = signed ? ["slt", "sge"] : ["ult", "uge"];
  const [greater, notGreater] = signed ? ["sgt", "sle"] : ["ugt", "ule"];
  if (left === value) return condition === (then ? less : notLess);
  return right === value && condition === (then ? greater : notGreater);
}

/** Counters of a loop that are worth it and safe. */
function narrow(fn: IrFunction, loop: Loop): Narrow[] {
  const { outside, back } = headerEdges(fn, loop);
  const inside = fn.blocks.filter((block) => loop.blocks.has(block)).flatMap((block) => block.instructions);
  return loop.header.params.flatMap((param, index): Narrow[] => {
    if (param.type !== "i32" && param.type !== "i16" && param.type !== "i8") return [];
    const next = definingInstruction(back[0]!.edge.args[index]!);
    if (next?.op !== "add" || next.args[0] !== param || constantOf(next.args[1]!) !== 1n) return [];
    if (!back.every(({ edge }) => edge.args[index] === next.results[0])) return [];
    const extension = inside.find(
      ({ op, args, results }) =>
        (op === "zext" || op === "sext") &&
        results[0]!.type === "i64" &&
        (args[0] === param || args[0] === next.results[0]),
    )?.op;
    if (extension !== "zext" && extension !== "sext") return [];
    // The first value is not the largest either.
    const bits = bitsOf(param.type);
    const largest = (1n << BigInt(extension === "sext" ? bits - 1 : bits)) - 1n;
    const starts = outside.map(({ edge }) => constantOf(edge.args[index]!));
    if (!starts.every((start) => start !== undefined && start !== largest)) return [];
    const guarded = back.every(({ from, edge }) =>
      belowOn(next.results[0]!, from.terminator, edge, extension === "sext"),
    );
    return guarded ? [{ param, index, next, extension }] : [];
  });
}

function widen(fn: IrFunction, loop: Loop, { param, index, next, extension }: Narrow): boolean {
  const front = preheader(fn, loop);
  if (front === undefined || front.terminator.kind !== "jump") return false;
  const { back } = headerEdges(fn, loop);
  const { header } = loop;
  const first = newInstruction(fn, extension, [front.terminator.edge.args[index]!], ["i64"]);
  front.instructions.push(first);
  front.terminator.edge.args.push(first.results[0]!);

  const wide = newParam(fn, header, "i64");
  const home = fn.blocks.find((block) => block.instructions.includes(next))!;
  const one = newInstruction(fn, "const", [], ["i64"], { value: 1n });
  const sum = newInstruction(fn, "add", [wide, one.results[0]!], ["i64"], {}, next.place);
  const wideNext = sum.results[0]!;
  home.instructions.splice(home.instructions.indexOf(next), 0, one, sum);
  for (const { edge } of back) edge.args.push(wideNext);

  // Extensions are the wide ones, and the narrow ones are cut out of them.
  const replaced = new Replacements();
  for (const block of fn.blocks) {
    for (const { op, args, results } of block.instructions) {
      if (op !== extension || results[0]!.type !== "i64") continue;
      if (args[0] === param) replaced.set(results[0]!, wide);
      else if (args[0] === next.results[0]) replaced.set(results[0]!, wideNext);
    }
  }
  replaced.apply(fn);
  const cut = newInstruction(fn, "trunc", [wide], [param.type]);
  const narrowed = new Replacements();
  narrowed.set(param, cut.results[0]!);
  next.op = "trunc";
  next.args = [wideNext];
  narrowed.apply(fn);
  header.instructions.unshift(cut);
  return true;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  const headers = loops(dominators(fn)).map((loop) => loop.header);
  for (const header of headers.reverse()) {
    for (;;) {
      const loop = loops(dominators(fn)).find((l) => l.header === header);
      const [counter] = loop ? narrow(fn, loop) : [];
      if (!loop || !counter || !widen(fn, loop, counter)) break;
      changed = true;
    }
  }
  if (changed) forgetVariables(fn);
  return changed;
}

/** The narrow counters stay, for `dead` to take. */
export const widening: Pass = { name: "widening", letter: "w", run };
