/**
 * Control and debug registers, descriptor tables, translations and modes (SDM vol. 2: MOV to and from control and
 * debug registers, CLTS, LMSW, SMSW, LGDT and kin, INVLPG, INVPCID, XGETBV, XSETBV, CLAC, STAC). All are helpers.
 */
import type { HelperName } from "../helpers.ts";
import type { Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";

export const helper =
  (name: HelperName): Semantics =>
  (o) =>
    o.helper(name);

const ends = true;
/** Registers are 32 bits wide, in 64-bit mode 64, whatever the prefixes. */
const in32 = { only: "i64", operandSize: 32 } as const;
const in64 = { only: "o64", operandSize: 64 } as const;
/** Descriptor tables have an operand size only outside 64-bit mode. */
const f64 = { operandSize: "f64" } as const;

export const SYSTEM_CONTROL: readonly Row[] = [
  op(0x0f20, "mov", "Rd,Cd", helper("readCr"), in32),
  op(0x0f20, "mov", "Rq,Cq", helper("readCr"), in64),
  op(0x0f22, "mov", "Cd,Rd", helper("writeCr"), { ...in32, ends }),
  op(0x0f22, "mov", "Cq,Rq", helper("writeCr"), { ...in64, ends }),
  op(0x0f21, "mov", "Rd,Dd", helper("readDr"), in32),
  op(0x0f21, "mov", "Rq,Dq", helper("readDr"), in64),
  op(0x0f23, "mov", "Dd,Rd", helper("writeDr"), { ...in32, ends }),
  op(0x0f23, "mov", "Dq,Rq", helper("writeDr"), { ...in64, ends }),
  op(0x0f06, "clts", "", helper("clts"), { ends }),
  op(0x0f01, "smsw", "Rv", helper("smsw"), { digit: 4, mod: "reg" }),
  op(0x0f01, "smsw", "Mw", helper("smsw"), { digit: 4, mod: "mem" }),
  op(0x0f01, "lmsw", "Ew", helper("lmsw"), { digit: 6, ends }),

  op(0x0f01, "sgdt", "Ms", helper("sgdt"), { ...f64, digit: 0 }),
  op(0x0f01, "sidt", "Ms", helper("sidt"), { ...f64, digit: 1 }),
  op(0x0f01, "lgdt", "Ms", helper("lgdt"), { ...f64, digit: 2, ends }),
  op(0x0f01, "lidt", "Ms", helper("lidt"), { ...f64, digit: 3, ends }),
  op(0x0f00, "sldt", "Rv", helper("sldt"), { digit: 0, mod: "reg" }),
  op(0x0f00, "sldt", "Mw", helper("sldt"), { digit: 0, mod: "mem" }),
  op(0x0f00, "str", "Rv", helper("str"), { digit: 1, mod: "reg" }),
  op(0x0f00, "str", "Mw", helper("str"), { digit: 1, mod: "mem" }),
  op(0x0f00, "lldt", "Ew", helper("lldt"), { digit: 2, ends }),
  op(0x0f00, "ltr", "Ew", helper("ltr"), { digit: 3, ends }),
  op(0x0f00, "verr", "Ew", helper("verr"), { digit: 4 }),
  op(0x0f00, "verw", "Ew", helper("verw"), { digit: 5 }),
  op(0x0f02, "lar", "Gv,Rv", helper("lar"), { mod: "reg" }),
  op(0x0f02, "lar", "Gv,Mw", helper("lar"), { mod: "mem" }),
  op(0x0f03, "lsl", "Gv,Rv", helper("lsl"), { mod: "reg" }),
  op(0x0f03, "lsl", "Gv,Mw", helper("lsl"), { mod: "mem" }),
  op(0x63, "arpl", "Ew,Gw", helper("arpl"), { only: "i64" }),

  op(0x0f01, "invlpg", "Mm", helper("invlpg"), { digit: 7, ends }),
  op(0x0f3882, "invpcid", "Gy,Mdq", helper("invpcid"), {
    ...f64,
    prefix: "66",
    feature: "invpcid",
    ends,
  }),
  op(0x0f01, "xgetbv", "", helper("xgetbv"), { modrm: 0xd0, prefix: "none", feature: "xsave" }),
  op(0x0f01, "xsetbv", "", helper("xsetbv"), { modrm: 0xd1, prefix: "none", feature: "xsave", ends }),
  op(0x0f01, "clac", "", helper("clac"), { modrm: 0xca, prefix: "none", feature: "smap", ends }),
  op(0x0f01, "stac", "", helper("stac"), { modrm: 0xcb, prefix: "none", feature: "smap", ends }),
];
