/**
 * The rules of types that ops.ts states, read by the builder (which result an operation has) and the verifier (whether an
 * instruction is well-typed).
 */
import { bitsOf } from "./construct.ts";
import type { Instruction, IrType, Value } from "./ir.ts";
import { OPS, type OpName } from "./ops.ts";

/** Operations on integers that also take conditions. */
const ALSO_CONDITIONS: ReadonlySet<OpName> = new Set(["and", "or", "xor"]);

/**
 * The type of the one result of an operation: given by its arguments or fixed, else `wanted`. Undefined if it has none. Throws
 * TypeError if the operation leaves the type open and none is wanted, or if its results are a signature's.
 */
export function resultType(op: OpName, args: readonly Value[], wanted?: IrType): IrType | undefined {
  const { args: rules, result } = OPS[op];
  if (result === undefined) return undefined;
  if (result === "T" || result === "T2") {
    const index = (rules as readonly string[]).indexOf(result); // widened: each operation has a tuple of its own
    const arg = args[index];
    if (arg === undefined) throw new TypeError(`${op} lacks argument ${index}`);
    return arg.type;
  }
  if (result === "any") {
    if (wanted === undefined) throw new TypeError(`${op} must be told the type of its result`);
    return wanted;
  }
  if (result === "…") throw new TypeError(`${op} has the results of its signature`);
  return result;
}

/** What is wrong with the types of an instruction: messages, none if all is well. */
export function typeErrors(instruction: Instruction): string[] {
  const { op, args, results, details } = instruction;
  const rule: { args: readonly string[]; result: string | undefined } = OPS[op];
  const wrong: string[] = [];
  const open = rule.args.includes("…");
  const fixed = open ? rule.args.length - 1 : rule.args.length;
  if (open ? args.length < fixed : args.length !== fixed) {
    return [`has ${args.length} arguments, not ${fixed}${open ? " or more" : ""}`];
  }
  const bound = new Map<string, IrType>();
  for (let i = 0; i < fixed; i++) {
    const want = rule.args[i]!;
    const have = args[i]!.type;
    if (want === "any") continue;
    if (want === "T" || want === "T2") {
      const first = bound.get(want);
      if (first === undefined) bound.set(want, have);
      else if (first !== have) wrong.push(`argument ${i} is ${have}, not ${first}`);
      if (want === "T" && (have === "f64" || (have === "i1" && !ALSO_CONDITIONS.has(op)))) {
        wrong.push(`argument ${i} is ${have}, not an integer`);
      }
    } else if (want !== have) wrong.push(`argument ${i} is ${have}, not ${want}`);
  }
  if (rule.result === undefined) {
    if (results.length > 0) wrong.push("has a result");
  } else if (rule.result !== "…") {
    if (results.length !== 1) return [...wrong, `has ${results.length} results, not 1`];
    const have = results[0]!.type;
    const want = rule.result === "any" ? have : (bound.get(rule.result) ?? rule.result);
    if (have !== want) wrong.push(`gives ${have}, not ${want}`);
  }
  return [...wrong, ...particular(op, args, results, details)];
}

/** The rules of single operations. */
function particular(
  op: OpName,
  args: readonly Value[],
  results: readonly Value[],
  details: Instruction["details"],
): string[] {
  const wrong: string[] = [];
  const need = (name: keyof Instruction["details"]): void => {
    if (details[name] === undefined) wrong.push(`lacks its ${name}`);
  };
  const memory = (type: IrType): void => {
    if (type === "i1") wrong.push("has i1 in memory");
  };
  const integer = (type: IrType): void => {
    if (type === "f64" || type === "i1") wrong.push(`is of ${type}, not of an integer`);
  };
  switch (op) {
    case "const": {
      need("value");
      const type = results[0]!.type;
      if (type === "f64") wrong.push("is an f64");
      else if (details.value !== undefined && BigInt.asUintN(bitsOf(type), details.value) !== details.value) {
        wrong.push(`does not fit its type: ${details.value}`);
      }
      break;
    }
    case "fconst":
      need("number");
      break;
    case "symbol":
      need("symbol");
      break;
    case "slot":
      need("slot");
      break;
    case "icmp":
      need("condition");
      break;
    case "fcmp":
      need("condition");
      if (details.condition?.startsWith("u")) wrong.push(`compares by ${details.condition}`);
      break;
    case "zext":
    case "sext":
    case "trunc": {
      const [from, to] = [args[0]!.type, results[0]!.type];
      if (from === "f64" || to === "f64") wrong.push("converts f64");
      else if (op === "trunc" ? bitsOf(to) >= bitsOf(from) : bitsOf(to) <= bitsOf(from)) {
        wrong.push(`makes ${to} of ${from}`);
      }
      break;
    }
    case "load":
      memory(results[0]!.type);
      break;
    case "store":
      memory(args[1]!.type);
      break;
    case "atomicload":
      integer(results[0]!.type);
      break;
    case "atomicstore":
      integer(args[1]!.type);
      break;
    case "cmpxchg":
      integer(args[1]!.type);
      break;
    case "atomicrmw":
      integer(args[1]!.type);
      need("rmw");
      break;
    case "portin":
    case "portout": {
      const type = op === "portin" ? results[0]!.type : args[1]!.type;
      if (type !== "i8" && type !== "i16" && type !== "i32") wrong.push(`is of ${type}`);
      break;
    }
    case "call":
    case "callptr": {
      if (op === "call") need("symbol");
      need("signature");
      const { signature } = details;
      if (signature === undefined) break;
      const given = op === "call" ? args : args.slice(1);
      const want = signature.params.map((param) => (typeof param === "string" ? param : "i64"));
      if (signature.variadic ? given.length < want.length : given.length !== want.length) {
        wrong.push(`passes ${given.length} arguments for ${want.length} parameters`);
      }
      want.forEach((type, i) => {
        if (given[i] && given[i].type !== type)
          wrong.push(`passes ${given[i].type} for parameter ${i}, ${type}`);
      });
      if (results.map((r) => r.type).join() !== signature.results.join()) {
        wrong.push(`gives (${results.map((r) => r.type).join()}), not (${signature.results.join()})`);
      }
      break;
    }
    case "asm": {
      need("asm");
      const { asm } = details;
      if (asm && asm.inputs.length !== args.length)
        wrong.push(`has ${args.length} arguments for ${asm.inputs.length} inputs`);
      if (asm && results.length !== (asm.output === undefined ? 0 : 1))
        wrong.push(`has ${results.length} results`);
      asm?.inputs.forEach((at, i) => {
        const def = args[i]?.def;
        const isConstant = def && "op" in def && (def.op === "const" || def.op === "symbol");
        if (at === "constant" && !isConstant) {
          wrong.push(`argument ${i} is no constant`);
        }
      });
      break;
    }
    case "trap":
      break;
    default:
      break;
  }
  return wrong;
}
