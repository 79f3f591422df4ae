/**
 * The compiler's intermediate form: functions of basic blocks in SSA form. Blocks have parameters where others have phi nodes;
 * a jump gives them arguments. Types are machine types: pointers are i64, structures live in memory.
 *
 * What the operations are says ops.ts. `verify` (verify.ts) holds this form to its rules; passes keep it valid between them.
 */
import type { InlinedCall, Place } from "../place.ts";
import type { Variable } from "../tree.ts";
import type { OpName } from "./ops.ts";

/** i1 is a condition: 0 or 1, never in memory. */
export type IrType = "i1" | "i8" | "i16" | "i32" | "i64" | "f64";

/** A value: the parameter of a block, or a result of an instruction. Identity is what matters. */
export interface Value {
  readonly id: number;
  readonly type: IrType;
  /** Who makes it. */
  def: Instruction | Block;
}

export type Condition = "eq" | "ne" | "ult" | "ule" | "ugt" | "uge" | "slt" | "sle" | "sgt" | "sge";

/** What an instruction says beside its arguments; which of them an operation has is in ops.ts. */
export interface Details {
  /** `const`: unsigned, of the type's width. `fconst` has `number`. */
  readonly value?: bigint;
  readonly number?: number;
  /** `symbol`, `call`; with `offset` bytes added for the former. */
  readonly symbol?: string;
  /** Byte displacement of `symbol`, `load`, `store`. */
  readonly offset?: number;
  readonly condition?: Condition;
  readonly slot?: Slot;
  readonly volatile?: boolean;
  /** Known alignment in bytes of what is accessed; default 1. */
  readonly align?: number;
  readonly signature?: Signature;
  readonly asm?: AsmCode;
  /** Atomic read-modify-write. */
  readonly rmw?: "add" | "and" | "or" | "xor" | "exchange";
  readonly order?: "relaxed" | "acquire" | "release" | "sequential";
  /** Of `trap`: what debug builds say. */
  readonly reason?: string;
}

export interface Instruction {
  op: OpName;
  args: Value[];
  readonly results: readonly Value[];
  details: Details;
  place: Place | undefined;
}

/** A jump's target with the arguments for its parameters. */
export interface Edge {
  to: Block;
  args: Value[];
}
export type Terminator = { place: Place | undefined } & (
  | { kind: "jump"; edge: Edge }
  /** `likely`: what the layout may assume. */
  | { kind: "branch"; condition: Value; then: Edge; otherwise: Edge; likely?: "then" | "otherwise" }
  | { kind: "switch"; subject: Value; cases: { value: bigint; edge: Edge }[]; otherwise: Edge }
  /**
   * `otherwise`, without a look at anything, until whoever runs the code makes a jump to `then` of it: the site is listed in section
   * `.static_keys` (x86/emit.ts) with the key, a symbol and bytes from it.
   */
  | { kind: "toggle"; key: { readonly symbol: string; readonly offset: number }; then: Edge; otherwise: Edge }
  /** As many as the function's signature has results. */
  | { kind: "return"; values: Value[] }
  /** Control does not come here. */
  | { kind: "unreachable" }
);

export interface Block {
  readonly id: number;
  params: Value[];
  instructions: Instruction[];
  terminator: Terminator;
}

/** Bytes in the frame; `slot` gives its address. Contents are undefined at entry. */
export interface Slot {
  readonly id: number;
  size: number;
  align: number;
  /** The source variable that it is, for debuggers; and of which copy of a function, if it was inlined. */
  variable: Variable | undefined;
  inlined?: InlinedCall | undefined;
}

/** How arguments and results travel, already by the System V ABI's classes (psABI §3.2.3). */
export interface Signature {
  /** A machine value, or a structure in memory whose bytes are passed on the stack: then the argument is its address. */
  readonly params: readonly (IrType | { readonly size: number; readonly align: number })[];
  /** None, one, or two (a structure of two eightbytes in rax/rdx, xmm0/xmm1). One returned in memory is a pointer parameter in front, and result. */
  readonly results: readonly IrType[];
  readonly noreturn: boolean;
  /** Like C's `...`: al tells the number of vector registers. */
  readonly variadic: boolean;
}

export interface AsmCode {
  /** `$n` stands for argument n; see AsmTree. */
  readonly text: string;
  /** For each argument: a register's name, "any", or "constant". */
  readonly inputs: readonly string[];
  readonly output: string | undefined;
  readonly clobbers: readonly string[];
}

export interface IrFunction {
  readonly symbol: string;
  readonly name: string;
  readonly signature: Signature;
  /** The first is the entry: its parameters are the function's, in order; nobody jumps to it. */
  blocks: Block[];
  slots: Slot[];
  readonly attributes: import("../tree.ts").Attributes;
  readonly place: Place;
  /** The source's parameters that the signature's are, for debuggers. Undefined: it is a part of one, or none. */
  parameters?: readonly (Variable | undefined)[];
  /** In release builds, which values a variable has: for debuggers, best effort. */
  variables: Map<Value, Variable>;
  /** Next ids for values, blocks and slots. */
  nextValue: number;
  nextBlock: number;
}

export interface IrProgram {
  functions: IrFunction[];
  /** Laid-out data: globals and strings. */
  data: import("../object.ts").ObjectPiece[];
}
