/*
 * Expressions and places in the dialect. A literal goes without its type wherever the other side or the place says it, so that this is tried as
 * well; bools, enums and pointers are compared `as` what they are, since tsc narrows them to less.
 */
import { boolText, isNumber, literalText, numberText, typeText } from "./dialect-types.ts";
import { intName } from "./prelude.ts";
import { type Expression, type FunctionTree, isInUnion, type Place } from "./tree.ts";
import { commonMask, type Field, type PointerType, type StructType, type Type } from "./types.ts";
import { operands } from "./walk.ts";

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

/** An index brought to 0 … length - 1. */
export function indexText(index: Expression, length: number): string {
  if (index.kind === "literal" && index.value >= 0n && index.value < length) return String(index.value);
  const low = 2 ** Math.floor(Math.log2(length));
  const unsigned = index.type.kind === "int" && !index.type.signed;
  return low === length || !unsigned ? `(${text(index)} & ${low - 1})` : `(${text(index)} % ${length})`;
}

/** How far a pointer may be moved for what is then still to be there. */
const room = (pointer: PointerType, after: PointerType): number => pointer.extent - after.extent + 1;

function pointerType(e: Expression): PointerType {
  if (e.type.kind !== "pointer") throw new TypeError(`a ${e.type.kind} stands where a pointer should`);
  return e.type;
}

function isThis(place: Place): boolean {
  if (place.kind !== "deref" || place.by !== 0 || place.pointer.kind !== "read") return false;
  const of = place.pointer.place;
  return of.kind === "variable" && of.variable.storage === "this";
}

/** What stands before a dot. */
function ownerText(place: Place): string {
  if (place.kind === "deref" && place.by === 0) return isThis(place) ? "this" : text(place.pointer);
  return placeText(place);
}

export function placeText(place: Place): string {
  switch (place.kind) {
    case "variable":
      return place.variable.name;
    case "field":
      return `${ownerText(place.base)}.${place.field.name}`;
    case "element":
      return `${placeText(place.base)}[${indexText(place.index, place.length)}]`;
    case "deref": {
      if (isThis(place)) return "this";
      const pointer = text(place.pointer);
      if (place.by === 0) return `${pointer}.value`;
      if (typeof place.by === "number") return `${pointer}[${place.by}]`;
      return `${pointer}[${indexText(place.by, pointerType(place.pointer).extent)}]`;
    }
    case "value":
      return text(place.value);
  }
}

/** What is assigned to. */
export const targetText = (place: Place): string =>
  isThis(place) ? `cast<${typeText(place.type)}>(addressOf(this)).value` : placeText(place);

/** A pointer to a structure goes where one to its base is wanted. */
function isImplicit(e: Of<"cast">): boolean {
  const from = pointerType(e.pointer);
  if (from.target.kind !== "struct" || e.type.target.kind !== "struct") return false;
  for (let at: StructType | undefined = from.target; at !== undefined; at = at.base)
    if (at === e.type.target) return !e.type.volatile;
  return false;
}

/** Where the type is known. */
export function given(e: Expression): string {
  if (e.kind === "literal" && e.type.kind === "bool") return boolText(e.value);
  if (isNumber(e)) return e.type.kind === "parameter" ? text(e) : numberText(e.value, e.type.kind === "f64");
  if (e.kind === "cast" && isImplicit(e)) return text(e.pointer);
  return text(e);
}

/** Both sides, one of which may be a literal without its type. */
function sides(left: Expression, right: Expression): [string, string] {
  if (isNumber(left) && isNumber(right)) return [text(left), text(right)];
  return [given(left), given(right)];
}

const isShift = (operator: string): boolean => operator === "<<" || operator === ">>";

function countText(count: Expression, type: Type): string {
  const bits = type.kind === "int" ? type.bits : 8;
  if (isNumber(count) && count.value >= 0 && count.value < bits) return String(count.value);
  const written = text(count);
  // tsc takes `<< f(g<T>(x))` for type arguments of what is before it, unless an operator follows that no type begins with.
  return written.includes(">") ? `~~${written}` : written;
}

