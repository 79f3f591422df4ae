/*
 * The instructions whose types are fixed: numeric, memory and vector ones. Those whose types depend on where they stand (blocks,
 * branches, calls, variables, drop, select) are `control`, and FunctionBuilder has a method for each.
 * Left out: tables and references, atomics, relaxed SIMD, several memories, and passive segments (memory.init, data.drop).
 * WebAssembly core specification, 5.4 and the index of instructions (7.10); tail calls: 5.4.1 of version 3.
 */
import { type Immediate, joinTables, OpcodeSpace } from "./op.ts";
import { simd } from "./simd.ts";

const one = new OpcodeSpace();
const misc = new OpcodeSpace(0xfc);

const memory = [
  one.memory(0x28, "i32 -> i32", "i32", 4, "load"),
  one.memory(0x29, "i32 -> i64", "i64", 8, "load"),
  one.memory(0x2a, "i32 -> f32", "f32", 4, "load"),
  one.memory(0x2b, "i32 -> f64", "f64", 8, "load"),
  one.memory(0x2c, "i32 -> i32", "i32", 1, "load8_s load8_u"),
  one.memory(0x2e, "i32 -> i32", "i32", 2, "load16_s load16_u"),
  one.memory(0x30, "i32 -> i64", "i64", 1, "load8_s load8_u"),
  one.memory(0x32, "i32 -> i64", "i64", 2, "load16_s load16_u"),
  one.memory(0x34, "i32 -> i64", "i64", 4, "load32_s load32_u"),
  one.memory(0x36, "i32 i32 ->", "i32", 4, "store"),
  one.memory(0x37, "i32 i64 ->", "i64", 8, "store"),
  one.memory(0x38, "i32 f32 ->", "f32", 4, "store"),
  one.memory(0x39, "i32 f64 ->", "f64", 8, "store"),
  one.memory(0x3a, "i32 i32 ->", "i32", 1, "store8"),
  one.memory(0x3b, "i32 i32 ->", "i32", 2, "store16"),
  one.memory(0x3c, "i32 i64 ->", "i64", 1, "store8"),
  one.memory(0x3d, "i32 i64 ->", "i64", 2, "store16"),
  one.memory(0x3e, "i32 i64 ->", "i64", 4, "store32"),
  one.onMemory0(0x3f, "-> i32", "memory", "size", 1),
  one.onMemory0(0x40, "i32 -> i32", "memory", "grow", 1),
  misc.onMemory0(10, "i32 i32 i32 ->", "memory", "copy", 2),
  misc.onMemory0(11, "i32 i32 i32 ->", "memory", "fill", 1),
] as const;

const comparisons = [
  one.run(0x45, "i32 -> i32", "i32", "eqz"),
  one.run(0x46, "i32 i32 -> i32", "i32", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"),
  one.run(0x50, "i64 -> i32", "i64", "eqz"),
  one.run(0x51, "i64 i64 -> i32", "i64", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"),
  one.run(0x5b, "f32 f32 -> i32", "f32", "eq ne lt gt le ge"),
  one.run(0x61, "f64 f64 -> i32", "f64", "eq ne lt gt le ge"),
] as const;

const arithmetic = [
  one.run(0x67, "i32 -> i32", "i32", "clz ctz popcnt"),
  one.run(
    0x6a,
    "i32 i32 -> i32",
    "i32",
    "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr",
  ),
  one.run(0x79, "i64 -> i64", "i64", "clz ctz popcnt"),
  one.run(
    0x7c,
    "i64 i64 -> i64",
    "i64",
    "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr",
  ),
  one.run(0x8b, "f32 -> f32", "f32", "abs neg ceil floor trunc nearest sqrt"),
  one.run(0x92, "f32 f32 -> f32", "f32", "add sub mul div min max copysign"),
  one.run(0x99, "f64 -> f64", "f64", "abs neg ceil floor trunc nearest sqrt"),
  one.run(0xa0, "f64 f64 -> f64", "f64", "add sub mul div min max copysign"),
] as const;

const conversions = [
  one.run(0xa7, "i64 -> i32", "i32", "wrap_i64"),
  one.run(0xa8, "f32 -> i32", "i32", "trunc_f32_s trunc_f32_u"),
  one.run(0xaa, "f64 -> i32", "i32", "trunc_f64_s trunc_f64_u"),
  one.run(0xac, "i32 -> i64", "i64", "extend_i32_s extend_i32_u"),
  one.run(0xae, "f32 -> i64", "i64", "trunc_f32_s trunc_f32_u"),
  one.run(0xb0, "f64 -> i64", "i64", "trunc_f64_s trunc_f64_u"),
  one.run(0xb2, "i32 -> f32", "f32", "convert_i32_s convert_i32_u"),
  one.run(0xb4, "i64 -> f32", "f32", "convert_i64_s convert_i64_u"),
  one.run(0xb6, "f64 -> f32", "f32", "demote_f64"),
  one.run(0xb7, "i32 -> f64", "f64", "convert_i32_s convert_i32_u"),
  one.run(0xb9, "i64 -> f64", "f64", "convert_i64_s convert_i64_u"),
  one.run(0xbb, "f32 -> f64", "f64", "promote_f32"),
  one.run(0xbc, "f32 -> i32", "i32", "reinterpret_f32"),
  one.run(0xbd, "f64 -> i64", "i64", "reinterpret_f64"),
  one.run(0xbe, "i32 -> f32", "f32", "reinterpret_i32"),
  one.run(0xbf, "i64 -> f64", "f64", "reinterpret_i64"),
  one.run(0xc0, "i32 -> i32", "i32", "extend8_s extend16_s"),
  one.run(0xc2, "i64 -> i64", "i64", "extend8_s extend16_s extend32_s"),
  misc.run(0, "f32 -> i32", "i32", "trunc_sat_f32_s trunc_sat_f32_u"),
  misc.run(2, "f64 -> i32", "i32", "trunc_sat_f64_s trunc_sat_f64_u"),
  misc.run(4, "f32 -> i64", "i64", "trunc_sat_f32_s trunc_sat_f32_u"),
  misc.run(6, "f64 -> i64", "i64", "trunc_sat_f64_s trunc_sat_f64_u"),
] as const;

/** Every instruction whose type is fixed, by its name in the text format. */
export const opcodes = joinTables(...memory, ...comparisons, ...arithmetic, ...conversions, ...simd);

export type OpName = keyof typeof opcodes;

/** The names of the instructions with such an immediate. */
export type OpNameWith<I extends Immediate> = {
  [Name in OpName]: (typeof opcodes)[Name]["immediate"] extends I ? Name : never;
}[OpName];

/** Instructions that FunctionBuilder writes by a method of their own. */
export const control = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  br_table: 0x0e,
  return: 0x0f,
  call: 0x10,
  call_indirect: 0x11,
  return_call: 0x12,
  return_call_indirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  "local.get": 0x20,
  "local.set": 0x21,
  "local.tee": 0x22,
  "global.get": 0x23,
  "global.set": 0x24,
  "i32.const": 0x41,
  "i64.const": 0x42,
  "f32.const": 0x43,
  "f64.const": 0x44,
  "v128.const": [0xfd, 12],
} as const;
