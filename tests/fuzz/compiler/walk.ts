/* The parts of a program's tree, with how to replace each: for the reducer, and for whoever looks for something in them. */
import type { Expression, FunctionTree, Place, Program, Statement, Variable } from "./tree.ts";
import { INTEGERS, type IntType, same, type Type } from "./types.ts";

export interface Slot {
  readonly value: Expression;
  readonly replace: (by: Expression) => void;
}

/** The expressions directly in an expression, in the order in which they are evaluated. */
export function operands(e: Expression): Slot[] {
  switch (e.kind) {
    case "literal":
    case "text":
    case "sizeof":
    case "alignof":
    case "function":
      return [];
    case "read":
      return placeOperands(e.place);
    case "unary":
    case "convert":
    case "root":
      return [slot(e, "value")];
    case "binary":
    case "divide":
    case "compare":
    case "logical":
      return [slot(e, "left"), slot(e, "right")];
    case "choose":
      return [slot(e, "condition"), slot(e, "yes"), slot(e, "no")];
    case "assign":
    case "update":
      return [...placeOperands(e.to), slot(e, "value")];
    case "increment":
      return placeOperands(e.to);
    case "call": {
      const { callee } = e;
      const before: Slot[] =
        callee.kind === "pointer"
          ? [slot(callee, "pointer")]
          : callee.kind === "method"
            ? placeOperands(callee.self)
            : [];
      return [...before, ...list(e.args)];
    }
    case "intrinsic":
      return list(e.args);
    case "wide":
      return [slot(e, "high"), slot(e, "low"), slot(e, "divisor")];
    case "atomic":
      return [...placeOperands(e.at), ...list(e.args)];
    case "address":
      return placeOperands(e.of);
    case "offset":
      return [slot(e, "pointer"), ...moved(e)];
    case "cast":
      return [slot(e, "pointer")];
    case "comma":
      return [slot(e, "first"), slot(e, "second")];
    case "aggregate":
      return e.parts.map((part) => slot(part, "value"));
  }
}

function slot<K extends string | number>(node: Record<K, Expression>, key: K): Slot {
  return {
    value: node[key],
    replace(by) {
      node[key] = by;
    },
  };
}
const list = (expressions: Expression[]): Slot[] => expressions.map((_, i) => slot(expressions, i));
/** How far, if that is computed. */
function moved(node: { by: Expression | number }): Slot[] {
  if (typeof node.by === "number") return [];
  return [
    {
      value: node.by,
      replace(by) {
        node.by = by;
      },
    },
  ];
}

export function placeOperands(place: Place): Slot[] {
  switch (place.kind) {
    case "variable":
      return [];
    case "field":
      return placeOperands(place.base);
    case "element":
      return [...placeOperands(place.base), slot(place, "index")];
    case "deref":
      return [slot(place, "pointer"), ...moved(place)];
    case "value":
      return [slot(place, "value")];
  }
}

/** The expressions directly in a statement, not those of statements within. */
export function statementOperands(s: Statement): Slot[] {
  switch (s.kind) {
    case "declare":
      if (s.value === undefined) return [];
      return [
        {
          value: s.value,
          replace(by) {
            s.value = by;
          },
        },
      ];
    case "expression":
    case "observe":
    case "return":
      return [slot(s, "value")];
    case "if":
      return [slot(s, "condition")];
    case "loop":
      if (s.condition === undefined) return [];
      return [
        {
          value: s.condition,
          replace(by) {
            s.condition = by;
          },
        },
      ];
    case "sweep":
      return placeOperands(s.array);
    case "switch":
      return [slot(s, "subject")];
    case "memory":
      return [slot(s.to, "pointer"), slot(s, "from"), slot(s, "count")];
    default:
      return [];
  }
}

export interface Body {
  readonly body: Statement[];
  readonly replace: (by: Statement[]) => void;
}

function bodyOf<K extends string>(node: Record<K, Statement[]>, key: K): Body {
  return {
    body: node[key],
    replace(by) {
      node[key] = by;
    },
  };
}

/** The lists of statements directly in a statement. */
export function bodies(s: Statement): Body[] {
  switch (s.kind) {
    case "block":
    case "loop":
    case "sweep":
      return [bodyOf(s, "body")];
    case "if":
      return [bodyOf(s, "yes"), bodyOf(s, "no")];
    case "switch":
      return s.cases.map((c) => bodyOf(c, "body"));
    default:
      return [];
  }
}

