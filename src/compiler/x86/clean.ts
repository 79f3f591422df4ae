/**
 * Which values have zeros in their registers above their type's bits, as selection makes them: then widening them costs
 * nothing. Parameters of blocks are clean if all that is passed to them is; those of the function are not (the ABI leaves
 * such bits open, psABI §3.2.3).
 */
import type { Block, Edge, IrFunction, Value } from "../ir/ir.ts";

export function edgesOf(block: Block): readonly Edge[] {
  const t = block.terminator;
  switch (t.kind) {
    case "jump":
      return [t.edge];
    case "branch":
    case "toggle":
      return [t.then, t.otherwise];
    case "switch":
      return [...t.cases.map((c) => c.edge), t.otherwise];
    default:
      return [];
  }
}

/** Results of these are made by 32-bit operations whatever the type, so that only i32 is clean. */
function isCleanResult(v: Value, isClean: (v: Value) => boolean): boolean {
  if (v.type === "i1" || v.type === "i64" || v.type === "f64") return true;
  if (!("op" in v.def)) return false;
  const { op, args } = v.def;
  switch (op) {
    case "const":
    case "load":
    case "atomicload":
    case "portin":
    case "zext":
    case "udiv":
    case "urem":
    case "lshr":
    case "popcnt":
    case "clz":
    case "ctz":
      return true;
    case "and":
      return v.type === "i32" || isClean(args[0]!) || isClean(args[1]!);
    case "or":
    case "xor":
      return v.type === "i32" || (isClean(args[0]!) && isClean(args[1]!));
    case "select":
      return v.type === "i32" || (isClean(args[1]!) && isClean(args[2]!));
    case "trunc":
    case "call":
    case "callptr":
    case "asm":
      return false;
    default:
      return v.type === "i32";
  }
}

/** The test for the values of a function. */
export function findClean(fn: IrFunction): (v: Value) => boolean {
  const unclean = new Set<Value>();
  const known = new Map<Value, boolean>();
  const entry = fn.blocks[0];
  const isClean = (v: Value): boolean => {
    if (!("op" in v.def)) return v.type === "i1" || v.type === "i64" || v.type === "f64" || !unclean.has(v);
    const before = known.get(v);
    if (before !== undefined) return before;
    const result = isCleanResult(v, isClean);
    known.set(v, result);
    return result;
  };
  for (const p of entry?.params ?? []) unclean.add(p);
  for (let changed = true; changed; ) {
    changed = false;
    known.clear();
    for (const block of fn.blocks) {
      for (const edge of edgesOf(block)) {
        edge.to.params.forEach((p, i) => {
          if (!unclean.has(p) && !isClean(edge.args[i]!)) {
            unclean.add(p);
            changed = true;
          }
        });
      }
    }
    if (!changed) break;
  }
  known.clear();
  return isClean;
}
