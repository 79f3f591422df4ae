// The text form of IR: what is printed reads back as itself, over every operation; what is no IR is refused with its line.
import { describe, expect, it } from "vitest";
import { OPS } from "../../../src/compiler/ir/ops.ts";
import { parseProgram } from "../../../src/compiler/ir/parser.ts";
import { printProgram } from "../../../src/compiler/ir/printer.ts";
import { verify } from "../../../src/compiler/ir/verify.ts";

/** Every operation at least once. */
const EVERYTHING = `data @table ".rodata" "read-only data" align 8 exported { 01 ff 00 00 00 00 00 00 reloc 0 R_X86_64_64 @zero + 4 }

data @zero ".bss" "zeros" align 16 { zeros 32 }

function @"Class.f<u8>"(i64, f64, struct 24 align 8, …) -> i64, f64 exported inline never section ".init" align 32 {
  slot s0 16 align 8
b0(v0: i64, v1: f64, v2: i64):
  v3: i64 = const 18446744073709551615
  v4: i1 = const 1
  v5: f64 = fconst -0
  v6: f64 = fconst 1e-7
  v7: f64 = fconst NaN
  v8: i64 = symbol @table - 8
  v9: i64 = slot s0
  v10: i64 = add v0, v3
  v11: i64 = sub v0, v3
  v12: i64 = mul v0, v3
  v13: i64 = udiv v0, v3
  v14: i64 = sdiv v0, v3
  v15: i64 = urem v0, v3
  v16: i64 = srem v0, v3
  v17: i64 = and v0, v3
  v18: i64 = or v0, v3
  v19: i64 = xor v0, v3
  v20: i64 = shl v0, v3
  v21: i64 = lshr v0, v3
  v22: i64 = ashr v0, v3
  v23: i64 = rotl v0, v3
  v24: i64 = rotr v0, v3
  v25: i64 = neg v0
  v26: i64 = not v0
  v27: i64 = popcnt v0
  v28: i64 = clz v0
  v29: i64 = ctz v0
  v30: i64 = bswap v0
  v31: i64 = umulh v0, v3
  v32: i64 = smulh v0, v3
  v33: i64 = udivwide v0, v3, v3
  v34: i64 = uremwide v0, v3, v3
  v35: i1 = icmp.ult v0, v3
  v36: i8 = trunc v0
  v37: i16 = zext v36
  v38: i32 = sext v37
  v39: i64 = select v35, v0, v3
  v40: f64 = fadd v1, v5
  v41: f64 = fsub v1, v6
  v42: f64 = fmul v1, v7
  v43: f64 = fdiv v1, v5
  v44: f64 = fneg v1
  v45: f64 = fsqrt v1
  v46: i1 = fcmp.sle v1, v5
  v47: f64 = sitof v0
  v48: f64 = uitof v0
  v49: i64 = ftosi v1
  v50: i64 = ftoui v1
  v51: i32 = load v9 + 4 volatile align 4
  store v9 - 8, v51
  memcpy v9, v8, v0
  memmove v9, v8, v0
  memset v9, v36, v0
  v52: i16 = atomicload v9 acquire
  atomicstore v9 + 2, v52 release
  v53: i16 = atomicrmw.exchange v9, v52 sequential
  v54: i64 = cmpxchg v9, v0, v3
  fence
  barrier
  v55: i64, v56: f64 = call @"Class.f<u8>"(v0, v1, v2) as (i64, f64, struct 24 align 8, …) -> i64, f64
  callptr v8(v0) as (i64) noreturn
  v57: i8 = portin v37
  portout v37, v57
  pause
  v58: i64 = rdtsc
  v59: i64 = frame
  v60: i64 = retaddr
  v61: i64 = asm "mov $0, cr3\\n"(v3) inputs ["constant"] output "any" clobbers ["memory", "rbx"]
  branch v35, b1(v0), b2 likely otherwise
b1(v62: i64):
  switch v62, b2 { 1: b3, 18446744073709551615: b1(v3) }
b2:
  trap "index out of range"
  unreachable
b3:
  jump b4
b4:
  return v55, v56
}
`;

describe("the text of IR", () => {
  it("reads back as what was printed, for every operation", () => {
    const program = parseProgram(EVERYTHING);
    verify(program);
    expect(printProgram(program)).toBe(EVERYTHING);
    const used = new Set(program.functions[0]!.blocks.flatMap((b) => b.instructions.map((i) => i.op)));
    expect(Object.keys(OPS).filter((op) => ![...used].some((u) => u === op))).toEqual([]);
  });

  it("knows values above their definition", () => {
    const text = `function @f() -> i8 {
b0:
  jump b2
b1:
  return v0
b2:
  v0: i8 = const 7
  jump b1
}
`;
    const program = parseProgram(text);
    verify(program);
    expect(printProgram(program)).toBe(text);
  });

  it.each([
    ["function @f() {\nb0:\n  frob\n}", 'line 3, at "frob": no such operation'],
    ["function @f() {\nb0:\n  jump b7\n}", "b7 is not defined"],
    ["function @f() {\nb0:\n  store v1, v2\n  return\n}", "v1 is not defined"],
    ["function @f() {\nb0:\n  v1: i8 = const 1\n  v1: i8 = const 1\n  return\n}", "v1 is defined twice"],
    ["function @f(i7) {", "a type is wanted"],
    ["variable", "neither data nor function"],
    ["function @f() {\nb0:\n  v1: i64 = slot s3\n", "s3 is not defined"],
    ["function @f() {\nb0:\n  v1: i1 = icmp.lt v1, v1\n", "no such suffix: lt"],
  ])("refuses %j", (text, message) => {
    expect(() => parseProgram(text)).toThrow(message);
  });
});
