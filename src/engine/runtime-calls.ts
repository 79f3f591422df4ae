/**
 * The functions that generated code calls: names, types, and their indices in a module under construction.
 *
 * Wasm ones are made by runtime.ts; JavaScript ones are given by interpreter.ts. Every generated module imports all
 * of them under "vitrine", with the memory and the function table.
 */
import { FP, type FpFunction, type FpOp } from "../isa/fp.ts";
import type { LaneFunction } from "../isa/lanes.ts";
import { PURE, type PureFunction, type PureName } from "../isa/pure.ts";
import { SCRATCH } from "../isa/state.ts";
import type { Width } from "../isa/width.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { type FunctionType, functionType } from "../wasm/types.ts";
import { at, type Code } from "./code.ts";
import { customNode, type Node, typeOf } from "./node.ts";

/** Given by JavaScript. All return 0 unless said. */
export const HOST_FUNCTIONS = {
  /** Slow access: address in SLOW_ADDRESS, info = size | write << 8 | stack << 9; data in SCRATCH. Sets FAULT. */
  access: "i32 i32 i32 -> i32",
  /** Prepares a read-modify-write: the place to work on (RAM, or SCRATCH with the value read). Sets FAULT. */
  modify: "i32 i32 i32 -> i32",
  /** Writes SCRATCH back after `modify` gave it. */
  modified: "i32 i32 i32 -> i32",
  /** Runs the helper of the record's instruction: exit code, 0 to go on. */
  helper: "i32 i32 -> i32",
  /** Pure function number n on SCRATCH: arguments at 0, 16, 32 …, result at 0. */
  pure: "i32 i32 -> i32",
  /** Floating-point operation number n on SCRATCH; collects exceptions in FP_PENDING. */
  fp: "i32 i32 -> i32",
  /** Collected exceptions into mxcsr: 0, or 1 after raising #XM in FAULT. */
  fpCommit: "i32 i32 -> i32",
  /** Segment check that failed the short way: offset in SLOW_ADDRESS, info as access | segment << 16; sets FAULT or leaves the linear address in SCRATCH. */
  segment: "i32 i32 i32 -> i32",
} as const;
export type HostFunction = keyof typeof HOST_FUNCTIONS;

/** Operations of fp.ts that have a wasm form (float-paths.ts): arguments after the CPU. */
export const FLOAT_PATHS = [
  ...(["add", "sub", "mul", "div", "sqrt", "min", "max", "round", "cmp", "ucomi", "comi"] as const).flatMap(
    (op) => [`f32.${op}`, `f64.${op}`] as const,
  ),
  "f64.promote_f32",
  "f32.demote_f64",
  "i32.trunc_f32",
  "i32.trunc_f64",
  "i64.trunc_f32",
  "i64.trunc_f64",
  "i32.round_f32",
  "i32.round_f64",
  "i64.round_f32",
  "i64.round_f64",
  "f32.from_i32",
  "f64.from_i32",
  "f32.from_i64",
  "f64.from_i64",
] as const satisfies readonly FpOp[];
export type FloatPath = (typeof FLOAT_PATHS)[number];

/** Pure functions that have a wasm form (pure-paths.ts, wide-arithmetic.ts), with their own arguments. */
export const PURE_PATHS = [
  "divu64",
  "remu64",
  "divs64",
  "rems64",
  "divu128_overflows",
  "divu128",
  "remu128",
  "divs128_overflows",
  "divs128",
  "rems128",
  "pext",
  "pdep",
  "crc32c8",
  "crc32c16",
  "crc32c32",
  "crc32c64",
  "clmul",
  "aesenc",
  "aesenclast",
  "aesdec",
  "aesdeclast",
  "aesimc",
  "aeskeygenassist",
  "sha1rnds4",
  "sha1nexte",
  "sha1msg1",
  "sha1msg2",
  "sha256rnds2",
  "sha256msg1",
  "sha256msg2",
] as const satisfies readonly PureName[];
export type PurePath = (typeof PURE_PATHS)[number];

/** x87 instructions with a wasm form (x87-paths.ts), by helper and width of the memory operand, or on registers. */
export const X87_MEMORY = [
  ...(["fld", "fst", "fadd", "fsub", "fsubr", "fmul", "fdiv", "fdivr"] as const).flatMap(
    (name) => [`${name}32`, `${name}64`] as const,
  ),
  "fild16",
  "fild32",
  "fild64",
  "fist16",
  "fist32",
  "fist64",
] as const;
export const X87_REGISTERS = [
  "fld",
  "fst",
  "fxch",
  "fadd",
  "fsub",
  "fsubr",
  "fmul",
  "fdiv",
  "fdivr",
] as const;
export type X87Path = (typeof X87_MEMORY)[number] | (typeof X87_REGISTERS)[number];
/** cpu, record, place of the memory operand, its effective address, flags; 1 if done. */
const X87_TYPE = "i32 i32 i32 i64 i32 -> i32";

