/* Random statements, and functions of them. Loops count; what they run is paid for by its rounds. */
import { ExpressionDraw } from "./draw-expressions.ts";
import type { GlobalDraw } from "./draw-globals.ts";
import type { Scope } from "./draw-places.ts";
import { hasPointers, pointerTo, type TypeDraw } from "./draw-types.ts";
import { routesOf } from "./routes.ts";
import type { Case, Expression, Statement, Target, Variable } from "./tree.ts";
import { BOOL, INTEGERS, type IntType, type ScalarType, same, type Type, U8, U32 } from "./types.ts";

export class StatementDraw extends ExpressionDraw {
  readonly types: TypeDraw;
  readonly globals: GlobalDraw;
  /** Of scopes: 2 is a function's outermost. */
  level = 2;
  result: Type = U32;
  #names = 0;
  readonly #targets: Target[] = [];

  /** `limit`: what it may cost; `size`: how many nodes it may have, about. */
  constructor(scope: Scope, globals: GlobalDraw, limit: number, size: number) {
    super(globals.r, scope, limit, size);
    this.types = globals.types;
    this.globals = globals;
  }

  name(letter: string): string {
    return `${letter}${this.#names++}`;
  }

  /** Statements in a scope of their own. `more` are variables of that scope. */
  block(count: number, more: readonly Variable[] = []): Statement[] {
    const outer = this.scope.variables;
    this.scope.variables = [...outer, ...more];
    this.level++;
    const body: Statement[] = [];
    for (let i = 0; i < count; i++) body.push(...this.statement());
    this.level--;
    this.scope.variables = outer;
    return body;
  }
  #few(): number {
    return 1 + this.r.below(3);
  }

  statement(): Statement[] {
    const { r } = this;
    const nested = this.level < 6 && this.size > 0 && this.cost + 20 * this.times < this.limit;
    const choice = r.below(nested ? 26 : 13);
    if (choice < 4) return [this.#declaration()];
    if (choice < 7) return this.#expression(this.assignment(3));
    if (choice < 9) return this.#expression(this.effect(3));
    if (choice < 10) return this.#expression(this.call(this.types.scalar(), 3));
    if (choice < 12) return [this.#observation()];
    if (choice < 13) return this.#jump();
    if (choice < 16) return [this.#if()];
    if (choice < 20) return this.#loop();
    if (choice < 22) return [this.#switch()];
    if (choice < 23) return [this.#labelled()];
    if (choice < 24) return this.#memory();
    if (choice < 25) return this.#sweep();
    return this.#guarded();
  }

  #expression(value: Expression | undefined): Statement[] {
    return value === undefined ? [this.#observation()] : [{ kind: "expression", value }];
  }

  #local(letter: string, type: Type, constant: boolean): Variable {
    return {
      name: this.name(letter),
      type,
      storage: "local",
      constant,
      level: this.level,
      initial: undefined,
    };
  }

  #declaration(): Statement {
    const { r } = this;
    if (this.generic && r.chance(40)) return this.#declared(this.#local("v", { kind: "parameter" }, false));
    if (r.chance(20)) return this.#declared(this.#local("p", this.globals.pointer(this.level), false));
    return this.#declared(this.#local("v", this.types.storage(), false));
  }
  #declared(variable: Variable): Statement {
    const { type } = variable;
    const zero = this.r.chance(20) && !hasPointers(type);
    // Its value cannot depend on it.
    const value = zero ? undefined : this.expression(type, type.kind === "array" ? 1 : 3);
    this.scope.variables = [...this.scope.variables, variable];
    return { kind: "declare", variable, value };
  }

  #observation(): Statement {
    const seen = this.r.chance(60)
      ? this.read(({ type }) => type.kind !== "function" && !(type.kind === "pointer" && !type.nullable), 1)
      : undefined;
    return { kind: "observe", value: seen ?? this.expression(this.types.scalar(), 3) };
  }

  #jump(): Statement[] {
    const { r } = this;
    const condition = this.bool(2);
    const target = this.#targets.length === 0 || r.chance(10) ? undefined : r.pick(this.#targets);
    const leave: Statement =
      target === undefined
        ? { kind: "return", value: this.expression(this.result, 2) }
        : { kind: target.loop && r.chance(50) ? "continue" : "break", target };
    return [{ kind: "if", condition, yes: [leave], no: [] }];
  }

  #if(): Statement {
    const condition = this.bool(3);
    const yes = this.block(this.#few());
    return { kind: "if", condition, yes, no: this.r.chance(50) ? this.block(this.#few()) : [] };
  }

  #within(
    loop: boolean,
    times: number,
    count: number,
    more: readonly Variable[],
  ): { target: Target; body: Statement[] } {
    const target: Target = { name: this.name("L"), loop };
    this.#targets.push(target);
    const before = this.times;
    this.times *= times;
    const body = this.block(count, more);
    this.times = before;
    this.#targets.pop();
    return { target, body };
  }

  #loop(): Statement[] {
    const { r } = this;
    const type = r.pick(INTEGERS);
    const counter = this.#local("n", type, true);
    const rounds = 1 + r.below(r.chance(80) ? 6 : 12);
    const form = r.pick(["for", "for", "for", "while", "do", "forever"] as const);
    const down = r.chance(30);
    const step = BigInt(r.chance(70) ? 1 : 1 + r.below(4)) * (down ? -1n : 1n);
    // All values, also the one that ends it, are in the type's range.
    const span = step * BigInt(rounds);
    const least = type.signed ? -(1n << BigInt(type.bits - 1)) : 0n;
    const most = type.signed ? -least - 1n : (1n << BigInt(type.bits)) - 1n;
    const near = (n: bigint): bigint => n + BigInt(r.below(3));
    const low = down ? least - span : least;
    const starts = [
      near(low),
      (down ? most : most - span) - BigInt(r.below(3)),
      ...(down ? [-span] : [0n, 0n, 1n]),
    ];
    const from = r.pick(starts.filter((n) => n >= low && n <= most && n + span <= most));
    const orders = down ? ([">", ">=", "!=="] as const) : (["<", "<=", "!=="] as const);
    const comparison = r.pick(orders);
    const condition = r.chance(25) ? this.bool(2) : undefined;
    const { target, body } = this.#within(true, rounds, this.#few(), [counter]);
    const loop: Statement = {
      kind: "loop",
      form,
      target,
      counter,
      from,
      step,
      rounds,
      comparison,
      condition,
      body,
    };
    if (form !== "for") this.scope.variables = [...this.scope.variables, counter];
    return [loop];
  }

  /** Over an array whose place is no matter of when. */
  #sweep(): Statement[] {
    const route = this.route((x) => x.addressable && x.type.kind === "array" && !x.unaligned && !x.volatile);
    if (route?.type.kind !== "array" || route.steps.some((s) => s.kind === "deref")) return this.#loop();
    const { element, length } = route.type;
    if (element.kind === "pointer" || element.kind === "function") return this.#loop();
    const array = this.placeOf(route, 0, true);
    const writable = route.writable && !(route.inUnion && element.kind === "f64");
    const pointer = this.#local("p", pointerTo(element, { level: this.level, writable }), true);
    const { target, body } = this.#within(true, length, this.#few(), [pointer]);
    return [{ kind: "sweep", target, pointer, array, length, body }];
  }

  #switch(): Statement {
    const { r } = this;
    const type: ScalarType =
      r.chance(70) || this.types.enums.length === 0 ? r.pick(INTEGERS) : r.pick(this.types.enums);
    const subject = r.chance(10) ? this.bool(3) : this.expression(type, 3);
    const target: Target = { name: this.name("L"), loop: false };
    const values = this.#caseValues(subject.type);
    const standard = r.below(values.length + 2);
    this.#targets.push(target);
    const cases: Case[] = [];
    for (let i = 0; i < values.length; ) {
      const count = Math.min(values.length - i, r.chance(70) ? 1 : 1 + r.below(4));
      const isDefault = standard >= i && standard < i + count;
      const body = this.block(r.below(3));
      cases.push({ values: values.slice(i, i + count), isDefault, body, falls: r.chance(25) });
      i += count;
    }
    this.#targets.pop();
    if (standard === values.length)
      cases.push({ values: [], isDefault: true, body: this.block(1), falls: false });
    return { kind: "switch", target, subject, cases };
  }
  #caseValues(type: Type): bigint[] {
    const { r } = this;
    if (type.kind === "bool") return r.chance(50) ? [1n, 0n] : [BigInt(r.below(2))];
    const of: IntType | undefined = type.kind === "int" ? type : type.kind === "enum" ? type.base : undefined;
    const found = new Set<bigint>();
    const dense = r.chance(60);
    const first = BigInt(r.below(4));
    for (let i = 1 + r.below(r.chance(80) ? 6 : 14); i > 0; i--) {
      const members = type.kind === "enum" && r.chance(70) ? r.pick(type.members).value : undefined;
      const bits = of?.bits ?? 8;
      const any = r.bits(bits);
      const value = members ?? (dense ? first + BigInt(i) : of?.signed ? BigInt.asIntN(bits, any) : any);
      found.add(value);
    }
    return [...found];
  }

  #labelled(): Statement {
    const { target, body } = this.#within(false, 1, this.#few(), []);
    return { kind: "block", target, body };
  }

  #memory(): Statement[] {
    const { r } = this;
    // Whole arrays of integers, of two variables.
    const arrays = this.scope.variables.filter(
      ({ type }) => type.kind === "array" && type.element.kind === "int",
    );
    const targets = arrays.filter((v) => !v.constant);
    if (targets.length === 0) return this.#loop();
    const to = r.pick(targets);
    if (to.type.kind !== "array") return [];
    const { element, length } = to.type;
    const start = (v: Variable, from: number): Expression => {
      const of = v.type.kind === "array" ? v.type : undefined;
      return {
        kind: "address",
        of: {
          kind: "element",
          base: { kind: "variable", variable: v, type: v.type },
          index: { kind: "literal", value: BigInt(from), type: U32 },
          length: of?.length ?? 1,
          type: element,
        },
        type: pointerTo(element, { level: v.level, extent: (of?.length ?? 1) - from, writable: !v.constant }),
      };
    };
    const count = r.chance(50) ? this.literal(r.pick(INTEGERS)) : this.int(r.pick(INTEGERS), 2);
    const name = r.pick(["memcpy", "memmove", "memset"] as const);
    const at = r.below(length);
    if (name === "memset") {
      const from = this.int(U8, 2);
      return [
        { kind: "memory", name, to: { pointer: start(to, at), room: length - at }, from, element, count },
      ];
    }
    const others = arrays.filter(
      (v) => v.type.kind === "array" && same(v.type.element, element) && (name === "memmove" || v !== to),
    );
    if (others.length === 0) return [];
    const from = r.pick(others);
    const begin = r.below(from.type.kind === "array" ? from.type.length : 1);
    const room = Math.min(length - at, (from.type.kind === "array" ? from.type.length : 1) - begin);
    const pointer = start(to, at);
    return [{ kind: "memory", name, to: { pointer, room }, from: start(from, begin), element, count }];
  }

  /** A pointer that may be null, followed where it is not. */
  #guarded(): Statement[] {
    const found = this.read(({ type }) => type.kind === "pointer" && type.nullable, 2);
    if (found?.type.kind !== "pointer") return [this.#if()];
    const kept = this.#local("q", { ...found.type, level: this.level }, true);
    const known: Variable = { ...kept, type: { ...found.type, nullable: false } };
    const condition: Expression = {
      kind: "compare",
      operator: "!==",
      left: { kind: "read", place: { kind: "variable", variable: kept, type: kept.type }, type: kept.type },
      right: { kind: "literal", value: 0n, type: kept.type },
      type: BOOL,
    };
    const yes = this.block(this.#few(), [known]);
    return [
      { kind: "declare", variable: kept, value: found },
      { kind: "if", condition, yes, no: [] },
    ];
  }

  /** Observations of what a function has in the end. */
  ending(): Statement[] {
    return this.scope.variables
      .filter((v) => v.storage !== "global" && routesOf(v).length > 0 && this.r.chance(60))
      .filter(({ type }) => type.kind !== "pointer" && type.kind !== "function")
      .map((variable) => ({
        kind: "observe",
        value: {
          kind: "read",
          place: { kind: "variable", variable, type: variable.type },
          type: variable.type,
        },
      }));
  }
}
