/* The static cost of blocks: properties that hold for any block, and figures of the manual for small ones. */
import { describe, expect, it } from "vitest";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { instance, seededDraws } from "../../src/isa/form-bytes.ts";
import { allForms } from "../../src/isa/forms.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import { blockCost } from "../../src/timing/block.ts";
import { blocksOf } from "./decode-blocks.ts";

const cost = (hex: string): number[] => [...blockCost(blocksOf(hex)[0]!)];
const total = (hex: string): number => cost(hex).at(-1)!;
const times = (hex: string, n: number): string => hex.repeat(n);

/** Blocks of random instructions of every form. */
function randomBlocks(): Instruction[][] {
  const all: Instruction[] = [];
  for (const form of allForms()) {
    if (form.mode !== 64) continue;
    const insn = decode(instance(form, seededDraws(all.length)), 0, { mode: 64 });
    if (!isFailure(insn)) all.push(insn);
  }
  const draws = seededDraws(3);
  return Array.from({ length: 1000 }, () =>
    Array.from({ length: 1 + draws.below(30) }, () => all[draws.below(all.length)]!),
  );
}
const blocks = randomBlocks();

describe("cost of a block", () => {
  it("is whole, at least 1 at each instruction, and never falls", () => {
    for (const block of blocks) {
      const costs = [...blockCost(block)];
      expect(costs[0]).toBeGreaterThanOrEqual(1);
      expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    }
  });

  it("is at least one cycle for each six instructions that do not fuse", () => {
    for (const block of blocks) {
      const jumps = block.filter((i) => i.mnemonic.startsWith("j")).length;
      expect(blockCost(block).at(-1)).toBeGreaterThanOrEqual(Math.ceil((block.length - jumps) / 6));
    }
  });

  it("depends on the instructions alone", () => {
    const once = blocks.map((b) => [...blockCost(b)]);
    const again = blocks
      .toReversed()
      .map((b) => [...blockCost(b)])
      .toReversed();
    expect(again).toEqual(once);
  });

  it("of nothing is nothing", () => {
    expect(blockCost([])).toHaveLength(0);
  });

  it("lets a shift by an immediate start without the flags of before", () => {
    // lea rax,[rdx+15]; shr rax,4; mov rdi,[rax*8]; test rdi,rdi: on Zen 4 rounds of this overlap
    expect(total("488d420f 48c1e804 488b3cc500000000 4885ff".replaceAll(" ", ""))).toBeLessThan(4);
    // a count in cl may be 0, which leaves the flags: sar rax,cl; mov rdi,[rax]; mov rax,rdx; test rdi,rdi
    expect(total("48d3f8 488b38 488bc2 4885ff".replaceAll(" ", ""))).toBeGreaterThan(4);
  });

  it("charges chains of loads their latency", () => {
    // mov rax,[rax], eight times: 4 cycles each go round
    expect(total(times("488b00", 8))).toBe(32);
    // mov rdx,[rax+8], eight times: three a cycle
    expect(total(times("488b5008", 8))).toBe(3);
    // mov rcx,[rdi]; mov rdx,[rcx]; mov rax,[rdx]: what starts late is partly exposed
    const exposed = total("488b0f 488b11 488b02");
    expect(exposed).toBeGreaterThan(1);
    expect(exposed).toBeLessThanOrEqual(8);
  });

  it("lets four independent additions start in a cycle, and dependent ones one", () => {
    // add rax,1; add rcx,1; add rdx,1; add rbx,1, six times
    expect(total(times("4883c001 4883c101 4883c201 4883c301", 6))).toBe(6);
    expect(total(times("4883c001", 24))).toBe(24);
  });

  it("breaks chains where the result is zero whatever the operands", () => {
    // xor eax,eax; imul rax,rdx
    expect(total(times("31c0 480fafc2", 6))).toBeLessThan(total(times("480fafc2", 6)));
  });

  it("knows the figures of instructions that overlap with nothing", () => {
    expect(total("0fa2")).toBeGreaterThanOrEqual(50); // cpuid
    expect(total("0f31")).toBe(35); // rdtsc
    expect(total("0faef0")).toBe(60); // mfence
    const locked = total("f048830701"); // lock add qword [rdi],1
    expect(locked).toBeGreaterThanOrEqual(7);
    expect(locked).toBeLessThanOrEqual(9);
    // Two of them take twice as long: no overlap.
    expect(total(times("0f31", 2))).toBe(70);
  });

  it("fuses a comparison with its branch", () => {
    // five additions, cmp rax,rdx; jne to the start: six macro-ops
    const five = "4883c101 4883c201 4883c301 4883c601 4883c701";
    expect(total(`${five} 4839d0 75e7`)).toBe(2); // four ALUs for six operations
    expect(total("4839d0 75fb")).toBe(1);
  });

  it("passes stored values to loads", () => {
    // mov [rdi],rax; mov rax,[rdi]; add rax,1: renamed, so one cycle a round
    expect(total(times("488907 488b07 4883c001", 8))).toBeLessThanOrEqual(12);
    // through another address the load need not wait either, but takes its latency
    // mov rax,[rax+8]; mov [rdi],rax
    expect(total(times("488b4008 488907", 4))).toBe(16);
  });
});