/** All lists of statements of a function, outer ones first. */
export function allBodies(fn: FunctionTree): Body[] {
  const found: Body[] = [bodyOf(fn, "body")];
  for (let i = 0; i < found.length; i++) found.push(...found[i]!.body.flatMap(bodies));
  return found;
}

/** The expressions directly in a function's statements, those within others too. */
export function functionSlots(fn: FunctionTree): Slot[] {
  const bottom = fn.recursive === undefined ? [] : [slot(fn.recursive, "bottom")];
  return [...allBodies(fn).flatMap(({ body }) => body.flatMap(statementOperands)), ...bottom];
}

/** Whether evaluating it changes anything: then it matters what is evaluated before it and after. */
export function hasEffect(e: Expression): boolean {
  switch (e.kind) {
    case "assign":
    case "update":
    case "increment":
    case "call":
    case "atomic":
      return true;
    default:
      return operands(e).some(({ value }) => hasEffect(value));
  }
}

/** What a program's main function needs of it, in the program's order. */
export interface Reached {
  readonly functions: ReadonlySet<FunctionTree>;
  readonly globals: ReadonlySet<Variable>;
  /** Structures, arrays and enums. */
  readonly types: ReadonlySet<Type>;
  /** Type arguments of generic functions. */
  readonly instances: ReadonlyMap<FunctionTree, ReadonlySet<IntType>>;
}

export function reached(program: Program): Reached {
  const functions = new Set<FunctionTree>();
  const globals = new Set<Variable>();
  const types = new Set<Type>();
  const instances = new Map<FunctionTree, Set<IntType>>();
  const type = (t: Type): void => {
    if (types.has(t)) return;
    switch (t.kind) {
      case "enum":
        types.add(t);
        break;
      case "array":
        types.add(t);
        type(t.element);
        break;
      case "pointer":
        type(t.target);
        break;
      case "function":
        for (const param of t.params) type(param);
        type(t.result);
        break;
      case "struct":
        types.add(t);
        if (t.base !== undefined) type(t.base);
        for (const field of t.fields) type(field.type);
        break;
    }
  };
  const variable = (v: Variable): void => {
    type(v.type);
    if (v.storage !== "global" || globals.has(v)) return;
    globals.add(v);
    if (v.initial !== undefined) expression(v.initial);
  };
  const place = (p: Place): void => {
    type(p.type);
    if (p.kind === "variable") variable(p.variable);
    else if (p.kind === "field" || p.kind === "element") place(p.base);
  };
  const expression = (e: Expression): void => {
    type(e.type);
    if (e.kind === "read") place(e.place);
    else if (e.kind === "assign" || e.kind === "update" || e.kind === "increment") place(e.to);
    else if (e.kind === "atomic") place(e.at);
    else if (e.kind === "address") place(e.of);
    else if (e.kind === "sizeof" || e.kind === "alignof") type(e.of);
    else if (e.kind === "function") fn(e.fn);
    else if (e.kind === "call") {
      if (e.callee.kind === "method") place(e.callee.self);
      if (e.callee.kind !== "pointer") fn(e.callee.fn);
      if (e.callee.kind === "function" && e.callee.instance !== undefined) {
        const { fn: of, instance } = e.callee;
        const known = instances.get(of) ?? new Set<IntType>();
        instances.set(of, known.add(INTEGERS.find((type) => same(type, instance)) ?? instance));
      }
    }
    for (const { value } of operands(e)) expression(value);
  };
  const statement = (s: Statement): void => {
    if (s.kind === "declare") variable(s.variable);
    if (s.kind === "loop") variable(s.counter);
    if (s.kind === "memory") type(s.element);
    if (s.kind === "sweep") {
      variable(s.pointer);
      place(s.array);
    }
    for (const { value } of statementOperands(s)) expression(value);
    for (const { body } of bodies(s)) body.forEach(statement);
  };
  const fn = (f: FunctionTree): void => {
    if (functions.has(f)) return;
    functions.add(f);
    if (f.owner !== undefined) type(f.owner);
    f.params.forEach(variable);
    type(f.result);
    if (f.recursive !== undefined) expression(f.recursive.bottom);
    f.body.forEach(statement);
  };
  fn(program.main);
  return { functions, globals, types, instances };
}
