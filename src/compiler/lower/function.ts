/**
 * A function's tree as IR. Every variable has a slot of the frame: mem2reg (passes/) takes them away where it may. Operands
 * are evaluated from left to right, the place of an assignment before its value, each place once.
 */
import { FunctionBuilder } from "../ir/builder.ts";
import { newFunction } from "../ir/construct.ts";
import { reversePostorder } from "../ir/dominators.ts";
import type { Block, Condition, IrFunction, Value } from "../ir/ir.ts";
import { constantOf } from "../ir/uses.ts";
import type {
  BinaryOperator,
  Comparison,
  Constant,
  Expression,
  FunctionTree,
  Label,
  LValue,
  Statement,
  Variable,
} from "../tree.ts";
import { alignOf, type Type } from "../types/type.ts";
import { type Convention, convention } from "./abi.ts";
import { addressOf, clear, copy, read, readUnit, write, writePart, zero } from "./access.ts";
import { call, changesMemory, returned } from "./calls.ts";
import { checkDivision, checkIndex, checkPointer, stop } from "./checks.ts";
import { convert, resize } from "./convert.ts";
import { isZero } from "./data.ts";
import { asm, intrinsic, keyOf } from "./intrinsics.ts";
import type { Location, Lowering, Program } from "./lowering.ts";
import { isAggregate, isNothing, isSigned, storageSize, stride, valueType } from "./machine-type.ts";

const SIGNED: Readonly<Record<Comparison, Condition>> = {
  eq: "eq",
  ne: "ne",
  lt: "slt",
  le: "sle",
  gt: "sgt",
  ge: "sge",
};
const UNSIGNED: Readonly<Record<Comparison, Condition>> = {
  eq: "eq",
  ne: "ne",
  lt: "ult",
  le: "ule",
  gt: "ugt",
  ge: "uge",
};

interface Target {
  readonly label: Label;
  readonly onBreak: Block;
  readonly onContinue: Block | undefined;
}

/** The IR of a function with a body. */
export function lowerFunction(tree: FunctionTree, body: Statement, program: Program): IrFunction {
  return new FunctionLowering(tree, program).run(body);
}

class FunctionLowering implements Lowering {
  readonly b: FunctionBuilder;
  readonly program: Program;
  readonly tree: FunctionTree;
  readonly #convention: Convention;
  readonly #places = new Map<Variable, Location>();
  readonly #targets: Target[] = [];

