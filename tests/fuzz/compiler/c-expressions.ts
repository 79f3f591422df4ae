/*
 * Expressions and places in C. C leaves open in which order operands are evaluated: where that matters, they go into variables one after
 * the other, inside of gcc's statement expressions.
 */
import { BASE, cType } from "./c-types.ts";
import { intName } from "./prelude.ts";
import { type Expression, type FunctionTree, isInUnion, type Place, type Variable } from "./tree.ts";
import { commonMask, type IntType, type PointerType, type StructType, type Type } from "./types.ts";
import { hasEffect, operands } from "./walk.ts";

type Of<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

export class ExpressionWriter {
  readonly prefix: string;
  /** What T is. */
  readonly argument: IntType | undefined;
  temporaries = 0;

  constructor(prefix: string, argument: IntType | undefined) {
    this.prefix = prefix;
    this.argument = argument;
  }

  type(type: Type): string {
    return cType(type, this.argument);
  }
  #intType(type: Type): IntType {
    const of = type.kind === "parameter" ? this.argument : type.kind === "enum" ? type.base : type;
    if (of?.kind !== "int") throw new TypeError(`a ${type.kind} stands where an integer should`);
    return of;
  }
  #pointer(e: Expression): PointerType {
    if (e.type.kind !== "pointer") throw new TypeError(`a ${e.type.kind} stands where a pointer should`);
    return e.type;
  }
  variable(v: Variable): string {
    return v.storage === "global" ? `${this.prefix}${v.name}` : v.storage === "this" ? "self" : v.name;
  }
  functionName(fn: FunctionTree, instance: Type | undefined): string {
    const of = fn.owner === undefined ? "" : `${fn.owner.name}_`;
    return `${this.prefix}${of}${fn.name}${instance === undefined ? "" : `_${cType(instance, undefined)}`}`;
  }

  // ------------------------------------------------------------------------------------------------- in order
  /** Evaluates in order: if one has an effect, all go into variables, which `before` declares. */
  #ordered(values: readonly Expression[], force = false): { before: string[]; texts: string[] } {
    const isSafe = !force && (values.length < 2 || !values.some(hasEffect));
    const before: string[] = [];
    const texts = values.map((value) => (isSafe ? this.text(value) : this.kept(value, before)));
    return { before, texts };
  }
  kept(value: Expression, before: string[]): string {
    const name = `t${this.temporaries++}`;
    before.push(`${this.type(value.type)} ${name} = ${this.text(value)};`);
    return name;
  }
  #wrap(before: readonly string[], value: string): string {
    return before.length === 0 ? value : `({ ${before.join(" ")} ${value}; })`;
  }

  // --------------------------------------------------------------------------------------------------- places
  /** An lvalue. If `force`, what it is computed from goes into variables first. */
  place(place: Place, before: string[], force: boolean): string {
    const part = (e: Expression): string =>
      force && e.kind !== "literal" ? this.kept(e, before) : this.text(e);
    switch (place.kind) {
      case "variable":
        return this.variable(place.variable);
      case "field":
        return `${this.place(place.base, before, force)}${this.#toBase(place.base.type, place.owner)}.${place.field.name}`;
      case "element": {
        const base = this.place(place.base, before, force);
        return `${base}.e[${this.index(place.index, place.length, part)}]`;
      }
      case "deref": {
        const pointer = part(place.pointer);
        if (typeof place.by === "number") return `(${pointer})[${place.by}]`;
        return `(${pointer})[${this.index(place.by, this.#pointer(place.pointer).extent, part)}]`;
      }
      case "value":
        // Only what is in a variable has elements that can be taken.
        return this.kept(place.value, before);
    }
  }
  #toBase(type: Type, owner: StructType): string {
    let steps = "";
    for (let at = type; at.kind === "struct" && at !== owner && at.base !== undefined; at = at.base) {
      steps += `.${BASE}`;
    }
    return steps;
  }
  index(index: Expression, length: number, part: (e: Expression) => string): string {
    if (index.kind === "literal" && index.value >= 0n && index.value < length) return String(index.value);
    const low = 2 ** Math.floor(Math.log2(length));
    const unsigned = index.type.kind === "int" && !index.type.signed;
    return low === length || !unsigned ? `${part(index)} & ${low - 1}` : `${part(index)} % ${length}`;
  }
  /** A place, and whether it must be computed before something else is. */
  #isOrdered(place: Place, others: readonly Expression[]): boolean {
    const parts = operands({ kind: "read", place, type: place.type }).map((o) => o.value);
    return [...parts, ...others].some(hasEffect);
  }

  // ---------------------------------------------------------------------------------------------- expressions
  /** Of its type. */
  text(e: Expression): string {
    switch (e.kind) {
      case "literal":
        return this.literal(e);
      case "text":
        return `((u8 *)${JSON.stringify(e.text)})`;
      case "sizeof":
        return `((u64)sizeof(${this.type(e.of)}))`;
      case "alignof":
        return `((u64)__alignof__(${this.type(e.of)}))`;
      case "read": {
        const before: string[] = [];
        const at = this.place(e.place, before, this.#isOrdered(e.place, []));
        return this.#wrap(before, this.#whole(e.place, at));
      }
      case "unary":
        return e.operator === "!"
          ? `((bool)!${this.text(e.value)})`
          : `((${this.type(e.type)})(${e.operator} ${this.text(e.value)}))`;
      case "binary": {
        const { before, texts } = this.#ordered([e.left, e.right]);
        return this.#wrap(before, this.#arithmetic(e.operator, texts[0]!, texts[1]!, e.type));
      }
      case "divide":
        return this.#divide(e);
      case "compare": {
        const { before, texts } = this.#ordered([e.left, e.right]);
        const operator = e.operator === "===" ? "==" : e.operator === "!==" ? "!=" : e.operator;
        return this.#wrap(before, `((bool)(${texts[0]} ${operator} ${texts[1]}))`);
      }
      case "logical":
        return `((bool)(${this.text(e.left)} ${e.operator} ${this.text(e.right)}))`;
      case "choose":
        return `(${this.text(e.condition)} ? ${this.text(e.yes)} : ${this.text(e.no)})`;
      case "convert":
        return this.#convert(e);
      case "assign": {
        const before: string[] = [];
        const to = this.place(e.to, before, this.#isOrdered(e.to, [e.value]));
        const value = this.kept(e.value, before);
        const kept = e.type.kind === "f64" && isInUnion(e.to) ? `real(${value})` : value;
        return this.#wrap(before, this.#whole(e.to, `${to} = ${kept}`));
      }
      case "update": {
        const before: string[] = [];
        const to = this.place(e.to, before, true);
        const old = this.#old(to, e.type, before);
        const by = this.kept(e.value, before);
        const after = `${to} = ${this.#arithmetic(e.operator, old, by, e.type)}`;
        return this.#wrap(before, this.#whole(e.to, after));
      }
      case "increment": {
        const before: string[] = [];
        const to = this.place(e.to, before, true);
        const old = this.#old(to, e.type, before);
        const after = `${to} = (${this.type(e.type)})(${old} ${e.operator[0]} 1)`;
        return this.#wrap(before, e.prefix ? this.#whole(e.to, after) : `${after}; ${old}`);
      }
      case "call":
        return this.#call(e);
      case "function":
        return this.functionName(e.fn, undefined);
      case "intrinsic": {
        const { before, texts } = this.#ordered(e.args);
        return this.#wrap(before, `${e.name}_${intName(e.type)}(${texts.join(", ")})`);
      }
      case "wide": {
        const { before, texts } = this.#ordered([e.high, e.low, e.divisor]);
        const name = e.operator === "/" ? "divideWide" : "remainderWide";
        return this.#wrap(before, `${name}(${texts.join(", ")})`);
      }
      case "root":
        return `squareRoot(${this.text(e.value)})`;
      case "atomic":
        return this.#atomic(e);
      case "address": {
        const before: string[] = [];
        const at = this.place(e.of, before, this.#isOrdered(e.of, []));
        return this.#wrap(before, `((${this.type(e.type)})&${at})`);
      }
      case "offset": {
        const { by, pointer } = e;
        if (typeof by === "number") return `(${this.text(pointer)} + ${by})`;
        const before: string[] = [];
        const force = hasEffect(pointer) || hasEffect(by);
        const part = (x: Expression): string => (force ? this.kept(x, before) : this.text(x));
        const from = part(pointer);
        const room = this.#pointer(pointer).extent - e.type.extent + 1;
        return this.#wrap(before, `(${from} + (${this.index(by, room, part)}))`);
      }
      case "cast":
        return `((${this.type(e.type)})${this.text(e.pointer)})`;
      case "comma":
        return `(${this.text(e.first)}, ${this.text(e.second)})`;
      case "aggregate": {
        const { before, texts } = this.#ordered(e.parts.map((p) => p.value));
        return this.#wrap(before, `((${this.type(e.type)})${this.#initial(e, texts)})`);
      }
    }
  }

  /** gcc computes on a wide bit field in its own width unless told its type. */
  #whole(place: Place, value: string): string {
    const isBits = place.kind === "field" && place.field.width !== undefined;
    return isBits ? `((${this.type(place.type)})(${value}))` : value;
  }

  #old(place: string, type: Type, before: string[]): string {
    const name = `t${this.temporaries++}`;
    before.push(`${this.type(type)} ${name} = ${place};`);
    return name;
  }

  literal({ value, type }: Of<"literal">): string {
    switch (type.kind) {
      case "bool":
        return value === 0n ? "((bool)0)" : "((bool)1)";
      case "pointer":
        return `((${this.type(type)})0)`;
      case "f64": {
        const x = Number(value);
        const text = String(Math.abs(x));
        return `(${x < 0 || Object.is(x, -0) ? "-" : ""}${/[.e]/.test(text) ? text : `${text}.0`})`;
      }
      default:
        return `((${this.type(type)})${BigInt.asUintN(64, BigInt(value))}ul)`;
    }
  }

  #arithmetic(operator: string, left: string, right: string, type: Type): string {
    if (type.kind === "f64") return `(${left} ${operator} ${right})`;
    const shift = operator === "<<" || operator === ">>";
    const by = shift ? `(${right} & ${this.#intType(type).bits - 1})` : right;
    return `((${this.type(type)})(${left} ${operator} ${by}))`;
  }

  #divide({ operator, left, right, type }: Of<"divide">): string {
    const { before, texts } = this.#ordered([left, right]);
    const [dividend, divisor] = texts;
    const to = this.type(type);
    const isPlain = right.kind === "literal" && right.value !== 0n && right.value !== -1n;
    const signed = this.#intType(type).signed;
    const value = isPlain
      ? `${dividend} ${operator} ${divisor}`
      : `${signed ? `(${to})(${dividend} >> 1)` : dividend} ${operator} (${to})(${divisor} | 1)`;
    return this.#wrap(before, `((${to})(${value}))`);
  }

  #convert({ how, value, type }: Of<"convert">): string {
    const written = this.text(value);
    const to = this.type(type);
    if (value.type.kind === "f64") return `${to}FromF64(${written})`;
    if (how === "checked") return `((${to})(${written} & ${commonMask(value.type, type)}))`;
    return `((${to})${written})`;
  }

  #call({ callee, args }: Of<"call">): string {
    if (callee.kind === "pointer") {
      const { before, texts } = this.#ordered([callee.pointer, ...args]);
      return this.#wrap(before, `${texts[0]}(${texts.slice(1).join(", ")})`);
    }
    if (callee.kind === "method") {
      const before: string[] = [];
      const { self, fn } = callee;
      const force = this.#isOrdered(self, args);
      const at = this.place(self, before, force || self.kind === "value");
      const pointer = `(${fn.owner?.name} *)&${at}`;
      const given = this.#ordered(args, force);
      const name = this.functionName(fn, undefined);
      return this.#wrap([...before, ...given.before], `${name}(${[pointer, ...given.texts].join(", ")})`);
    }
    const { fn, instance, depth } = callee;
    const { before, texts } = this.#ordered(args);
    const deep = depth === undefined ? [] : [depth === "less" ? "depth - 1" : String(depth)];
    return this.#wrap(before, `${this.functionName(fn, instance)}(${[...deep, ...texts].join(", ")})`);
  }

  /** There is one thread. */
  #atomic({ name, at, args, type }: Of<"atomic">): string {
    const before: string[] = [];
    const to = this.place(at, before, true);
    if (name === "Load") return this.#wrap(before, to);
    const given = args.map((arg) => this.kept(arg, before));
    const old = this.#old(to, type, before);
    const operator = { Add: "+", And: "&", Or: "|", Xor: "^" };
    if (name === "CompareExchange") before.push(`if (${old} == ${given[0]}) ${to} = ${given[1]};`);
    else if (name === "Exchange") before.push(`${to} = ${given[0]};`);
    else before.push(`${to} = (${this.type(type)})(${old} ${operator[name]} ${given[0]});`);
    return this.#wrap(before, old);
  }

  #initial({ type, parts }: Of<"aggregate">, texts: readonly string[]): string {
    if (type.kind === "array") return `{ { ${texts.join(", ")} } }`;
    const fields = parts.map(({ field }, i) => {
      const owner = ownerOf(type, field?.name ?? "");
      return `${this.#toBase(type, owner)}.${field?.name} = ${texts[i]}`;
    });
    return `{ ${fields.join(", ")} }`;
  }
  /** What a global begins with: constants alone, nested in braces. */
  initial(e: Expression): string {
    if (e.kind !== "aggregate") return this.text(e);
    return this.#initial(
      e,
      e.parts.map(({ value }) => this.initial(value)),
    );
  }
}

function ownerOf(type: StructType, field: string): StructType {
  let at = type;
  while (!at.fields.some((f) => f.name === field) && at.base !== undefined) at = at.base;
  return at;
}