const asType = (written: string, type: Type): string =>
  type.kind === "parameter" || type.kind === "enum" ? `(${written} as ${typeText(type)})` : written;

/** A divisor that divides everything. */
function divideText({ operator, left, right, type }: Of<"divide">): string {
  const dividend = text(left);
  if (type.kind === "int" && right.kind === "literal" && right.value !== 0n && right.value !== -1n) {
    return `(${dividend} ${operator} ${right.value})`;
  }
  const signed = type.kind === "int" && type.signed;
  // The least number divided by -1 overflows: halved it does not.
  return signed
    ? `((${dividend} >> 1) ${operator} (${text(right)} | 1))`
    : `(${dividend} ${operator} (${text(right)} | 1))`;
}

function convertText({ how, value, type }: Of<"convert">): string {
  const to = typeText(type);
  if (how === "truncate") return `truncate<${to}>(${text(value)})`;
  if (how === "checked") return `${to}((${text(value)} & ${commonMask(value.type, type)}))`;
  if (type.kind === "enum") return `(${text(value)} as ${to})`;
  return value.type.kind === "f64" ? `${to}FromF64(${text(value)})` : `${to}(${text(value)})`;
}

export function keptText(to: Place, value: Expression, written = given): string {
  if (value.type.kind === "f64" && isInUnion(to)) return `real(${text(value)})`;
  return to.kind === "field" ? fieldText(to.field, value, written) : written(value);
}

/** Whether the compiler may know it: constants must fit bit fields, other values are cut. */
function mayFold(e: Expression): boolean {
  switch (e.kind) {
    case "literal":
    case "sizeof":
    case "alignof":
      return true;
    case "read":
      return e.place.kind === "variable" && e.place.variable.constant;
    case "logical":
      return mayFold(e.left);
    case "choose":
      return mayFold(e.condition) && (mayFold(e.yes) || mayFold(e.no));
    case "unary":
    case "binary":
    case "divide":
    case "compare":
    case "convert":
      return operands(e).every(({ value }) => mayFold(value));
    default:
      return false;
  }
}

function fieldText({ width, type }: Field, value: Expression, written = given): string {
  const base = type.kind === "enum" ? type.base : type;
  if (width === undefined || base.kind !== "int" || !mayFold(value)) return written(value);
  const number = type.kind === "enum" ? `truncate<${intName(base)}>(${text(value)})` : text(value);
  const cut = base.signed
    ? `((${number} << ${base.bits - width}) >> ${base.bits - width})`
    : `(${number} & ${(1n << BigInt(width)) - 1n})`;
  return asType(cut, type);
}

function callText({ callee, args }: Of<"call">): string {
  if (callee.kind === "pointer") return `${text(callee.pointer)}(${args.map(given).join(", ")})`;
  if (callee.kind === "method") {
    return `${ownerText(callee.self)}.${callee.fn.name}(${args.map(given).join(", ")})`;
  }
  const { fn, instance, depth } = callee;
  const deep = depth === undefined ? [] : [depth === "less" ? "depth - 1" : String(depth)];
  // Arguments that are read have their types for tsc too; what is computed is a number to it.
  const tells = (type: Type, i: number): boolean =>
    type.kind !== "parameter" && type.kind !== "pointer" ? true : args[i]?.kind === "read";
  const isTold =
    fn.params.some((p) => p.type.kind === "parameter") && fn.params.every((p, i) => tells(p.type, i));
  const told = instance === undefined || isTold ? "" : `<${intName(instance)}>`;
  return `${fn.name}${told}(${[...deep, ...args.map(given)].join(", ")})`;
}

function functionText(fn: FunctionTree): string {
  if (!fn.arrow) return fn.name;
  const params = fn.params.map((p) => `${p.name}: ${typeText(p.type)}`).join(", ");
  const [only] = fn.body;
  if (only?.kind !== "return") throw new TypeError(`${fn.name} is more than one return`);
  return `((${params}): ${typeText(fn.result)} => ${given(only.value)})`;
}

