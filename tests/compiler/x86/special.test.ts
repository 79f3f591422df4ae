// What only a kernel asks of the back end: interrupt handlers, naked functions, assembly with operands, alignment, ports.
import { describe, expect, it, type TestContext } from "vitest";
import { parseProgram } from "../../../src/compiler/ir/parser.ts";
import { type GenerateOptions, generate } from "../../../src/compiler/x86/generate.ts";
import { disassemble } from "../../../src/isa/disassemble.ts";
import { missing, requireTool } from "../../support/tools.ts";
import { RELEASE, runWithC } from "./native.ts";

const KERNEL: GenerateOptions = { ...RELEASE, target: "kernel" };

function run(ctx: TestContext, ir: string, c: string, options = KERNEL): string {
  if (process.platform !== "linux" || process.arch !== "x64") missing(ctx, "an x86-64 Linux");
  const ran = runWithC(requireTool(ctx, "gcc"), parseProgram(ir), `#include <stdio.h>\n${c}`, options);
  expect(ran.signal).toBeNull();
  return ran.stdout.trim();
}
function textOf(ir: string, options = KERNEL): string[] {
  const [piece] = generate(parseProgram(ir), options).pieces;
  return [...disassemble(piece!.bytes)].map((line) => line.text);
}

/** Enters the handler as a gate does, with rubbish in all registers, and says what has changed. */
const GATE = `
unsigned long before[16], after[16], seen[2], stack;
void handler(void);
int main(void) {
  for (int i = 0; i < 16; i++) before[i] = 0x1111111111111111ul * i + 7;
  __asm__ volatile(
    "sub $128, %%rsp\\n push %%rbp\\n push %%rbx\\n push %%r12\\n push %%r13\\n push %%r14\\n push %%r15\\n"
    "mov %%rsp, stack(%%rip)\\n"
    "mov before+8, %%rcx\\n mov before+16, %%rdx\\n mov before+24, %%rbx\\n mov before+40, %%rbp\\n mov before+48, %%rsi\\n mov before+56, %%rdi\\n"
    "mov before+64, %%r8\\n mov before+72, %%r9\\n mov before+80, %%r10\\n mov before+88, %%r11\\n mov before+96, %%r12\\n mov before+104, %%r13\\n mov before+112, %%r14\\n mov before+120, %%r15\\n"
    "mov %%rsp, %%rax\\n and $-16, %%rsp\\n"
    "pushq $0x2b\\n push %%rax\\n pushfq\\n orq $0x400, (%%rsp)\\n pushq $0x33\\n lea 1f(%%rip), %%rax\\n push %%rax\\n" PUSH
    "mov before, %%rax\\n std\\n jmp handler\\n"
    "1: cld\\n mov %%rax, after\\n mov %%rcx, after+8\\n mov %%rdx, after+16\\n mov %%rbx, after+24\\n mov %%rbp, after+40\\n mov %%rsi, after+48\\n mov %%rdi, after+56\\n"
    "mov %%r8, after+64\\n mov %%r9, after+72\\n mov %%r10, after+80\\n mov %%r11, after+88\\n mov %%r12, after+96\\n mov %%r13, after+104\\n mov %%r14, after+112\\n mov %%r15, after+120\\n"
    "mov stack(%%rip), %%rsp\\n pop %%r15\\n pop %%r14\\n pop %%r13\\n pop %%r12\\n pop %%rbx\\n pop %%rbp\\n add $128, %%rsp\\n"
    ::: "memory", "cc", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
  int bad = 0;
  for (int i = 0; i < 16; i++) if (i != 4 && before[i] != after[i]) { printf("register %d\\n", i); bad++; }
  printf("%d %lx %lx\\n", bad, seen[0], seen[1]);
}
void note(unsigned long cs, unsigned long error) {
  seen[0] = cs; seen[1] = error;
  if ((unsigned long)__builtin_frame_address(0) % 16) seen[0] = 0xbad;
  __asm__ volatile("xor %%eax,%%eax; mov %%rax,%%rcx; mov %%rax,%%rdx; mov %%rax,%%rsi; mov %%rax,%%rdi; mov %%rax,%%r8; mov %%rax,%%r9; mov %%rax,%%r10; mov %%rax,%%r11"
    ::: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11");
}`;

