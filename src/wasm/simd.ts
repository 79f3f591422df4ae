/*
 * The vector instructions, in the order of their opcodes, all behind the prefix 0xfd; v128.const (12) is among the constants.
 * Left out: relaxed SIMD (from 256 on), whose results differ between machines.
 * WebAssembly core specification, 5.4.8 (Vector Instructions).
 */
import { OpcodeSpace } from "./op.ts";

const op = new OpcodeSpace(0xfd);

const unary = "v128 -> v128";
const binary = "v128 v128 -> v128";
const shift = "v128 i32 -> v128";
const test = "v128 -> i32";

const memory = [
  op.memory(0, "i32 -> v128", "v128", 16, "load"),
  op.memory(1, "i32 -> v128", "v128", 8, "load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u"),
  op.memory(7, "i32 -> v128", "v128", 1, "load8_splat"),
  op.memory(8, "i32 -> v128", "v128", 2, "load16_splat"),
  op.memory(9, "i32 -> v128", "v128", 4, "load32_splat"),
  op.memory(10, "i32 -> v128", "v128", 8, "load64_splat"),
  op.memory(11, "i32 v128 ->", "v128", 16, "store"),
  op.memoryLane(84, "i32 v128 -> v128", "v128", 1, "load8_lane"),
  op.memoryLane(85, "i32 v128 -> v128", "v128", 2, "load16_lane"),
  op.memoryLane(86, "i32 v128 -> v128", "v128", 4, "load32_lane"),
  op.memoryLane(87, "i32 v128 -> v128", "v128", 8, "load64_lane"),
  op.memoryLane(88, "i32 v128 ->", "v128", 1, "store8_lane"),
  op.memoryLane(89, "i32 v128 ->", "v128", 2, "store16_lane"),
  op.memoryLane(90, "i32 v128 ->", "v128", 4, "store32_lane"),
  op.memoryLane(91, "i32 v128 ->", "v128", 8, "store64_lane"),
  op.memory(92, "i32 -> v128", "v128", 4, "load32_zero"),
  op.memory(93, "i32 -> v128", "v128", 8, "load64_zero"),
] as const;

const lanes = [
  op.lanes(13, binary, "i8x16", "shuffle"),
  op.run(14, binary, "i8x16", "swizzle"),
  op.run(15, "i32 -> v128", "i8x16", "splat"),
  op.run(16, "i32 -> v128", "i16x8", "splat"),
  op.run(17, "i32 -> v128", "i32x4", "splat"),
  op.run(18, "i64 -> v128", "i64x2", "splat"),
  op.run(19, "f32 -> v128", "f32x4", "splat"),
  op.run(20, "f64 -> v128", "f64x2", "splat"),
  op.lane(21, "v128 -> i32", "i8x16", 16, "extract_lane_s extract_lane_u"),
  op.lane(23, "v128 i32 -> v128", "i8x16", 16, "replace_lane"),
  op.lane(24, "v128 -> i32", "i16x8", 8, "extract_lane_s extract_lane_u"),
  op.lane(26, "v128 i32 -> v128", "i16x8", 8, "replace_lane"),
  op.lane(27, "v128 -> i32", "i32x4", 4, "extract_lane"),
  op.lane(28, "v128 i32 -> v128", "i32x4", 4, "replace_lane"),
  op.lane(29, "v128 -> i64", "i64x2", 2, "extract_lane"),
  op.lane(30, "v128 i64 -> v128", "i64x2", 2, "replace_lane"),
  op.lane(31, "v128 -> f32", "f32x4", 4, "extract_lane"),
  op.lane(32, "v128 f32 -> v128", "f32x4", 4, "replace_lane"),
  op.lane(33, "v128 -> f64", "f64x2", 2, "extract_lane"),
  op.lane(34, "v128 f64 -> v128", "f64x2", 2, "replace_lane"),
] as const;