function aggregateText(e: Of<"aggregate">): string {
  const { type, parts } = e;
  if (parts.length === 0) return `zeroed<${typeText(type)}>()`;
  if (type.kind === "array") return `[${parts.map(({ value }) => given(value)).join(", ")}]`;
  const fields = parts.map(
    ({ field, value }) => `${field?.name}: ${field === undefined ? given(value) : fieldText(field, value)}`,
  );
  return `init<${type.name}>({ ${fields.join(", ")} })`;
}

/** With a type of its own, and in parentheses where it needs them. */
export function text(e: Expression): string {
  switch (e.kind) {
    case "literal":
      return literalText(e);
    case "text":
      return JSON.stringify(e.text);
    case "sizeof":
    case "alignof":
      return `${e.kind}<${typeText(e.of)}>()`;
    case "read": {
      const { place } = e;
      const isSelf = place.kind === "variable" && place.variable.storage === "this";
      return isSelf ? "addressOf(this)" : placeText(place);
    }
    case "unary":
      return asType(`(${e.operator}${text(e.value)})`, e.type);
    case "binary": {
      const [left, right] = isShift(e.operator)
        ? [text(e.left), countText(e.right, e.type)]
        : sides(e.left, e.right);
      return asType(`(${left} ${e.operator} ${right})`, e.type);
    }
    case "divide":
      return divideText(e);
    case "compare": {
      const { left, right } = e;
      const { kind } = left.type;
      const isGuard = right.kind === "literal" && right.type.kind === "pointer";
      if (kind === "bool" || kind === "enum" || (kind === "pointer" && !isGuard)) {
        const as = typeText(left.type);
        return `((${text(left)} as ${as}) ${e.operator} (${text(right)} as ${typeText(right.type)}))`;
      }
      return `(${sides(left, right).join(` ${e.operator} `)})`;
    }
    case "logical":
      return `(${text(e.left)} ${e.operator} ${text(e.right)})`;
    case "choose": {
      const [yes, no] = sides(e.yes, e.no);
      return `(${text(e.condition)} ? ${yes} : ${no})`;
    }
    case "convert":
      return convertText(e);
    case "assign":
      // tsc would take the literal's own type for that of the assignment.
      return `(${targetText(e.to)} = ${keptText(e.to, e.value, text)})`;
    case "update": {
      const value = isShift(e.operator) ? countText(e.value, e.type) : given(e.value);
      return `(${placeText(e.to)} ${e.operator}= ${value})`;
    }
    case "increment":
      return e.prefix ? `(${e.operator}${placeText(e.to)})` : `(${placeText(e.to)}${e.operator})`;
    case "call":
      return callText(e);
    case "function":
      return functionText(e.fn);
    case "intrinsic": {
      const [first, second] = e.args;
      const args = second === undefined ? [text(first!)] : [text(first!), given(second)];
      return `${e.name}(${args.join(", ")})`;
    }
    case "wide":
      return `${e.operator === "/" ? "divideWide" : "remainderWide"}(${[e.high, e.low, e.divisor].map(given).join(", ")})`;
    case "root":
      return `sqrt(${text(e.value)})`;
    case "atomic":
      return `atomic${e.name}(${[`addressOf(${placeText(e.at)})`, ...e.args.map(given)].join(", ")})`;
    case "address":
      return `addressOf(${placeText(e.of)})`;
    case "offset": {
      const by =
        typeof e.by === "number" ? String(e.by) : indexText(e.by, room(pointerType(e.pointer), e.type));
      return `${text(e.pointer)}.offset(${by})`;
    }
    case "cast":
      return e.type.volatile
        ? `mmio<${typeText(e.type.target)}>(address(${text(e.pointer)}))`
        : `cast<${typeText(e.type.target)}>(${text(e.pointer)})`;
    case "comma":
      return `(${text(e.first)}, ${text(e.second)})`;
    case "aggregate":
      return aggregateText(e);
  }
}
