// Functions of ours and of C call each other: arguments in registers and on the stack, structures by value, two results, callbacks.
import { describe, expect, it, type TestContext } from "vitest";
import { parseProgram } from "../../../src/compiler/ir/parser.ts";
import { missing, requireTool } from "../../support/tools.ts";
import { RELEASE, runWithC } from "./native.ts";

function lines(ctx: TestContext, ir: string, c: string): string[] {
  if (process.platform !== "linux" || process.arch !== "x64") missing(ctx, "an x86-64 Linux");
  const gcc = requireTool(ctx, "gcc");
  const outs = [RELEASE, { ...RELEASE, debug: true }, { ...RELEASE, target: "kernel" as const }].map(
    (options) => {
      const ran = runWithC(gcc, parseProgram(ir), `#include <stdio.h>\n${c}`, options);
      expect(ran.signal).toBeNull();
      return ran.stdout;
    },
  );
  expect(new Set(outs).size).toBe(1);
  return outs[0]!.trim().split("\n");
}

describe("the System V ABI", () => {
  it("takes twelve arguments and passes twelve on", (ctx) => {
    const types = "i64, i8, i16, i32, i64, i64, i64, i8, i32, i64, f64, f64";
    const params = types
      .split(", ")
      .map((t, n) => `v${n}: ${t}`)
      .join(", ");
    const ir = `
function @pass(${types}) -> i64 exported {
b0(${params}):
  v20: i64 = call @sum(v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11) as (${types}) -> i64
  v21: i64 = const 1
  v22: i64 = add v20, v21
  return v22
}`;
    const c = `
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32; typedef unsigned long u64;
u64 sum(u64 a, u8 b, u16 c, u32 d, u64 e, u64 f, u64 g, u8 h, u32 i, u64 j, double k, double l) {
  unsigned long here; if ((u64)__builtin_frame_address(0) % 16) return 0;
  return a + 2*b + 3*c + 4ul*d + 5*e + 6*f + 7*g + 8*h + 9ul*i + 10*j + (u64)(k * 100) + (u64)(l * 1000);
}
u64 pass(u64 a, u8 b, u16 c, u32 d, u64 e, u64 f, u64 g, u8 h, u32 i, u64 j, double k, double l);
int main(void) {
  printf("%lu\\n", pass(1, 250, 65000, 4000000000u, 5, 6, 7, 200, 3999999999u, 10, 1.5, 2.25));
  printf("%lu\\n", sum(1, 250, 65000, 4000000000u, 5, 6, 7, 200, 3999999999u, 10, 1.5, 2.25) + 1);
}`;
    const [a, b] = lines(ctx, ir, c);
    expect(a).toBe(b);
  });

  it("passes structures in memory by value", (ctx) => {
    const ir = `
function @twice(struct 24 align 8, i64) -> i64 exported {
b0(v0: i64, v1: i64):
  v2: i64 = load v0 + 16
  v3: i64 = add v2, v1
  store v0 + 16, v3
  v4: i64 = call @total(v1, v0, v0) as (i64, struct 24 align 8, struct 24 align 8) -> i64
  v5: i64 = load v0 + 16
  v6: i64 = mul v4, v5
  return v6
}`;
    const c = `
struct s { long a, b, c; };
long total(long x, struct s p, struct s q) { p.c = 0; return x + p.a + 2 * p.b + 4 * q.a + 8 * q.b + 16 * q.c; }
long twice(struct s, long);
int main(void) { struct s v = { 1, 2, 3 }; printf("%ld\\n", twice(v, 10)); printf("%ld\\n", v.c); }`;
    // total = 10 + 1 + 4 + 4 + 16 + 16 × 13 = 243; × 13.
    expect(lines(ctx, ir, c)).toEqual(["3159", "3"]);
  });

  it("returns two eightbytes, and bools of which only a byte is promised", (ctx) => {
    const ir = `
function @swap(i64, i64) -> i64, i64 exported {
b0(v0: i64, v1: i64):
  return v1, v0
}
function @mixed(f64, i64) -> f64, i64 exported {
b0(v0: f64, v1: i64):
  v2: f64 = fadd v0, v0
  v3: i64 = add v1, v1
  return v2, v3
}
function @both(i1, i64) -> i64 exported {
b0(v0: i1, v1: i64):
  v2: i1 = call @odd(v1) as (i64) -> i1
  v3: i1 = and v0, v2
  v4: i64 = zext v3
  v5: i64, v6: i64 = call @pair(v1) as (i64) -> i64, i64
  v7: i64 = mul v5, v6
  v8: i64 = add v7, v4
  return v8
}`;
    const c = `
#include <stdbool.h>
struct p { long a, b; }; struct m { double a; long b; };
struct p swap(long, long); struct m mixed(double, long); long both(long, long);
/* A bool with rubbish above its byte. */
long odd(long x) { return 0x7f00 | (x & 1); }
struct p pair(long x) { return (struct p){ x, x + 1 }; }
int main(void) {
  struct p s = swap(3, 4); printf("%ld %ld\\n", s.a, s.b);
  struct m m = mixed(1.25, 21); printf("%g %ld\\n", m.a, m.b);
  printf("%ld %ld\\n", both(0xff01, 5), both(0xff00, 5));
}`;
    expect(lines(ctx, ir, c)).toEqual(["4 3", "2.5 42", "31 30"]);
  });

  it("calls back, keeps what must be kept, and tells variadic functions of vector registers", (ctx) => {
    const ir = `
function @apply(i64, i64, i64, i64) -> i64 exported {
b0(v0: i64, v1: i64, v2: i64, v3: i64):
  v4: i64 = callptr v0(v1, v2) as (i64, i64) -> i64
  v5: i64 = callptr v0(v2, v3) as (i64, i64) -> i64
  v6: i64 = callptr v0(v4, v5) as (i64, i64) -> i64
  v7: i64 = add v6, v1
  v8: i64 = add v7, v3
  v9: i64 = symbol @format
  v10: f64 = sitof v8
  v11: i32 = call @printf(v9, v8, v10) as (i64, i64, f64, …) -> i32
  return v8
}
function @add(i64, i64) -> i64 exported {
b0(v0: i64, v1: i64):
  v2: i64 = add v0, v1
  return v2
}`;
    const c = `
const char format[] = "%ld %g\\n";
long apply(long (*)(long, long), long, long, long); long add(long, long);
static long trample(long a, long b) {
  __asm__ volatile("xor %%eax,%%eax; mov %%rax,%%rcx; mov %%rax,%%rdx; mov %%rax,%%r8; mov %%rax,%%r9; mov %%rax,%%r10; mov %%rax,%%r11"
    ::: "rax", "rcx", "rdx", "r8", "r9", "r10", "r11");
  return a * b;
}
int main(void) {
  printf("%ld\\n", apply(trample, 2, 3, 5));
  printf("%ld\\n", apply(add, 2, 3, 5));
}`;
    expect(lines(ctx, ir, c)).toEqual(["97 97", "97", "20 20", "20"]);
  });
});