const ACCESSES = {
  mulhu64: "i64 i64 -> i64",
  mulhs64: "i64 i64 -> i64",
  load8: "i32 i32 i64 i32 -> i32",
  load16: "i32 i32 i64 i32 -> i32",
  load32: "i32 i32 i64 i32 -> i32",
  load64: "i32 i32 i64 i32 -> i64",
  load128: "i32 i32 i64 i32 -> v128",
  store8: "i32 i32 i64 i32 i32 ->",
  store16: "i32 i32 i64 i32 i32 ->",
  store32: "i32 i32 i64 i32 i32 ->",
  store64: "i32 i32 i64 i32 i64 ->",
  store128: "i32 i32 i64 i32 v128 ->",
  modify_begin: "i32 i32 i64 i32 -> i32",
  /** Linear address of segment:offset outside 64-bit mode: cpu, record, offset, info (access info | segment << 16). */
  segmented: "i32 i32 i32 i32 -> i64",
  /** Goes to the block at rip, through the jump cache. */
  dispatch: "i32 i32 -> i32",
  x87_sum: "i32 i32 i32 i64 i32 i64 -> i32",
  x87_product: "i32 i32 i32 i64 i32 i64 -> i32",
  x87_quotient: "i32 i32 i32 i64 i32 i64 -> i32",
  x87_finish: "i32 i32 i32 i32 i64 i64 -> i32",
} as const;
export type RuntimeFunction = keyof typeof ACCESSES | FloatPath | PurePath | X87Path;

const typeText = (args: readonly Width[], result: Width): string =>
  `${args.map(typeOf).join(" ")} -> ${typeOf(result)}`;
/** Made of wasm: names and types, in the order of their indices. */
const RUNTIME_FUNCTIONS: ReadonlyMap<RuntimeFunction, string> = new Map<RuntimeFunction, string>([
  // as: the keys of an object literal
  ...(Object.entries(ACCESSES) as [keyof typeof ACCESSES, string][]),
  ...FLOAT_PATHS.map((name) => [name, typeText([32, ...FP[name].args], FP[name].result)] as const),
  ...PURE_PATHS.map((name) => [name, typeText(PURE[name].args, PURE[name].result)] as const),
  ...[...X87_MEMORY, ...X87_REGISTERS].map((name) => [name, X87_TYPE] as const),
]);

export const HANDLER_TYPE: FunctionType = functionType("i32 i32 -> i32");

const PURE_IDS = new Map(Object.keys(PURE).map((name, i) => [name, i]));
const FP_IDS = new Map(Object.keys(FP).map((name, i) => [name, i]));
export class RuntimeCalls {
  readonly #index = new Map<string, number>();

  /** `module` gets the imports. With `define`, runtime functions are looked up there instead (the runtime module itself). */
  constructor(module: ModuleBuilder, define?: (name: RuntimeFunction, type: FunctionType) => number) {
    for (const [name, type] of Object.entries(HOST_FUNCTIONS)) {
      this.#index.set(name, module.importFunction("vitrine", name, functionType(type)));
    }
    for (const [name, type] of RUNTIME_FUNCTIONS) {
      const t = functionType(type);
      const index = define ? define(name, t) : module.importFunction("vitrine", name, t);
      this.#index.set(name, index);
    }
  }
  index(name: HostFunction | RuntimeFunction): number {
    const i = this.#index.get(name);
    if (i === undefined) throw new Error(`runtime function ${name} has no index`);
    return i;
  }
  /** A runtime function that implements pure function `name` on plain arguments. */
  pure(name: string): number | undefined {
    return Object.hasOwn(HOST_FUNCTIONS, name) ? undefined : this.#index.get(name);
  }
  /** Calls JavaScript with arguments and result in scratch memory; the CPU block is parameter 0. */
  viaScratch(
    code: Code,
    host: "pure" | "fp",
    name: string,
    f: PureFunction | FpFunction | LaneFunction,
    args: readonly Node[],
  ): Node {
    const id = (host === "pure" ? PURE_IDS : FP_IDS).get(name) ?? -1;
    const type = typeOf(f.result);
    return code.pin(
      customNode(f.result, type, args, (e) => {
        args.forEach((a, i) => {
          e.f.localGet(0);
          e.value(a);
          e.f.op(`${a.type}.store` as "i32.store", at(SCRATCH + i * 16)); // as: stores exist for every value type
        });
        e.f.localGet(0).i32(id).call(this.index(host)).drop().localGet(0);
        e.f.op(`${type}.load` as "i32.load", at(SCRATCH)); // as: so do loads
      }),
    );
  }
  fp(code: Code, op: FpOp, f: FpFunction, args: readonly Node[]): Node {
    const target = this.#index.get(op);
    if (target === undefined) return this.viaScratch(code, "fp", op, f, args);
    return code.pin(
      customNode(f.result, typeOf(f.result), args, (e) => {
        e.f.localGet(0);
        for (const a of args) e.value(a);
        e.f.call(target);
      }),
    );
  }
}
