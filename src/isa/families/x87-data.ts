/**
 * x87 loads, stores, moves and control: FLD, FST, FILD, FIST, FBLD, FBSTP, FXCH, FCMOVcc, constants, FNINIT, FLDCW,
 * FNSTENV, FNSAVE and kin, WAIT (SDM vol. 2D tables A-7 … A-22; vol. 1 chapter 8).
 *
 * Only the forms without wait are instructions: finit, fstcw, fstsw, fclex, fstenv and fsave are WAIT and one of these.
 */
import type { HelperName } from "../helpers.ts";
import type { Semantics } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";

const x87 = { unit: "x87", feature: "fpu" } as const satisfies RowOptions;
const p6 = { unit: "x87", feature: "cmov" } as const satisfies RowOptions;
const alternate = { ...x87, alternate: true } as const satisfies RowOptions;

const call =
  (name: HelperName): Semantics =>
  (o) =>
    o.helper(name);

const memory = (
  opcode: number,
  digit: number,
  mnemonic: string,
  operand: string,
  helper: HelperName,
  options: RowOptions = x87,
): Row => op(opcode, mnemonic, operand, call(helper), { ...options, digit, mod: "mem" });

const register = (
  opcode: number,
  digit: number,
  mnemonic: string,
  operands: string,
  helper: HelperName,
  options: RowOptions = x87,
): Row => op(opcode, mnemonic, operands, call(helper), { ...options, digit, mod: "reg" });

const whole = (
  opcode: number,
  modrm: number,
  mnemonic: string,
  helper: HelperName,
  options: RowOptions = x87,
): Row => op(opcode, mnemonic, "", call(helper), { ...options, modrm });

const loadsAndStores: readonly Row[] = [
  memory(0xd9, 0, "fld", "Md", "fldMemory"),
  memory(0xdd, 0, "fld", "Mq", "fldMemory"),
  memory(0xdb, 5, "fld", "Mt", "fldMemory"),
  memory(0xd9, 2, "fst", "Md", "fstMemory"),
  memory(0xdd, 2, "fst", "Mq", "fstMemory"),
  memory(0xd9, 3, "fstp", "Md", "fstpMemory"),
  memory(0xdd, 3, "fstp", "Mq", "fstpMemory"),
  memory(0xdb, 7, "fstp", "Mt", "fstpMemory"),
  memory(0xdf, 0, "fild", "Mw", "fild"),
  memory(0xdb, 0, "fild", "Md", "fild"),
  memory(0xdf, 5, "fild", "Mq", "fild"),
  memory(0xdf, 2, "fist", "Mw", "fist"),
  memory(0xdb, 2, "fist", "Md", "fist"),
  memory(0xdf, 3, "fistp", "Mw", "fistp"),
  memory(0xdb, 3, "fistp", "Md", "fistp"),
  memory(0xdf, 7, "fistp", "Mq", "fistp"),
  memory(0xdf, 1, "fisttp", "Mw", "fisttp", { ...x87, feature: "pni" }),
  memory(0xdb, 1, "fisttp", "Md", "fisttp", { ...x87, feature: "pni" }),
  memory(0xdd, 1, "fisttp", "Mq", "fisttp", { ...x87, feature: "pni" }),
  memory(0xdf, 4, "fbld", "Mt", "fbld"),
  memory(0xdf, 6, "fbstp", "Mt", "fbstp"),
  register(0xd9, 0, "fld", "STi", "fld"),
  register(0xdd, 2, "fst", "STi", "fst"),
  register(0xdd, 3, "fstp", "STi", "fstp"),
  // D9 D8+i differs from fstp: it pops an empty st(0) without a stack fault.
  register(0xd9, 3, "fstpnce", "STi", "fstpnce", alternate),
  register(0xdf, 2, "fstp", "STi", "fstp", alternate),
  register(0xdf, 3, "fstp", "STi", "fstp", alternate),
  register(0xd9, 1, "fxch", "STi", "fxch"),
  register(0xdd, 1, "fxch", "STi", "fxch", alternate),
  register(0xdf, 1, "fxch", "STi", "fxch", alternate),
];

/** DA and DB, digits 0 … 3: the condition and its negation. */
const CONDITIONS = [
  ["fcmovb", "fcmovnb"],
  ["fcmove", "fcmovne"],
  ["fcmovbe", "fcmovnbe"],
  ["fcmovu", "fcmovnu"],
] as const;

const CONSTANTS = ["fld1", "fldl2t", "fldl2e", "fldpi", "fldlg2", "fldln2", "fldz"] as const;

const control: readonly Row[] = [
  memory(0xd9, 4, "fldenv", "Menv", "fldenv"),
  memory(0xd9, 5, "fldcw", "Mw", "fldcw"),
  memory(0xd9, 6, "fnstenv", "Menv", "fnstenv"),
  memory(0xd9, 7, "fnstcw", "Mw", "fnstcw"),
  memory(0xdd, 4, "frstor", "Msav", "frstor"),
  memory(0xdd, 6, "fnsave", "Msav", "fnsave"),
  memory(0xdd, 7, "fnstsw", "Mw", "fnstsw"),
  op(0xdf, "fnstsw", "AX", call("fnstsw"), { ...x87, modrm: 0xe0 }),
  register(0xdd, 0, "ffree", "STi", "ffree"),
  register(0xdf, 0, "ffreep", "STi", "ffreep", alternate),
  whole(0xd9, 0xd0, "fnop", "fnop"),
  whole(0xd9, 0xf6, "fdecstp", "fdecstp"),
  whole(0xd9, 0xf7, "fincstp", "fincstp"),
  // Interrupt and mode control of the 8087 and 80287: nothing since the 387.
  whole(0xdb, 0xe0, "fneni", "fnnop", alternate),
  whole(0xdb, 0xe1, "fndisi", "fnnop", alternate),
  whole(0xdb, 0xe2, "fnclex", "fnclex"),
  whole(0xdb, 0xe3, "fninit", "fninit"),
  whole(0xdb, 0xe4, "fnsetpm", "fnnop", alternate),
  op(0x9b, "fwait", "", call("fwait"), { unit: "fwait", feature: "fpu", aliases: ["wait"] }),
];

export const X87_DATA: readonly Row[] = [
  ...loadsAndStores,
  ...CONDITIONS.flatMap(([condition, negation], digit) => [
    register(0xda, digit, condition, "ST0,STi", condition, p6),
    register(0xdb, digit, negation, "ST0,STi", negation, p6),
  ]),
  ...CONSTANTS.map((name, i) => whole(0xd9, 0xe8 + i, name, name)),
  ...control,
];
