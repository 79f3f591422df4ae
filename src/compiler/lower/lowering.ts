/**
 * What the parts of the lowering share: the function that is being made, and each other. FunctionLowering (function.ts) is the
 * one implementation; the parts know only this, so that they need not import each other in circles.
 */
import type { FunctionBuilder } from "../ir/builder.ts";
import type { Block, Value } from "../ir/ir.ts";
import type { Expression, FunctionTree, LValue } from "../tree.ts";
import type { Field, Type } from "../types/type.ts";
import type { Data } from "./data.ts";

/** A place in memory, its address computed. */
export interface Location {
  readonly address: Value;
  /** Bytes to be added. */
  readonly offset: number;
  readonly type: Type;
  readonly volatile: boolean;
  /** Of a bit field, in the storage unit `type`. */
  readonly bits: Field["bits"];
}

export interface Program {
  readonly debug: boolean;
  readonly data: Data;
  readonly functions: ReadonlyMap<string, FunctionTree>;
}

export interface Lowering {
  readonly b: FunctionBuilder;
  readonly program: Program;
  /** The function's own tree. */
  readonly tree: FunctionTree;
  /** A scalar. Bools are i1. */
  value(expression: Expression): Value;
  /** Any expression, for its effect. */
  effect(expression: Expression): void;
  /** Goes one way or the other. */
  condition(expression: Expression, then: Block, otherwise: Block): void;
  /** Where a structure or array is kept, or a fresh copy of it. Only to be read, and before anything else is evaluated. */
  aggregate(expression: Expression): Location;
  /** Writes a structure or array. `fresh`: nobody else knows the place yet. */
  into(expression: Expression, to: Location, fresh: boolean): void;
  /** Evaluates a place once. `checked`: debug builds may look at its pointer. */
  locate(place: LValue, checked: boolean): Location;
  /** Bytes of the frame without a name. */
  temporary(type: Type): Location;
}