describe("interrupt handlers", () => {
  it("keep every register and get the frame", (ctx) => {
    const ir = `
function @handler(i64) isr "plain" {
b0(v0: i64):
  v1: i64 = load v0 + 8
  v2: i64 = const 0
  call @note(v1, v2) as (i64, i64)
  return
}`;
    for (const debug of [false, true]) {
      expect(run(ctx, ir, `#define PUSH ""\n${GATE}`, { ...KERNEL, debug })).toBe("0 33 0");
    }
  });
  it("get the error code as second parameter", (ctx) => {
    const ir = `
function @handler(i64, i64) isr "error code" {
b0(v0: i64, v1: i64):
  v2: i64 = load v0 + 8
  call @note(v2, v1) as (i64, i64)
  return
}`;
    expect(run(ctx, ir, `#define PUSH "pushq $0x1234\\n"\n${GATE}`)).toBe("0 33 1234");
  });
});

describe("assembly", () => {
  it("has operands anywhere, a fixed output, and changes what its instructions change", (ctx) => {
    const ir = `
function @f(i64, i64, i32) -> i64 {
b0(v0: i64, v1: i64, v2: i32):
  v3: i64 = asm "mov rax, $0; mul $1; add rax, rdx"(v0, v1) inputs ["any", "any"] output "rax" clobbers []
  v4: i32 = asm "lea $1, [$0 + 1]"(v2) inputs ["any"] output "any" clobbers []
  v5: i64 = const 40
  v6: i64 = asm "mov rcx, $0\\nadd rcx, $1\\nmov rax, rcx"(v5, v1) inputs ["constant", "rbx"] output "rax" clobbers []
  v7: i64 = add v3, v6
  v8: i64 = zext v4
  v9: i64 = add v7, v8
  v10: i64 = add v9, v0
  v11: i64 = add v10, v1
  return v11
}`;
    // 6·7 + 0 + (40 + 7) + 10 + 6 + 7
    expect(run(ctx, ir, 'long f(long, long, int); int main(void) { printf("%ld\\n", f(6, 7, 9)); }')).toBe(
      "112",
    );
  });
  it("may name symbols of the program", (ctx) => {
    const ir = `
data @value ".data" "data" align 8 exported { 2a 00 00 00 00 00 00 00 }
function @f() -> i64 {
b0():
  v0: i64 = asm "mov rax, [rel value]\\nlea rcx, [rel value + 0]\\nadd rax, [rcx]\\npush rax\\npop rax"() inputs [] output "rax" clobbers []
  return v0
}`;
    expect(run(ctx, ir, 'long f(void); int main(void) { printf("%ld\\n", f()); }')).toBe("84");
  });
});

describe("functions", () => {
  it("that are naked are their assembly alone", () => {
    const ir = `
function @f() naked {
b0():
  asm "swapgs\\niretq"() inputs [] clobbers []
  unreachable
}`;
    expect(textOf(ir)).toEqual(["swapgs", "iretq"]);
  });
  it("align their stack for slots that want more than 16 bytes", (ctx) => {
    const ir = `
function @f(i64) -> i64 {
  slot s0 64 align 64
b0(v0: i64):
  v1: i64 = slot s0
  v2: i64 = call @same(v1) as (i64) -> i64
  v3: i64 = const 63
  v4: i64 = and v2, v3
  v5: i64 = add v4, v0
  return v5
}`;
    expect(
      run(
        ctx,
        ir,
        'long f(long); long same(long p) { *(long *)p = 1; return p; } int main(void) { printf("%ld\\n", f(5)); }',
      ),
    ).toBe("5");
  });
  it("use ports by number and by register", () => {
    const ir = `
function @f(i16, i32) -> i8 {
b0(v0: i16, v1: i32):
  v2: i16 = const 233
  v3: i8 = trunc v1
  portout v2, v3
  portout v0, v1
  v4: i8 = portin v0
  return v4
}`;
    const text = textOf(ir);
    for (const wanted of ["out 0xe9, al", "out dx, eax", "in al, dx"]) expect(text).toContain(wanted);
  });
  it("keep no red zone in a kernel, and need no frame in a leaf elsewhere", () => {
    const ir = `
function @f(i64) -> i64 {
  slot s0 16 align 8
b0(v0: i64):
  v1: i64 = slot s0
  store v1, v0 volatile
  v2: i64 = load v1 volatile
  return v2
}`;
    expect(textOf(ir)[0]).toMatch(/^sub rsp/);
    expect(textOf(ir, RELEASE).join("\n")).toContain("[rsp-");
  });
});
