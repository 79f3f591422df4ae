/**
 * Helpers of the x87 instructions: what each may touch. Implemented in machine/helpers/x87*.ts.
 *
 * A name that ends in Memory is the form with a memory operand; the others name registers of the stack.
 * All of them read and write x87 state, which effects do not list: no compiled reading keeps it in locals.
 */
import type { HelperEffects } from "../helper-effects.ts";

const NOTHING = { operands: [] } as const satisfies HelperEffects;
const READS = { operands: ["r"] } as const satisfies HelperEffects;
const WRITES = { operands: ["w"] } as const satisfies HelperEffects;
const UPDATES = { operands: ["rw", "r"] } as const satisfies HelperEffects;
const COMPARES = { operands: ["r", "r"], flagsWritten: "all" } as const satisfies HelperEffects;

export const X87_HELPERS = {
  // x87-arithmetic.ts
  fadd: UPDATES,
  faddp: UPDATES,
  faddMemory: READS,
  fiadd: READS,
  fmul: UPDATES,
  fmulp: UPDATES,
  fmulMemory: READS,
  fimul: READS,
  fsub: UPDATES,
  fsubp: UPDATES,
  fsubMemory: READS,
  fisub: READS,
  fsubr: UPDATES,
  fsubrp: UPDATES,
  fsubrMemory: READS,
  fisubr: READS,
  fdiv: UPDATES,
  fdivp: UPDATES,
  fdivMemory: READS,
  fidiv: READS,
  fdivr: UPDATES,
  fdivrp: UPDATES,
  fdivrMemory: READS,
  fidivr: READS,
  fsqrt: NOTHING,
  frndint: NOTHING,
  fscale: NOTHING,
  fprem: NOTHING,
  fprem1: NOTHING,
  fxtract: NOTHING,
  fchs: NOTHING,
  fabs: NOTHING,

  // x87-transcendental.ts
  f2xm1: NOTHING,
  fyl2x: NOTHING,
  fyl2xp1: NOTHING,
  fptan: NOTHING,
  fpatan: NOTHING,
  fsin: NOTHING,
  fcos: NOTHING,
  fsincos: NOTHING,

  // x87-compare.ts
  fcom: READS,
  fcomp: READS,
  fcompp: NOTHING,
  fcomMemory: READS,
  fcompMemory: READS,
  ficom: READS,
  ficomp: READS,
  fucom: READS,
  fucomp: READS,
  fucompp: NOTHING,
  fcomi: COMPARES,
  fcomip: COMPARES,
  fucomi: COMPARES,
  fucomip: COMPARES,
  ftst: NOTHING,
  fxam: NOTHING,

  // x87-data.ts
  fld: READS,
  fldMemory: READS,
  fild: READS,
  fbld: READS,
  fst: WRITES,
  fstp: WRITES,
  fstpnce: WRITES,
  fstMemory: WRITES,
  fstpMemory: WRITES,
  fist: WRITES,
  fistp: WRITES,
  fisttp: WRITES,
  fbstp: WRITES,
  fxch: { operands: ["rw"] },
  fcmovb: { operands: ["rw", "r"], flagsRead: ["cf"] },
  fcmove: { operands: ["rw", "r"], flagsRead: ["zf"] },
  fcmovbe: { operands: ["rw", "r"], flagsRead: ["cf", "zf"] },
  fcmovu: { operands: ["rw", "r"], flagsRead: ["pf"] },
  fcmovnb: { operands: ["rw", "r"], flagsRead: ["cf"] },
  fcmovne: { operands: ["rw", "r"], flagsRead: ["zf"] },
  fcmovnbe: { operands: ["rw", "r"], flagsRead: ["cf", "zf"] },
  fcmovnu: { operands: ["rw", "r"], flagsRead: ["pf"] },
  fld1: NOTHING,
  fldl2t: NOTHING,
  fldl2e: NOTHING,
  fldpi: NOTHING,
  fldlg2: NOTHING,
  fldln2: NOTHING,
  fldz: NOTHING,

  // x87-control.ts
  fninit: NOTHING,
  fnclex: NOTHING,
  fnop: NOTHING,
  fnnop: NOTHING,
  fwait: NOTHING,
  fldcw: READS,
  fnstcw: WRITES,
  fnstsw: WRITES,
  fldenv: READS,
  fnstenv: WRITES,
  frstor: READS,
  fnsave: WRITES,
  ffree: WRITES,
  ffreep: WRITES,
  fincstp: NOTHING,
  fdecstp: NOTHING,
} as const satisfies Record<string, HelperEffects>;
