/**
 * Parameters that are the same constant or address in every call become that constant: what a function is given to call is then called by
 * name, and may be inlined. Functions that pass their own parameter on count as what that is. Only functions that nobody else reaches.
 *
 * After Callahan, Cooper, Kennedy and Torczon, "Interprocedural Constant Propagation" (1986), with pass-through jump functions.
 */
import { newInstruction } from "../ir/construct.ts";
import type { Details, Instruction, IrFunction, IrProgram, Value } from "../ir/ir.ts";
import { definingInstruction, Replacements } from "../ir/uses.ts";
import { isHidden, references } from "./references.ts";

/** What is known of a parameter: nothing yet, one value, or several. */
type Known = { readonly op: "const" | "symbol"; readonly details: Details } | "none" | "several";

const isSame = (a: Details, b: Details): boolean =>
  a.value === b.value && a.symbol === b.symbol && (a.offset ?? 0) === (b.offset ?? 0);

function meet(a: Known, b: Known): Known {
  if (a === "none") return b;
  if (b === "none") return a;
  return a !== "several" && b !== "several" && a.op === b.op && isSame(a.details, b.details) ? a : "several";
}

interface Call {
  readonly caller: IrFunction;
  readonly callee: IrFunction;
  readonly instruction: Instruction;
}

/** Calls of functions of which all calls are known. */
function callsOf(program: IrProgram): Call[] {
  const named = references(program);
  const functions = new Map(
    program.functions
      .filter((fn) => isHidden(fn, named) && !fn.attributes.naked && !fn.signature.variadic)
      .map((fn) => [fn.symbol, fn]),
  );
  return program.functions.flatMap((caller) =>
    caller.blocks.flatMap((block) =>
      block.instructions.flatMap((instruction): Call[] => {
        const { op, details, args } = instruction;
        const callee = op === "call" ? functions.get(details.symbol!) : undefined;
        const fits = callee !== undefined && args.length === callee.signature.params.length;
        return callee && fits ? [{ caller, callee, instruction }] : [];
      }),
    ),
  );
}

/** Changes functions in place, and gives those that were changed. */
export function propagateArguments(program: IrProgram): IrFunction[] {
  const calls = callsOf(program);
  const known = new Map<Value, Known>();
  for (const { callee } of calls) {
    callee.signature.params.forEach((param, i) => {
      known.set(
        callee.blocks[0]!.params[i]!,
        typeof param === "string" && param !== "f64" ? "none" : "several",
      );
    });
  }
  const knownOf = (value: Value): Known => {
    const passed = known.get(value);
    if (passed !== undefined) return passed;
    const def = definingInstruction(value);
    return def?.op === "const" || def?.op === "symbol" ? { op: def.op, details: def.details } : "several";
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const { callee, instruction } of calls) {
      callee.blocks[0]!.params.forEach((param, i) => {
        const before = known.get(param)!;
        const arg = instruction.args[i]!;
        const after = meet(before, arg.type === param.type ? knownOf(arg) : "several");
        if (after === before) return;
        known.set(param, after);
        changed = true;
      });
    }
  }

  const changed: IrFunction[] = [];
  for (const fn of new Set(calls.map(({ callee }) => callee))) {
    const entry = fn.blocks[0]!;
    const replaced = new Replacements();
    for (const param of entry.params) {
      const value = known.get(param)!;
      if (typeof value === "string") continue;
      const made = newInstruction(fn, value.op, [], [param.type], value.details);
      entry.instructions.unshift(made);
      replaced.set(param, made.results[0]!);
    }
    if (replaced.size === 0) continue;
    replaced.apply(fn);
    changed.push(fn);
  }
  return changed;
}
