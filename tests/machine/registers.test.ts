/*
 * Registers by name: bits that software cannot change keep their value, as the same value through a guest's MOV shows
 * and the SDM says (vol. 3B §17.2.3 figure 17-1 for dr6, §17.2.4 for dr7).
 */
import { describe, expect, it } from "vitest";
import { assemble } from "../../src/isa/assembler/assemble.ts";
import { BareMachine } from "../../src/machine/bare-machine.ts";

const SMALL = { memory: 1 << 20, codeCache: 1 << 20, engine: "evaluator" } as const;

describe("debug registers by name", () => {
  it.each([
    // B0–B3 0–3, BD 13, BS 14, BT 15 can change; 4–11 and 16–31 are 1, 12 is 0.
    ["dr6", -1n, 0xffffefffn],
    ["dr6", 0n, 0xffff0ff0n],
    ["dr6", 0x1000n, 0xffff0ff0n],
    ["dr6", 0x4001n, 0xffff4ff1n],
    // L0–GE 0–9, GD 13, R/W and LEN 16–31 can change; 10 is 1, 11, 12, 14, 15 are 0.
    ["dr7", -1n, 0xffff27ffn],
    ["dr7", 0n, 0x400n],
    ["dr7", 0xd800n, 0x400n],
    ["dr7", 0x000d0002n, 0x000d0402n],
  ])("%s set to %d", (name, value, expected) => {
    const machine = new BareMachine(SMALL);
    machine.set(name, value);
    expect(machine.get(name)).toBe(expected);

    const guest = new BareMachine(SMALL);
    guest.load(assemble(`mov ${name}, rax\nhlt`, { mode: 64, origin: 0x10000n }).bytes);
    guest.set("rax", BigInt.asUintN(32, value));
    expect(guest.run().kind).toBe("hlt");
    expect(guest.get(name)).toBe(expected);
  });

  it("have 32 bits", () => {
    const machine = new BareMachine(SMALL);
    expect(() => machine.set("dr6", 1n << 32n)).toThrow("does not fit in dr6, which has 32 bits");
    expect(() => machine.set("dr7", 1n << 32n)).toThrow(RangeError);
  });
});