  constructor(tree: FunctionTree, program: Program) {
    this.tree = tree;
    this.program = program;
    const noreturn = tree.type.result.kind === "never" || (tree.attributes.noreturn ?? false);
    this.#convention = convention(tree.type, noreturn);
    const fn = newFunction(tree.symbol, this.#convention.signature, {
      name: tree.name,
      attributes: tree.attributes,
      place: tree.place,
    });
    this.b = new FunctionBuilder(fn);
  }

  run(body: Statement): IrFunction {
    const { b, tree } = this;
    const { fn } = b;
    b.place = tree.place;
    fn.parameters = this.#parameters();
    if (!tree.attributes.naked) this.#enter();
    this.#statement(body);
    b.place = tree.place;
    if (fn.signature.noreturn) this.#neverReturns();
    else if (tree.attributes.naked || this.#convention.result.kind !== "nothing") b.unreachable();
    else b.return();
    const reached = new Set(reversePostorder(fn));
    fn.blocks = fn.blocks.filter((block) => reached.has(block));
    return fn;
  }

  /** The end of a function that has promised not to return. */
  #neverReturns(): void {
    if (this.program.debug && !this.tree.attributes.naked) stop(this, "unreachable");
    else this.b.unreachable();
  }

  /** Of each parameter of the signature, the variable that it is all of. */
  #parameters(): (Variable | undefined)[] {
    const found: (Variable | undefined)[] = this.#convention.result.kind === "memory" ? [undefined] : [];
    this.tree.params.forEach((variable, i) => {
      const passing = this.#convention.params[i]!;
      if (passing.kind === "parts") found.push(...passing.parts.map(() => undefined));
      else if (passing.kind !== "nothing") found.push(variable);
    });
    return found;
  }

  /** Slots for all variables; parameters are put into theirs. */
  #enter(): void {
    const { b, tree } = this;
    let next = this.#convention.result.kind === "memory" ? 1 : 0;
    tree.params.forEach((variable, i) => {
      const passing = this.#convention.params[i]!;
      const take = (): Value => b.params[next++]!;
      if (passing.kind === "memory") {
        const address = take();
        const given = place(address, variable.type);
        // The bytes on the stack are the callee's own. Debuggers know variables by slots.
        if (!this.program.debug) this.#places.set(variable, given);
        else copy(this, this.#slot(variable), given);
        return;
      }
      if (passing.kind === "nothing" && isNothing(variable.type)) return;
      const to = this.#slot(variable);
      if (passing.kind === "scalar") {
        const value = take();
        const type = variable.type.kind === "bool" ? "i8" : valueType(variable.type);
        b.store(to.address, type === "f64" ? value : resize(this, value, type, false));
      } else if (passing.kind === "parts") {
        for (const part of passing.parts) writePart(this, to, part, take());
      }
    });
    for (const variable of tree.variables) {
      if (!variable.parameter && !isNothing(variable.type)) this.#slot(variable);
    }
  }

  #slot(variable: Variable): Location {
    const { type } = variable;
    const align = Math.max(type.kind === "fn" ? 8 : alignOf(type), variable.align ?? 1);
    const slot = this.b.newSlot(storageSize(type), align, variable);
    const to = place(this.b.slotAddress(slot), type);
    this.#places.set(variable, to);
    return to;
  }

  temporary(type: Type): Location {
    const slot = this.b.newSlot(storageSize(type), alignOf(type));
    return place(this.b.slotAddress(slot), type);
  }

  // -------------------------------------------------------------------------------------------------- statements
  #statement(s: Statement): void {
    const { b } = this;
    b.place = s.place;
    switch (s.kind) {
      case "expression":
        this.effect(s.value);
        break;
      case "declare": {
        if (isNothing(s.variable.type)) break;
        const to = this.#variable(s.variable);
        if (s.value === undefined) clear(this, to);
        else if (isAggregate(s.variable.type)) this.into(s.value, to, true);
        else write(this, to, this.value(s.value));
        break;
      }
      case "block":
        for (const inner of s.body) this.#statement(inner);
        break;
      case "if": {
        const then = b.newBlock();
        const end = b.newBlock();
        const otherwise = s.otherwise ? b.newBlock() : end;
        this.condition(s.condition, then, otherwise);
        b.at(then);
        this.#statement(s.then);
        b.jump(end);
        if (s.otherwise) {
          b.at(otherwise);
          this.#statement(s.otherwise);
          b.jump(end);
        }
        b.at(end);
        break;
      }
      case "loop":
        this.#loop(s);
        break;
      case "switch":
        this.#switch(s);
        break;
      case "labelled": {
        const end = b.newBlock();
        this.#within({ label: s.label, onBreak: end, onContinue: undefined }, () => this.#statement(s.body));
        b.jump(end);
        b.at(end);
        break;
      }
      case "break":
      case "continue": {
        const target = this.#targets.find(({ label }) => label === s.label);
        const to = s.kind === "break" ? target?.onBreak : target?.onContinue;
        if (to === undefined) throw new TypeError(`${s.kind} goes nowhere`);
        b.jump(to);
        b.at(b.newBlock());
        break;
      }
      case "return": {
        const { result } = this.#convention;
        const memory = result.kind === "memory" ? b.params[0] : undefined;
        const values = returned(this, s.value, result, memory);
        b.place = s.place;
        if (b.fn.signature.noreturn) this.#neverReturns();
        else if (this.tree.attributes.naked) b.unreachable();
        else b.return(...values);
        b.at(b.newBlock());
        break;
      }
    }
  }

  #within(target: Target, body: () => void): void {
    this.#targets.push(target);
    body();
    this.#targets.pop();
  }

  #loop(s: Extract<Statement, { kind: "loop" }>): void {
    const { b } = this;
    const body = b.newBlock();
    const test = s.condition ? b.newBlock() : body;
    const step = s.step ? b.newBlock() : test;
    const end = b.newBlock();
    b.jump(s.atEnd ? body : test);
    if (s.condition) {
      b.at(test);
      b.place = s.condition.place;
      this.condition(s.condition, body, end);
    }
    b.at(body);
    this.#within({ label: s.label, onBreak: end, onContinue: step }, () => this.#statement(s.body));
    b.jump(step);
    if (s.step) {
      b.at(step);
      b.place = s.step.place;
      this.effect(s.step);
      b.jump(test);
    }
    b.at(end);
  }

  #switch(s: Extract<Statement, { kind: "switch" }>): void {
    const { b } = this;
    const subject = this.value(s.subject);
    const wide = subject.type === "i1" ? b.op("zext", [subject], {}, "i8") : subject;
    const end = b.newBlock();
    const blocks = s.cases.map(() => b.newBlock());
    const standard = s.cases.findIndex((c) => c.isDefault);
    const bits = Number(wide.type.slice(1));
    b.terminate({
      kind: "switch",
      subject: wide,
      cases: s.cases.flatMap(({ values }, i) =>
        values.map((value) => ({ value: BigInt.asUintN(bits, value), edge: { to: blocks[i]!, args: [] } })),
      ),
      otherwise: { to: standard < 0 ? end : blocks[standard]!, args: [] },
    });
    this.#within({ label: s.label, onBreak: end, onContinue: undefined }, () => {
      s.cases.forEach((c, i) => {
        b.at(blocks[i]!);
        for (const inner of c.body) this.#statement(inner);
        b.jump(blocks[i + 1] ?? end);
      });
    });
    b.at(end);
  }

  // ------------------------------------------------------------------------------------------------------ places
  #variable(variable: Variable): Location {
    const found = this.#places.get(variable);
    if (found === undefined) throw new TypeError(`${variable.name} is no variable of ${this.tree.name}`);
    return found;
  }

  locate(at: LValue, checked: boolean): Location {
    const { b } = this;
    switch (at.kind) {
      case "variable":
        return this.#variable(at.variable);
      case "global":
        return place(b.symbol(at.symbol), at.type);
      case "deref": {
        const address = this.value(at.pointer);
        if (checked) checkPointer(this, address);
        return { ...place(address, at.type), volatile: at.volatile };
      }
      case "field": {
        const base = this.locate(at.base, checked);
        return { ...base, offset: base.offset + at.field.offset, type: at.type, bits: at.field.bits };
      }
      case "element": {
        const base = this.locate(at.base, checked);
        const index = resize(this, this.value(at.index), "i64", isSigned(at.index.type));
        checkIndex(this, index, at.array.length);
        return { ...this.#moved(base, index, storageSize(at.type)), type: at.type };
      }
    }
  }

  /** A place `index` times `size` bytes on. */
  #moved(base: Location, index: Value, size: number): Location {
    const { b } = this;
    const constant = constantOf(index);
    if (constant !== undefined) {
      const offset = base.offset + Number(BigInt.asIntN(64, constant)) * size;
      // Displacements are 32 bits signed.
      if (Math.abs(offset) < 2 ** 31) return { ...base, offset };
    }
    const bytes = size === 1 ? index : b.op("mul", [index, b.const("i64", size)]);
    return { ...base, address: b.op("add", [base.address, bytes]) };
  }

  // ------------------------------------------------------------------------------------------------- expressions
  effect(e: Expression): void {
    if (isAggregate(e.type)) this.aggregate(e);
    else this.#scalar(e);
  }

  value(e: Expression): Value {
    const value = this.#scalar(e);
    if (value !== undefined) return value;
    // Control has ended (never), or the value is nothing's; either way nobody looks at it.
    return isNothing(e.type) ? this.b.const("i64", 0) : zero(this, e.type);
  }

  /** Undefined if there is no value: void, or control does not come back. */
  #scalar(e: Expression): Value | undefined {
    const outer = this.b.place;
    this.b.place = e.place;
    const value = this.#scalarHere(e);
    this.b.place = outer;
    return value;
  }

  #scalarHere(e: Expression): Value | undefined {
    const { b } = this;
    switch (e.kind) {
      case "constant":
        return this.#constant(e.value, e.type);
      case "function":
        return b.symbol(e.symbol);
      case "load":
        return isNothing(e.type) ? undefined : read(this, this.locate(e.from, true));
      case "address":
        return addressOf(this, this.locate(e.of, false));
      case "negate": {
        const value = this.value(e.value);
        return b.op(value.type === "f64" ? "fneg" : "neg", [value]);
      }
      case "complement":
        return b.op("not", [this.value(e.value)]);
      case "not":
        return b.op("xor", [this.value(e.value), b.const("i1", 1)]);
      case "binary": {
        const left = this.value(e.left);
        return this.#binary(e.operator, left, this.value(e.right), e.left.type);
      }
      case "compare":
        return this.#compare(e);
      case "and":
      case "or": {
        const end = b.newBlock("i1");
        const rest = b.newBlock();
        const first = this.value(e.left);
        const known = b.const("i1", e.kind === "and" ? 0 : 1);
        if (e.kind === "and") b.branch(first, rest, end);
        else b.branch(first, end, rest);
        const { terminator } = b.block;
        if (terminator.kind === "branch") {
          (e.kind === "and" ? terminator.otherwise : terminator.then).args.push(known);
        }
        b.at(rest);
        b.jump(end, this.value(e.right));
        b.at(end);
        return end.params[0]!;
      }
      case "choose":
        return this.#choose(e);
      case "offset": {
        const pointer = this.value(e.pointer);
        const index = resize(this, this.value(e.index), "i64", isSigned(e.index.type));
        return this.#pointerMoved(pointer, index, e.type);
      }
      case "convert":
        return convert(this, this.value(e.value), e.value.type, e.type, e.conversion);
      case "assign": {
        const to = this.locate(e.to, true);
        return write(this, to, this.value(e.value));
      }
      case "update":
        return this.#update(e);
      case "call":
        return call(this, e, undefined);
      case "intrinsic":
        return intrinsic(this, e.name, e.args, e.type);
      case "asm":
        return asm(this, e.asm, e.type);
      case "sequence":
        this.effect(e.first);
        return this.#scalar(e.then);
    }
  }

  #constant(constant: Constant, type: Type): Value | undefined {
    const { b } = this;
    switch (constant.kind) {
      case "int":
        return isNothing(type) ? undefined : b.const(valueType(type), constant.value);
      case "f64":
        return b.fconst(constant.value);
      case "address":
        return b.symbol(constant.symbol, constant.offset);
      case "string":
        return b.symbol(this.program.data.string(constant.bytes));
      default:
        throw new TypeError(`a constant of ${constant.kind} is no scalar`);
    }
  }

  #pointerMoved(pointer: Value, index: Value, type: Type): Value {
    const size = type.kind === "ptr" ? stride(type.target) : 1;
    return addressOf(this, this.#moved(place(pointer, type), index, size));
  }

  #binary(operator: BinaryOperator, left: Value, right: Value, type: Type): Value {
    const { b } = this;
    const signed = isSigned(type);
    if (left.type === "f64") {
      switch (operator) {
        case "add":
          return b.op("fadd", [left, right]);
        case "sub":
          return b.op("fsub", [left, right]);
        case "mul":
          return b.op("fmul", [left, right]);
        case "div":
          return b.op("fdiv", [left, right]);
        default:
          throw new TypeError(`f64 has no ${operator}`);
      }
    }
    switch (operator) {
      case "div":
        checkDivision(this, left, right, signed);
        return b.op(signed ? "sdiv" : "udiv", [left, right]);
      case "rem":
        checkDivision(this, left, right, signed);
        return b.op(signed ? "srem" : "urem", [left, right]);
      case "shr":
        return b.op(signed ? "ashr" : "lshr", [left, right]);
      default:
        return b.op(operator, [left, right]);
    }
  }

  #compare(e: Extract<Expression, { kind: "compare" }>): Value {
    const { b } = this;
    const { type } = e.left;
    const left = this.value(e.left);
    const right = this.value(e.right);
    if (left.type === "f64") return b.op("fcmp", [left, right], { condition: SIGNED[e.comparison] });
    const wide = (value: Value): Value => (value.type === "i1" ? b.op("zext", [value], {}, "i8") : value);
    return b.icmp((isSigned(type) ? SIGNED : UNSIGNED)[e.comparison], wide(left), wide(right));
  }

  #choose(e: Extract<Expression, { kind: "choose" }>): Value | undefined {
    const { b } = this;
    const nothing = isNothing(e.type);
    const then = b.newBlock();
    const otherwise = b.newBlock();
    const end = nothing ? b.newBlock() : b.newBlock(valueType(e.type));
    this.condition(e.condition, then, otherwise);
    for (const [block, arm] of [
      [then, e.then],
      [otherwise, e.otherwise],
    ] as const) {
      b.at(block);
      const value = this.#scalar(arm);
      if (nothing) b.jump(end);
      else b.jump(end, value ?? zero(this, e.type));
    }
    b.at(end);
    return end.params[0];
  }

  #update(e: Extract<Expression, { kind: "update" }>): Value {
    const { b } = this;
    const to = this.locate(e.to, true);
    const { value: before, unit } = readUnit(this, to);
    const by = this.value(e.value);
    let after: Value;
    if (e.to.type.kind === "ptr") {
      const index = resize(this, by, "i64", isSigned(e.value.type));
      after = this.#pointerMoved(before, e.operator === "sub" ? b.op("neg", [index]) : index, e.to.type);
    } else after = this.#binary(e.operator, before, by, e.to.type);
    const kept = write(this, to, after, changesMemory(e.value) ? undefined : unit);
    return e.gives === "before" ? before : kept;
  }

  condition(e: Expression, then: Block, otherwise: Block): void {
    const { b } = this;
    if (e.kind === "not") this.condition(e.value, otherwise, then);
    else if (e.kind === "and" || e.kind === "or") {
      const rest = b.newBlock();
      if (e.kind === "and") this.condition(e.left, rest, otherwise);
      else this.condition(e.left, then, rest);
      b.at(rest);
      this.condition(e.right, then, otherwise);
    } else if (e.kind === "intrinsic" && e.name === "staticKey") {
      b.toggle(keyOf(e.args), then, otherwise);
    } else b.branch(this.value(e), then, otherwise);
  }

  // -------------------------------------------------------------------------------------------------- aggregates
  aggregate(e: Expression): Location {
    if (e.kind === "load") return this.locate(e.from, true);
    if (e.kind === "assign") {
      const to = this.locate(e.to, true);
      this.into(e.value, to, false);
      return to;
    }
    if (e.kind === "sequence") {
      this.effect(e.first);
      return this.aggregate(e.then);
    }
    const to = this.temporary(e.type);
    this.into(e, to, true);
    return to;
  }

  into(e: Expression, to: Location, fresh: boolean): void {
    const { b } = this;
    switch (e.kind) {
      case "constant":
        if (isZero(e.value)) clear(this, to);
        else copy(this, to, place(b.symbol(this.program.data.constant(e.value, e.type)), e.type));
        break;
      case "choose": {
        const then = b.newBlock();
        const otherwise = b.newBlock();
        const end = b.newBlock();
        this.condition(e.condition, then, otherwise);
        for (const [block, arm] of [
          [then, e.then],
          [otherwise, e.otherwise],
        ] as const) {
          b.at(block);
          this.into(arm, to, fresh);
          b.jump(end);
        }
        b.at(end);
        break;
      }
      case "call": {
        const result = fresh ? to : this.temporary(e.type);
        call(this, e, result);
        if (result !== to) copy(this, to, result);
        break;
      }
      case "sequence":
        this.effect(e.first);
        this.into(e.then, to, fresh);
        break;
      case "load":
      case "assign":
        copy(this, to, this.aggregate(e));
        break;
      default:
        // What never comes back gives no structure either.
        this.#scalar(e);
    }
  }
}

function place(address: Value, type: Type): Location {
  return { address, offset: 0, type, volatile: false, bits: undefined };
}
