/*
 * A smaller program that still fails: statements are left out, others replaced by what is in them, expressions by literals and by
 * their own parts. Whatever is left is a program that is defined, by what tree.ts says; one that the compiler refuses is no smaller one.
 */

import { hasPointers } from "./draw-types.ts";
import type { Expression, FunctionTree, Program, Statement } from "./tree.ts";
import { fits, type Type } from "./types.ts";
import { allBodies, bodies, functionSlots, operands, reached, type Slot } from "./walk.ts";

/** Changes the program, in place, until nothing more can go or `attempts` were made. */
export function reduce(program: Program, fails: () => boolean, attempts = 2000): void {
  let left = attempts;
  const try_ = (change: () => void, undo: () => void): boolean => {
    if (left <= 0) return false;
    left--;
    change();
    if (fails()) return true;
    undo();
    return false;
  };
  for (let changed = true; changed && left > 0; ) {
    changed = false;
    for (const fn of functionsOf(program)) if (leaveOut(fn, try_)) changed = true;
    for (const fn of functionsOf(program)) if (unwrap(fn, try_)) changed = true;
    for (const fn of functionsOf(program)) if (simplify(fn, try_)) changed = true;
    if (emptyGlobals(program, try_)) changed = true;
  }
  removeFields(program, try_);
}

type Try = (change: () => void, undo: () => void) => boolean;

const functionsOf = (program: Program): FunctionTree[] => [
  program.main,
  ...program.functions.filter((fn) => reached(program).functions.has(fn)).reverse(),
];

/** Halves, quarters, … single statements of every list. */
function leaveOut(fn: FunctionTree, attempt: Try): boolean {
  let changed = false;
  for (const { body } of allBodies(fn)) {
    for (let piece = body.length; piece >= 1; piece = piece === 1 ? 0 : Math.ceil(piece / 2)) {
      for (let from = body.length - piece; from > -piece; from -= piece) {
        const start = Math.max(0, from);
        const end = Math.min(body.length, from + piece);
        const before = [...body];
        if (end <= start || isEnd(fn, body, start, end)) continue;
        const restore = (): void => void body.splice(0, body.length, ...before);
        if (attempt(() => void body.splice(start, end - start), restore)) changed = true;
      }
    }
  }
  return changed;
}
/** A function's last return stays. */
const isEnd = (fn: FunctionTree, body: Statement[], start: number, end: number): boolean =>
  body === fn.body && end === body.length && body.at(-1)?.kind === "return" && start < end;

/** A statement by what is in it. */
function unwrap(fn: FunctionTree, attempt: Try): boolean {
  let changed = false;
  for (const { body } of allBodies(fn)) {
    for (let i = 0; i < body.length; i++) {
      const statement = body[i]!;
      for (const inner of bodies(statement)) {
        const count = inner.body.length;
        const put = (): void => void body.splice(i, 1, ...inner.body);
        if (!attempt(put, () => void body.splice(i, count, statement))) continue;
        changed = true;
        break;
      }
      if (statement.kind !== "loop" || statement.condition === undefined) continue;
      const { condition } = statement;
      const without = (): void => {
        statement.condition = undefined;
      };
      const with_ = (): void => {
        statement.condition = condition;
      };
      if (attempt(without, with_)) changed = true;
    }
  }
  return changed;
}

/** Expressions by simpler ones of their types. */
function simplify(fn: FunctionTree, attempt: Try): boolean {
  let changed = false;
  const visit = (slot: Slot): void => {
    let now = slot.value;
    for (const by of simpler(now)) {
      const before = now;
      if (
        !attempt(
          () => slot.replace(by),
          () => slot.replace(before),
        )
      )
        continue;
      now = by;
      changed = true;
      break;
    }
    operands(now).forEach(visit);
  };
  functionSlots(fn).forEach(visit);
  return changed;
}

function simpler(e: Expression): Expression[] {
  const isLiteral = e.kind === "literal";
  const parts = isLiteral ? [] : within(e, 2).filter((part) => fits(part.type, e.type));
  const literals = literalsOf(e.type).filter(
    (by) => !(isLiteral && by.kind === "literal" && e.value <= by.value),
  );
  return [...literals, ...parts];
}
function within(e: Expression, depth: number): Expression[] {
  const direct = operands(e).map((slot: Slot) => slot.value);
  return depth === 0 ? [] : [...direct, ...direct.flatMap((part) => within(part, depth - 1))];
}
function literalsOf(type: Type): Expression[] {
  switch (type.kind) {
    case "int":
    case "parameter":
    case "enum":
    case "bool":
      return [0n, 1n].map((value) => ({ kind: "literal", value, type }));
    case "f64":
      return [0, 1].map((value) => ({ kind: "literal", value, type }));
    case "struct":
      return [{ kind: "aggregate", parts: [], type }];
    case "pointer":
      return type.nullable ? [{ kind: "literal", value: 0n, type }] : [];
    default:
      return [];
  }
}

/** Globals by zeros, or by fewer and simpler values, unless they must point to something. */
function emptyGlobals(program: Program, attempt: Try): boolean {
  let changed = false;
  const visit = (slot: Slot): void => {
    const { value } = slot;
    const [zero] = literalsOf(value.type);
    const isNew = zero !== undefined && value.kind !== "literal" && value.kind !== "aggregate";
    if (
      isNew &&
      attempt(
        () => slot.replace(zero),
        () => slot.replace(value),
      )
    )
      changed = true;
    else if (value.kind === "aggregate") {
      const { parts } = value;
      for (let i = parts.length - 1; i >= 0; i--) {
        const [part] = parts.slice(i, i + 1);
        if (part === undefined) continue;
        if (
          attempt(
            () => void parts.splice(i, 1),
            () => void parts.splice(i, 0, part),
          )
        )
          changed = true;
      }
      operands(value).forEach(visit);
    }
  };
  for (const global of reached(program).globals) {
    const { initial } = global;
    if (initial === undefined || hasPointers(global.type)) continue;
    const set = (by: Expression | undefined): void => {
      global.initial = by;
    };
    if (
      attempt(
        () => set(undefined),
        () => set(initial),
      )
    )
      changed = true;
    else visit({ value: initial, replace: set });
  }
  return changed;
}

/** Fields that nothing names; a literal that does is refused by the compiler. */
function removeFields(program: Program, attempt: Try): void {
  for (const { fields } of program.structs) {
    for (let i = fields.length - 1; i >= 0 && fields.length > 1; i--) {
      const [field] = fields.slice(i, i + 1);
      if (field === undefined) continue;
      attempt(
        () => void fields.splice(i, 1),
        () => void fields.splice(i, 0, field),
      );
    }
  }
}
