/* Random programs, the same for the same seed. */
import { Random } from "../../compiler/passes/random-ir.ts";
import { functionType, isPlain } from "./draw-calls.ts";
import { GlobalDraw } from "./draw-globals.ts";
import { FUNCTION_COST, MAIN_COST, type Scope } from "./draw-places.ts";
import { StatementDraw } from "./draw-statements.ts";
import { pointerTo, TypeDraw } from "./draw-types.ts";
import { variablePlace } from "./observe.ts";
import type { FunctionTree, Program, Statement, Variable } from "./tree.ts";
import { type FunctionType, fits, PARAMETER, type StructType, type Type, U64 } from "./types.ts";
import { reached } from "./walk.ts";

/** Calls of a recursive function at most: each calls itself twice, to a depth of three. */
const RECURSION = 15;

type Kind = "plain" | "recursive" | "generic" | "method" | "signature" | "arrow";

export function drawProgram(seed: number): Program {
  return new ProgramDraw(seed).program();
}

class ProgramDraw {
  readonly #seed: number;
  readonly #r: Random;
  readonly #types: TypeDraw;
  readonly #globals: GlobalDraw;
  readonly #scope: Scope;
  readonly #functions: FunctionTree[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#r = new Random(seed);
    this.#types = new TypeDraw(this.#r);
    this.#globals = new GlobalDraw(this.#r, this.#types);
    const { structs, enums } = this.#types;
    this.#scope = { structs, enums, functions: [], variables: [] };
  }

  program(): Program {
    const r = this.#r;
    for (let i = r.below(3); i > 0; i--) {
      const signature = this.#signature();
      for (let n = 1 + r.below(3); n > 0; n--) this.#draw(r.chance(30) ? "arrow" : "signature", signature);
      const fitting = this.#functions.filter((fn) => isPlain(fn) && fits(functionType(fn), signature));
      this.#globals.table(signature, fitting);
    }
    for (let i = 1 + r.below(4); i > 0; i--) {
      this.#draw(r.pick(["plain", "plain", "plain", "recursive", "generic", "method", "method"] as const));
    }
    const { enums, structs } = this.#types;
    const { globals } = this.#globals;
    const program = { seed: this.#seed, enums, structs, globals, functions: this.#functions };
    return { ...program, main: this.#main(program) };
  }

  #signature(): FunctionType {
    const count = this.#r.below(4);
    const params = Array.from({ length: count }, () => this.#parameterType(false));
    return { kind: "function", params, result: this.#resultType() };
  }
  #parameterType(generic: boolean): Type {
    const r = this.#r;
    if (generic && r.chance(60)) {
      if (r.chance(70)) return PARAMETER;
      return pointerTo(PARAMETER, { level: 1, extent: 1 + r.below(3) });
    }
    const choice = r.below(10);
    if (choice < 6) return this.#types.scalar();
    return choice < 8 ? r.pick(this.#types.structs) : this.#globals.pointer(1);
  }
  #resultType(): Type {
    const choice = this.#r.below(10);
    if (choice < 6) return this.#types.scalar();
    return choice < 9 ? this.#r.pick(this.#types.structs) : this.#globals.pointer(0);
  }

  #drawer(limit: number, size: number): StatementDraw {
    const variables = [...this.#globals.globals];
    return new StatementDraw({ ...this.#scope, variables }, this.#globals, limit, size);
  }

  #draw(kind: Kind, signature?: FunctionType): void {
    const r = this.#r;
    const generic = kind === "generic";
    const draw = this.#drawer(
      kind === "recursive" ? FUNCTION_COST / RECURSION : FUNCTION_COST,
      6 + r.below(50),
    );
    const many = r.chance(10) ? 11 : 5;
    const types =
      signature?.params ?? Array.from({ length: r.below(many) }, () => this.#parameterType(generic));
    const params = types.map(
      (type): Variable => ({
        name: draw.name("a"),
        type,
        storage: "parameter",
        constant: false,
        level: 1,
        initial: undefined,
      }),
    );
    const owner = kind === "method" ? r.pick(this.#types.structs) : undefined;
    const self = owner && this.#self(owner);
    const result: Type = signature?.result ?? (generic && r.chance(80) ? PARAMETER : this.#resultType());
    draw.scope.variables.push(...params, ...(self === undefined ? [] : [self]));
    draw.generic = generic;
    draw.result = result;
    const fn: FunctionTree = {
      name: `f${this.#functions.length}`,
      params,
      result,
      body: [],
      recursive: kind === "recursive" ? { bottom: draw.expression(result, 2) } : undefined,
      owner,
      self,
      generic,
      inline: r.chance(15) ? "always" : r.chance(15) ? "never" : undefined,
      arrow: kind === "arrow",
    };
    if (kind === "recursive") {
      draw.self = fn;
      draw.selfCalls = 2;
    }
    const body: Statement[] = [];
    if (kind !== "arrow") {
      for (let i = 1 + r.below(5); i > 0; i--) body.push(...draw.statement());
      body.push(...draw.ending());
    }
    body.push({ kind: "return", value: draw.expression(result, 4) });
    fn.body = body;
    owner?.methods.push(fn);
    this.#functions.push(fn);
    const cost = (draw.cost + 10) * (kind === "recursive" ? RECURSION : 1);
    this.#scope.functions.push({ fn, cost });
  }

  #self(owner: StructType): Variable {
    const type = pointerTo(owner, { level: 1, unaligned: true });
    return { name: "this", type, storage: "this", constant: true, level: 1, initial: undefined };
  }

  /** With everything that the rest has at the end. */
  #main(program: Omit<Program, "main">): FunctionTree {
    const r = this.#r;
    const draw = this.#drawer(MAIN_COST, 70);
    draw.result = U64;
    const body: Statement[] = [];
    for (let i = 2 + r.below(4); i > 0; i--) body.push(...draw.statement(), { kind: "show" });
    body.push(...draw.ending());
    const main = this.#mainOf(body);
    for (const variable of reached({ ...program, main }).globals) {
      const { type } = variable;
      if (type.kind === "pointer" || type.kind === "function") continue;
      body.push({ kind: "observe", value: { kind: "read", place: variablePlace(variable), type } });
    }
    body.push({ kind: "show" }, { kind: "return", value: { kind: "literal", value: 0n, type: U64 } });
    return main;
  }
  #mainOf(body: Statement[]): FunctionTree {
    return {
      name: "run",
      params: [],
      result: U64,
      body,
      recursive: undefined,
      owner: undefined,
      self: undefined,
      generic: false,
      inline: undefined,
      arrow: false,
    };
  }
}
