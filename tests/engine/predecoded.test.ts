/*
 * Predecoded code runs as if it had been decoded when it was met: the same registers, instructions and cycles as on the evaluator and on an
 * interpreter without it, also where a program changes itself; and it is used only where the bytes are its own.
 */
import { describe, expect, it } from "vitest";
import { usePrebuilt } from "../../src/engine/chunks.ts";
import { Predecoded } from "../../src/engine/predecoded.ts";
import { assemble } from "../../src/isa/assembler/assemble.ts";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { BareMachine } from "../../src/machine/bare-machine.ts";
import type { EngineName } from "../../src/machine/engines.ts";
import { InterpretedEngine } from "../../src/machine/interpreted.ts";
import { predecodeImage } from "../../src/machine/predecode-image.ts";
import { prebuild } from "./agree.ts";

const BASE = 0x10000;
const BUILD = 7;
/** Loops over calls within the page and into the next; then writes to a block that others lead to, to one that has not run, and to itself. */
const SOURCE = `
  mov ecx, 50
again:
  call near_function
  call far_function
  dec ecx
  jnz again
  mov byte [rel near_function + 1], 7
  call near_function
  mov byte [rel never_run + 1], 9
  call through
  mov byte [rel changed + 1], 11
changed:
  mov al, 3
  add rbx, rax
  mov byte [rel far_function + 3], 0x20
  call far_function
  hlt
near_function:
  mov al, 3
  movzx eax, al
  add rbx, rax
  ret
through:
  test ecx, ecx
  jz never_run
  ret
never_run:
  mov al, 3
  movzx eax, al
  add rbx, rax
  ret
  align 4096
far_function:
  add rbx, 0x100
  jmp leave_it
  nop
leave_it:
  ret
`;
const { bytes, symbols } = assemble(SOURCE, { mode: 64, origin: BigInt(BASE) });
const at = (name: string): number => Number(symbols.get(name));
const ENTRIES = [BASE, ...["near_function", "through", "far_function"].map(at)];

/** What the program leaves, however it was run. */
function outcome(machine: BareMachine, change: (machine: BareMachine) => void = () => {}) {
  machine.load(bytes, BASE);
  change(machine);
  const end = machine.run({ maxInstructions: 100_000 });
  const registers = ["rax", "rbx", "rcx", "rsp", "rip", "rflags"].map((name) => machine.get(name));
  const { instructions, cycles } = machine;
  return { end, registers, instructions, cycles };
}
const make = (engine: EngineName): BareMachine => new BareMachine({ mode: 64, engine, memory: 1 << 20 });

/** Blocks that it has decoded itself. */
function decoded({ engine }: BareMachine): number {
  if (!(engine instanceof InterpretedEngine)) throw new Error("not an interpreter");
  return engine.interpreter.code.size;
}

const handlers = prebuild(
  [...Array(bytes.length).keys()].flatMap((offset) => {
    const insn = decode(bytes, offset, { mode: 64 });
    return isFailure(insn) ? [] : [insn];
  }),
);
const file = predecodeImage([{ address: BASE, bytes }], ENTRIES, handlers, BUILD);

/** A change of one byte, before the program begins. */
const patch = (machine: BareMachine): void => machine.write(at("near_function") + 1, [5]);

describe("predecoded code", () => {
  const evaluated = outcome(make("evaluator"));
  const patched = outcome(make("evaluator"), patch);
  const plain = make("interpreter");
  const interpreted = outcome(plain);
  usePrebuilt(() => ({ ...handlers, predecoded: Predecoded.read(file, BUILD) }));

  it("runs as code that is decoded when it is met", () => {
    const machine = make("interpreter");
    expect(interpreted).toEqual(evaluated);
    expect(outcome(machine)).toEqual(evaluated);
    // What the program has changed, and what it goes on with in the middle of a block.
    expect(decoded(machine)).toBeGreaterThan(0);
    expect(decoded(machine)).toBeLessThan(decoded(plain) / 2);
  });
  it("gives way where the bytes are others", () => {
    const machine = make("interpreter");
    expect(outcome(machine, patch)).toEqual(patched);
    expect(patched.registers).not.toEqual(evaluated.registers);
    expect(decoded(machine)).toBeGreaterThan(decoded(plain) / 2);
  });
  it("is there again after a reset", () => {
    const machine = make("interpreter");
    outcome(machine);
    const before = decoded(machine);
    machine.reset();
    expect(outcome(machine)).toEqual(evaluated);
    expect(decoded(machine)).toBe(before);
  });
  it("stops at every instruction alike", () => {
    const [one, other] = [make("interpreter"), make("evaluator")];
    for (const machine of [one, other]) machine.load(bytes, BASE);
    for (let i = 0; i < 200; i++) {
      const ends = [one, other].map((machine) => machine.run({ maxInstructions: 7 }).kind);
      expect([ends[0], one.get("rip"), one.get("rbx"), one.cycles]).toEqual([
        ends[1],
        other.get("rip"),
        other.get("rbx"),
        other.cycles,
      ]);
    }
  });
  it("is not taken from another build, or from what is no such file", () => {
    expect(Predecoded.read(file, BUILD + 1)).toBeUndefined();
    expect(Predecoded.read(new Uint8Array(), BUILD)).toBeUndefined();
    expect(Predecoded.read(bytes, BUILD)).toBeUndefined();
  });
  it("is the same whenever it is made", () => {
    expect(predecodeImage([{ address: BASE, bytes }], ENTRIES, handlers, BUILD)).toEqual(file);
  });
});
