/**
 * Constant folding and algebra on single instructions and small trees of them: rules.ts and compare-rules.ts say which. Constants
 * go to the right, displacements into loads and stores. Floating point is folded only where every bit of the result is known.
 */
import { evaluate, isArithmetic, type Scalar } from "../ir/arithmetic.ts";
import { newInstruction } from "../ir/construct.ts";
import { reversePostorder } from "../ir/dominators.ts";
import type { Instruction, IrFunction, IrProgram, Value } from "../ir/ir.ts";
import { OPS } from "../ir/ops.ts";
import { constantOf, countUses, definingInstruction, mapped, Replacements } from "../ir/uses.ts";
import { comparisonRules } from "./compare-rules.ts";
import { type Pass, rewrite } from "./pass.ts";
import { loadConstant } from "./read-only.ts";
import { integerRules, type Workshop } from "./rules.ts";
import { forgetVariables } from "./unreachable.ts";

function scalarOf(value: Value): Scalar | undefined {
  const def = definingInstruction(value);
  if (def?.op === "const") return def.details.value;
  return def?.op === "fconst" ? def.details.number : undefined;
}

/** The instruction becomes its constant result, if its arguments are constants. */
function fold(instruction: Instruction): boolean {
  const { op, args } = instruction;
  const [first] = args;
  if (first === undefined || scalarOf(first) === undefined || !isArithmetic(op)) return false;
  const values: Scalar[] = [];
  for (const arg of args) {
    const value = scalarOf(arg);
    if (value === undefined) return false;
    values.push(value);
  }
  const result = evaluate(instruction, values);
  if (typeof result === "string") return false;
  if (typeof result === "bigint") rewrite(instruction, "const", [], { value: result });
  // Which NaN it is depends on the processor.
  else if (Number.isNaN(result)) return false;
  else rewrite(instruction, "fconst", [], { number: result });
  return true;
}

/** Constants to the right of what commutes. */
function order(instruction: Instruction): boolean {
  const [a, b] = instruction.args;
  if (!("commutative" in OPS[instruction.op]) || scalarOf(a!) === undefined || scalarOf(b!) !== undefined)
    return false;
  instruction.args = [b!, a!];
  return true;
}

/** A constant added to an address goes into the displacement. */
function displace(instruction: Instruction): boolean {
  const { op, args, details } = instruction;
  if (op !== "load" && op !== "store") return false;
  const def = definingInstruction(args[0]!);
  if (def?.op !== "add") return false;
  const by = constantOf(def.args[1]!);
  if (by === undefined) return false;
  const offset = (details.offset ?? 0) + Number(BigInt.asIntN(64, by));
  if (!Number.isInteger(offset) || Math.abs(offset) >= 2 ** 31) return false;
  instruction.args[0] = def.args[0]!;
  instruction.details = { ...details, offset };
  return true;
}

/** A call of an address that is known, as what is there: who casts a function to another type calls it by its address. */
function callByName(instruction: Instruction, program: IrProgram): boolean {
  const { op, args, details } = instruction;
  const address = op === "callptr" ? definingInstruction(args[0]!) : undefined;
  if (address?.op !== "symbol" || (address.details.offset ?? 0) !== 0) return false;
  const callee = program.functions.find((fn) => fn.symbol === address.details.symbol);
  if (callee && JSON.stringify(callee.signature) !== JSON.stringify(details.signature)) return false;
  rewrite(instruction, "call", args.slice(1), { ...details, symbol: address.details.symbol! });
  return true;
}

function floatRules({ op, args }: Instruction): Value | undefined {
  const right = args[1] && scalarOf(args[1]);
  switch (op) {
    case "fadd":
      return Object.is(right, -0) ? args[0] : undefined;
    case "fsub":
      return Object.is(right, 0) ? args[0] : undefined;
    case "fmul":
    case "fdiv":
      return right === 1 ? args[0] : undefined;
    case "fneg": {
      const def = definingInstruction(args[0]!);
      return def?.op === "fneg" ? def.args[0] : undefined;
    }
    default:
      return undefined;
  }
}

function selectRules({ op, args }: Instruction): Value | undefined {
  if (op !== "select") return undefined;
  const condition = constantOf(args[0]!);
  if (condition !== undefined) return condition === 1n ? args[1] : args[2];
  return args[1] === args[2] ? args[1] : undefined;
}

/** Over the whole function, once. */
function sweep(fn: IrFunction, program: IrProgram): boolean {
  let changed = false;
  const replaced = new Replacements();
  const uses = countUses(fn);
  const resolve = (value: Value): Value => replaced.resolve(value);
  let list: Instruction[] = [];
  let place: Instruction["place"];
  const shop: Workshop = {
    make: (op, args, type, details = {}) => {
      const made = newInstruction(fn, op, args, [type], details, place);
      list.push(made);
      return made.results[0]!;
    },
    usedOnce: (value) => (uses.get(value) ?? 1) === 1,
  };
  for (const block of reversePostorder(fn)) {
    list = [];
    for (const instruction of block.instructions) {
      instruction.args = mapped(instruction.args, resolve);
      place = instruction.place;
      // Constants, addresses and the like are as simple as can be.
      if (instruction.args.length === 0) {
        list.push(instruction);
        continue;
      }
      // Each rule makes the instruction simpler, so that this ends; the bound is for a rule that is wrong about that.
      for (let round = 0; round < 16; round++) {
        if (
          order(instruction) ||
          displace(instruction) ||
          fold(instruction) ||
          loadConstant(instruction, program) ||
          callByName(instruction, program)
        ) {
          changed = true;
          continue;
        }
        const result =
          selectRules(instruction) ??
          floatRules(instruction) ??
          integerRules(instruction, shop) ??
          comparisonRules(instruction, shop);
        if (result === undefined) break;
        changed = true;
        if (result !== "again") {
          replaced.set(instruction.results[0]!, result);
          break;
        }
      }
      list.push(instruction);
    }
    block.instructions = list;
  }
  replaced.apply(fn);
  if (changed) forgetVariables(fn);
  return changed;
}

function run(fn: IrFunction, program: IrProgram): boolean {
  let changed = false;
  for (let round = 0; round < 8 && sweep(fn, program); round++) changed = true;
  return changed;
}

/** Instructions that are replaced stay for `dead` to take. */
export const simplify: Pass = { name: "simplify", letter: "f", settles: true, run };
