/**
 * Expressions of generated code: a small typed graph that becomes wasm instructions.
 *
 * A node is pure: reading mutable state is a statement that puts it into a local (code.ts). Nodes know the width of the
 * bit vector they stand for: 1, 8, 16 and 32 bits live in an i32, 64 in an i64, 128 in a v128. Above the width an
 * i32's bits are zero unless the node is `dirty`; consumers that care ask for `clean`. Constants are folded here.
 */
import type { Width } from "../isa/ops.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import type { OpName } from "../wasm/opcodes.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** What writes nodes into a function; code.ts has it. */
export interface NodeWriter {
  readonly f: FunctionBuilder;
  /** Pushes the node's value. */
  value(node: Node): void;
}

export interface Node {
  readonly kind: "const" | "local" | "op";
  readonly type: ValueType;
  readonly w: Width;
  /** Bits of the i32 above the width may be set. */
  readonly dirty: boolean;
  /** const */
  readonly value: bigint;
  /** op */
  readonly op: OpName | undefined;
  readonly args: readonly Node[];
  /** Lane index or other immediates of the op. */
  readonly immediates: readonly number[];
  /** Writes the value itself instead of args and op: calls, select, aliases. */
  readonly emit: ((e: NodeWriter, node: Node) => void) | undefined;
  /** Order of making; a node's arguments are older than it. */
  readonly id: number;
  /** How often emitted code uses it; above one it gets a local. */
  uses: number;
  /** Number of the local that holds it, once it has one; for kind "local" always. */
  local: number;
}

export const typeOf = (w: Width): ValueType => (w === 128 ? "v128" : w === 64 ? "i64" : "i32");

let serial = 0;
/** The id that the next node will have. */
export const nextId = (): number => serial;

const NO_ARGS: readonly Node[] = [];
const NO_IMMEDIATES: readonly number[] = [];

export function constant(w: Width, value: bigint): Node {
  return {
    kind: "const",
    type: typeOf(w),
    w,
    dirty: false,
    value: BigInt.asUintN(w, value),
    op: undefined,
    args: NO_ARGS,
    immediates: NO_IMMEDIATES,
    emit: undefined,
    id: serial++,
    uses: 0,
    local: -1,
  };
}

/** A value that already is in local `index`. */
export function localNode(w: Width, type: ValueType, index: number, dirty = false): Node {
  return {
    kind: "local",
    type,
    w,
    dirty,
    value: 0n,
    op: undefined,
    args: NO_ARGS,
    immediates: NO_IMMEDIATES,
    emit: undefined,
    id: serial++,
    uses: 0,
    local: index,
  };
}

export function opNode(
  w: Width,
  type: ValueType,
  op: OpName,
  args: readonly Node[],
  dirty = false,
  immediates: readonly number[] = NO_IMMEDIATES,
): Node {
  return {
    kind: "op",
    type,
    w,
    dirty,
    value: 0n,
    op,
    args,
    immediates,
    emit: undefined,
    id: serial++,
    uses: 0,
    local: -1,
  };
}

/** A node written by a function of its own, over `args`, which it must push with `e.value`. */
export function customNode(
  w: Width,
  type: ValueType,
  args: readonly Node[],
  emit: (e: NodeWriter, node: Node) => void,
  dirty = false,
): Node {
  return { ...opNode(w, type, "i32.add", args, dirty), op: undefined, emit };
}

/** `node` with other arguments. */
export const withArgs = (node: Node, args: readonly Node[]): Node => ({
  ...node,
  args,
  id: serial++,
  uses: 0,
  local: -1,
});
