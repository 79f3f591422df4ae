/**
 * x87 arithmetic, comparison and transcendental instructions: FADD … FDIVR with their integer and popping forms, FCOM,
 * FUCOM, FCOMI and kin, FSQRT, FPREM, FSIN … (SDM vol. 2D tables A-7 … A-22; vol. 1 chapter 8).
 *
 * The work is in machine/helpers/x87*.ts: a stack whose registers move under the operands suits no compiled reading.
 * The undocumented encodings are those that hardware executes; a disassembler prints them as the documented ones.
 */
import type { HelperName } from "../helpers.ts";
import type { Semantics } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";

const x87 = { unit: "x87", feature: "fpu" } as const satisfies RowOptions;
const p6 = { unit: "x87", feature: "cmov" } as const satisfies RowOptions;

const call =
  (name: HelperName): Semantics =>
  (o) =>
    o.helper(name);

/** A row of the memory forms. */
const memory = (opcode: number, digit: number, mnemonic: string, operand: string, helper: HelperName): Row =>
  op(opcode, mnemonic, operand, call(helper), { ...x87, digit, mod: "mem" });

/** A row of the forms with a stack register. */
const register = (
  opcode: number,
  digit: number,
  mnemonic: string,
  operands: string,
  helper: HelperName,
  options: RowOptions = x87,
): Row => op(opcode, mnemonic, operands, call(helper), { ...options, digit, mod: "reg" });

/** The digits of fadd … fdivr are the same in every opcode, but DC and DE exchange each reverse pair's register forms. */
const BINARY = [
  { name: "fadd", integer: "fiadd", digit: 0, reversed: 0 },
  { name: "fmul", integer: "fimul", digit: 1, reversed: 1 },
  { name: "fsub", integer: "fisub", digit: 4, reversed: 5 },
  { name: "fsubr", integer: "fisubr", digit: 5, reversed: 4 },
  { name: "fdiv", integer: "fidiv", digit: 6, reversed: 7 },
  { name: "fdivr", integer: "fidivr", digit: 7, reversed: 6 },
] as const;

const binary: readonly Row[] = BINARY.flatMap(({ name, integer, digit, reversed }) => [
  memory(0xd8, digit, name, "Md", `${name}Memory`),
  memory(0xdc, digit, name, "Mq", `${name}Memory`),
  memory(0xda, digit, integer, "Md", integer),
  memory(0xde, digit, integer, "Mw", integer),
  register(0xd8, digit, name, "ST0,STi", name),
  register(0xdc, reversed, name, "STi,ST0", name),
  register(0xde, reversed, `${name}p`, "STi,ST0", `${name}p`),
]);

const alternate = { ...x87, alternate: true } as const satisfies RowOptions;

const compare: readonly Row[] = [
  memory(0xd8, 2, "fcom", "Md", "fcomMemory"),
  memory(0xdc, 2, "fcom", "Mq", "fcomMemory"),
  memory(0xd8, 3, "fcomp", "Md", "fcompMemory"),
  memory(0xdc, 3, "fcomp", "Mq", "fcompMemory"),
  memory(0xda, 2, "ficom", "Md", "ficom"),
  memory(0xde, 2, "ficom", "Mw", "ficom"),
  memory(0xda, 3, "ficomp", "Md", "ficomp"),
  memory(0xde, 3, "ficomp", "Mw", "ficomp"),
  register(0xd8, 2, "fcom", "STi", "fcom"),
  register(0xdc, 2, "fcom", "STi", "fcom", alternate),
  register(0xd8, 3, "fcomp", "STi", "fcomp"),
  register(0xdc, 3, "fcomp", "STi", "fcomp", alternate),
  register(0xde, 2, "fcomp", "STi", "fcomp", alternate),
  register(0xdd, 4, "fucom", "STi", "fucom"),
  register(0xdd, 5, "fucomp", "STi", "fucomp"),
  register(0xdb, 5, "fucomi", "ST0,STi", "fucomi", p6),
  register(0xdb, 6, "fcomi", "ST0,STi", "fcomi", p6),
  register(0xdf, 5, "fucomip", "ST0,STi", "fucomip", p6),
  register(0xdf, 6, "fcomip", "ST0,STi", "fcomip", p6),
  op(0xde, "fcompp", "", call("fcompp"), { ...x87, modrm: 0xd9 }),
  op(0xda, "fucompp", "", call("fucompp"), { ...x87, modrm: 0xe9 }),
];

/** D9 E0 … D9 FF, the instructions on st(0) and st(1). */
const NO_OPERANDS = [
  [0xe0, "fchs"],
  [0xe1, "fabs"],
  [0xe4, "ftst"],
  [0xe5, "fxam"],
  [0xf0, "f2xm1"],
  [0xf1, "fyl2x"],
  [0xf2, "fptan"],
  [0xf3, "fpatan"],
  [0xf4, "fxtract"],
  [0xf5, "fprem1"],
  [0xf8, "fprem"],
  [0xf9, "fyl2xp1"],
  [0xfa, "fsqrt"],
  [0xfb, "fsincos"],
  [0xfc, "frndint"],
  [0xfd, "fscale"],
  [0xfe, "fsin"],
  [0xff, "fcos"],
] as const;

export const X87_ARITHMETIC: readonly Row[] = [
  ...binary,
  ...compare,
  ...NO_OPERANDS.map(([modrm, name]) => op(0xd9, name, "", call(name), { ...x87, modrm })),
];
