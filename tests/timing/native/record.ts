/*
 * Measures the loops of loops.ts and writes loops.json: bytes of each and cycles per round. Run again with
 *   npx tsx tests/timing/native/record.ts
 * on an x86-64 Linux with gcc; the committed figures are a Zen 4's. Cycles are those of the core, whatever its clock:
 * the time-stamp counter is calibrated with a chain of multiplications of three cycles each. Best of many tries.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LOOPS } from "./loops.ts";

const ROUNDS = 20_000;

/** A function that runs the loop rcx times, and labels around the loop's bytes. */
function functionOf(body: string, i: number): string {
  const lines = [
    ...body.split(";").map((x) => x.trim().replace(/\bout$/, `out${i}`)),
    "dec rcx",
    `jnz start${i}`,
  ];
  const registers = ["rax", "rdx", "r8", "r9", "r10", "r11", "r13"];
  return [
    `.globl loop${i}, start${i}, end${i}`,
    `loop${i}: push rbx; push rbp; push r12; push r13`,
    "mov rcx,rdi; mov rdi,rsi; mov r12,rdx; mov rsi,[rdi]; mov ebp,3",
    ...registers.map((r) => `mov ${r},1`),
    "cvtsi2sd xmm0,rax; movapd xmm1,xmm0; movapd xmm2,xmm0; movapd xmm3,xmm0; movapd xmm5,xmm0",
    // Backward branches that cross a line of 64 bytes cost more, which is not what is measured.
    ".p2align 6",
    `start${i}:`,
    ...lines,
    `end${i}:`,
    `out${i}: pop r13; pop r12; pop rbp; pop rbx; ret`,
  ].join("\n");
}

const c = `
#include <stdint.h>
#include <stdio.h>
#include <string.h>
static inline uint64_t tsc(void) { unsigned a, d; __asm__ volatile("lfence\\nrdtsc\\nlfence" : "=a"(a), "=d"(d)); return (uint64_t)d << 32 | a; }
typedef void loop(uint64_t, void *, void *);
#define L(i) extern loop loop##i; extern char start##i[], end##i[];
${LOOPS.map((_, i) => `L(${i})`).join("\n")}
static uint64_t ring[64][2], table[64], scratch[512];
static void reset(void) {
  for (int i = 0; i < 64; i++) { ring[i][0] = (uint64_t)ring[(i + 1) % 64]; ring[i][1] = 1; table[i] = (uint64_t)ring[i]; }
  memset(scratch, 0, sizeof scratch); scratch[0] = (uint64_t)ring[0];
}
static double best(loop *f, uint64_t n) {
  uint64_t least = -1;
  for (int k = 0; k < 200; k++) { reset(); uint64_t t = tsc(); f(n, table, scratch); t = tsc() - t; if (t < least) least = t; }
  return least;
}
static void chain(uint64_t n, void *a, void *b) { __asm__ volatile("1: imul %%rax,%%rax\\n imul %%rax,%%rax\\n dec %0\\n jnz 1b" : "+r"(n) :: "rax", "cc"); }
int main(void) {
#define M(i) { double cycle = best(chain, ${ROUNDS}) / (6.0 * ${ROUNDS}); printf("%.3f ", best(loop##i, ${ROUNDS}) / (cycle * ${ROUNDS})); \\
  for (char *p = start##i; p < end##i; p++) printf("%02x", (unsigned char)*p); puts(""); }
${LOOPS.map((_, i) => `M(${i})`).join("\n")}
}
`;

const folder = mkdtempSync(join(tmpdir(), "loops-"));
try {
  const assembly = `.intel_syntax noprefix\n.text\n${LOOPS.map(({ body }, i) => functionOf(body, i)).join("\n")}\n`;
  writeFileSync(join(folder, "loops.s"), `${assembly}.section .note.GNU-stack,"",@progbits\n`);
  writeFileSync(join(folder, "main.c"), c);
  execFileSync("gcc", ["-O1", "-o", "loops", "main.c", "loops.s"], { cwd: folder });
  const lines = execFileSync(join(folder, "loops"), { encoding: "utf8" }).trim().split("\n");
  const measured = lines.map((line, i) => {
    const [cycles, bytes] = line.split(" ");
    return { name: LOOPS[i]!.name, cycles: Number(cycles), bytes };
  });
  const file = fileURLToPath(new URL("loops.json", import.meta.url));
  writeFileSync(file, `${JSON.stringify(measured, undefined, 1)}\n`);
  for (const m of measured) process.stdout.write(`${m.cycles.toFixed(2).padStart(8)}  ${m.name}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