const comparisons = [
  op.run(35, binary, "i8x16", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"),
  op.run(45, binary, "i16x8", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"),
  op.run(55, binary, "i32x4", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"),
  op.run(65, binary, "f32x4", "eq ne lt gt le ge"),
  op.run(71, binary, "f64x2", "eq ne lt gt le ge"),
  op.run(214, binary, "i64x2", "eq ne lt_s gt_s le_s ge_s"),
] as const;

const bitwise = [
  op.run(77, unary, "v128", "not"),
  op.run(78, binary, "v128", "and andnot or xor"),
  op.run(82, "v128 v128 v128 -> v128", "v128", "bitselect"),
  op.run(83, test, "v128", "any_true"),
] as const;

const bytes = [
  op.run(96, unary, "i8x16", "abs neg popcnt"),
  op.run(99, test, "i8x16", "all_true bitmask"),
  op.run(101, binary, "i8x16", "narrow_i16x8_s narrow_i16x8_u"),
  op.run(107, shift, "i8x16", "shl shr_s shr_u"),
  op.run(110, binary, "i8x16", "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u"),
  op.run(118, binary, "i8x16", "min_s min_u max_s max_u"),
  op.run(123, binary, "i8x16", "avgr_u"),
] as const;

const words = [
  op.run(124, unary, "i16x8", "extadd_pairwise_i8x16_s extadd_pairwise_i8x16_u"),
  op.run(128, unary, "i16x8", "abs neg"),
  op.run(130, binary, "i16x8", "q15mulr_sat_s"),
  op.run(131, test, "i16x8", "all_true bitmask"),
  op.run(133, binary, "i16x8", "narrow_i32x4_s narrow_i32x4_u"),
  op.run(
    135,
    unary,
    "i16x8",
    "extend_low_i8x16_s extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u",
  ),
  op.run(139, shift, "i16x8", "shl shr_s shr_u"),
  op.run(142, binary, "i16x8", "add add_sat_s add_sat_u sub sub_sat_s sub_sat_u"),
  op.run(149, binary, "i16x8", "mul min_s min_u max_s max_u"),
  op.run(155, binary, "i16x8", "avgr_u"),
  op.run(
    156,
    binary,
    "i16x8",
    "extmul_low_i8x16_s extmul_high_i8x16_s extmul_low_i8x16_u extmul_high_i8x16_u",
  ),
] as const;

const doublewords = [
  op.run(126, unary, "i32x4", "extadd_pairwise_i16x8_s extadd_pairwise_i16x8_u"),
  op.run(160, unary, "i32x4", "abs neg"),
  op.run(163, test, "i32x4", "all_true bitmask"),
  op.run(
    167,
    unary,
    "i32x4",
    "extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u extend_high_i16x8_u",
  ),
  op.run(171, shift, "i32x4", "shl shr_s shr_u"),
  op.run(174, binary, "i32x4", "add"),
  op.run(177, binary, "i32x4", "sub"),
  op.run(181, binary, "i32x4", "mul min_s min_u max_s max_u dot_i16x8_s"),
  op.run(
    188,
    binary,
    "i32x4",
    "extmul_low_i16x8_s extmul_high_i16x8_s extmul_low_i16x8_u extmul_high_i16x8_u",
  ),
] as const;

const quadwords = [
  op.run(192, unary, "i64x2", "abs neg"),
  op.run(195, test, "i64x2", "all_true bitmask"),
  op.run(
    199,
    unary,
    "i64x2",
    "extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u",
  ),
  op.run(203, shift, "i64x2", "shl shr_s shr_u"),
  op.run(206, binary, "i64x2", "add"),
  op.run(209, binary, "i64x2", "sub"),
  op.run(213, binary, "i64x2", "mul"),
  op.run(
    220,
    binary,
    "i64x2",
    "extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u",
  ),
] as const;

const floats = [
  op.run(94, unary, "f32x4", "demote_f64x2_zero"),
  op.run(95, unary, "f64x2", "promote_low_f32x4"),
  op.run(103, unary, "f32x4", "ceil floor trunc nearest"),
  op.run(116, unary, "f64x2", "ceil floor"),
  op.run(122, unary, "f64x2", "trunc"),
  op.run(148, unary, "f64x2", "nearest"),
  op.run(224, unary, "f32x4", "abs neg"),
  op.run(227, unary, "f32x4", "sqrt"),
  op.run(228, binary, "f32x4", "add sub mul div min max pmin pmax"),
  op.run(236, unary, "f64x2", "abs neg"),
  op.run(239, unary, "f64x2", "sqrt"),
  op.run(240, binary, "f64x2", "add sub mul div min max pmin pmax"),
  op.run(248, unary, "i32x4", "trunc_sat_f32x4_s trunc_sat_f32x4_u"),
  op.run(250, unary, "f32x4", "convert_i32x4_s convert_i32x4_u"),
  op.run(252, unary, "i32x4", "trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero"),
  op.run(254, unary, "f64x2", "convert_low_i32x4_s convert_low_i32x4_u"),
] as const;

export const simd = [
  ...memory,
  ...lanes,
  ...comparisons,
  ...bitwise,
  ...bytes,
  ...words,
  ...doublewords,
  ...quadwords,
  ...floats,
] as const;
