/* The examples of docs/api.md do what the page says, and arguments that are none are refused by name. */
import { readFileSync } from "node:fs";
import { format } from "node:util";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as vitrine from "../src/index.ts";

const page = readFileSync(new URL("../docs/api.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((m) => m[1]!);

describe("docs/api.md", () => {
  it("has examples", () => {
    expect(examples.length).toBeGreaterThan(3);
  });
  it.each(examples.map((source, i) => ({ source, i })))("example $i prints what it says", ({ source }) => {
    const printed: string[] = [];
    const log = (...values: unknown[]) => void printed.push(format(...values));
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    new Function("require", "exports", "console", outputText)(() => vitrine, {}, { log });
    expect(printed).toEqual([...source.matchAll(/\/\/ → (.*)$/gm)].map((m) => m[1]));
  });
});

describe("arguments", () => {
  const { assemble, disassemble, BareMachine, Machine, openDisk, ScriptedLine } = vitrine;
  // What plain JavaScript may pass; the types forbid it.
  const any = (value: unknown): never => value as never;
  const machine = new BareMachine();
  const computer = new Machine({ memory: 2 ** 21, codeCache: 2 ** 20 });
  const kernel = new Uint8Array(64);

  it.each<[string, () => unknown, new (message: string) => Error, RegExp]>([
    ["assemble(5)", () => assemble(any(5)), TypeError, /the source is a string, not a value of type number/],
    ["mode 8", () => assemble("nop", { mode: any(8) }), RangeError, /mode is 16, 32 or 64, not 8/],
    ["null", () => assemble("nop", any(null)), TypeError, /the options are an object, not null/],
    ["origin", () => assemble("nop", { origin: any("5") }), TypeError, /origin is a number or a bigint/],
    ["origin 0.5", () => assemble("nop", { origin: 0.5 }), RangeError, /origin is 0.5, not a whole/],
    ["origin -1", () => assemble("nop", { origin: -1 }), RangeError, /origin is -1, not an address/],
    ["disassemble", () => disassemble(any([0x90])), TypeError, /the code is a Uint8Array, not an array/],
    ["mode 8", () => disassemble(Uint8Array.of(0x90), { mode: any(8) }), RangeError, /mode is/],
    ["base", () => disassemble(Uint8Array.of(0x90), { base: 1n << 64n }), RangeError, /base is/],
    [
      "symbol",
      () => disassemble(Uint8Array.of(0x90), { symbol: any({}) }),
      TypeError,
      /symbol is a function/,
    ],
    [
      "new BareMachine(null)",
      () => new BareMachine(any(null)),
      TypeError,
      /the options are an object, not null/,
    ],
    ["seed", () => new BareMachine({ seed: any("1") }), TypeError, /seed is a number or a bigint/],
    ["seed 1.5", () => new BareMachine({ seed: 1.5 }), RangeError, /seed is 1.5, not a whole number/],
    ["new Machine(5)", () => new Machine(any(5)), TypeError, /the options are an object/],
    ["memory", () => new Machine({ memory: 5000 }), RangeError, /memory is a multiple of 4096/],
    ["cpus", () => new Machine({ cpus: 9 }), RangeError, /cpus is 1 to 8, not 9/],
    ["boot", () => computer.boot(any("kernel")), TypeError, /the options are an object/],
    ["kernel", () => computer.boot({ kernel: any("kernel") }), TypeError, /the kernel is a Uint8Array/],
    ["initrd", () => computer.boot({ kernel, initrd: any([]) }), TypeError, /the initrd is a Uint8Array/],
    ["append", () => computer.boot({ kernel, commandLine: any(5) }), TypeError, /command line is a string/],
    ["no kernel", () => computer.boot({ kernel }), vitrine.BootError, /kernel/],
    ["until", () => computer.run({ until: any("1") }), TypeError, /until is a number of cycles/],
    ["disk", () => openDisk("/nowhere/at/all"), vitrine.HostError, /nowhere/],
    ["type", () => new ScriptedLine().type(any(5)), TypeError, /text is a string/],
    ["platform", () => new BareMachine({ platform: any(5) }), TypeError, /platform is an object/],
    ["load", () => machine.load(any("x")), TypeError, /the code is a Uint8Array, not a value of type string/],
    ["load at", () => machine.load(Uint8Array.of(0x90), any("5")), TypeError, /an address is a number/],
    ["write", () => machine.write(0, any("abc")), TypeError, /bytes are a Uint8Array or an array/],
    ["write 300", () => machine.write(0, [300]), RangeError, /300 is not a byte/],
    ["read", () => machine.read(any(null), 1), TypeError, /an address is a number or a bigint, not null/],
    ["map", () => machine.map(0, any("1")), TypeError, /a size is a number or a bigint/],
    ["set", () => machine.set("rax", any("1")), TypeError, /the value is a number or a bigint/],
    ["run", () => machine.run(any(null)), TypeError, /the options are an object/],
    ["limit", () => machine.run({ maxInstructions: any("5") }), TypeError, /maxInstructions is a number/],
    ["reset", () => machine.reset(any(null)), TypeError, /the options are an object/],
    ["onInstruction", () => machine.onInstruction(any(5)), TypeError, /a handler is a function/],
    ["onMemory", () => machine.onMemory(any(undefined)), TypeError, /a handler is a function/],
    ["onException", () => machine.onException(any({})), TypeError, /a handler is a function/],
  ])("%s: says what is wrong", (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });

  it("takes numbers and bigints alike", () => {
    expect(assemble("l: nop", { origin: 0x7c00 }).symbols.get("l")).toBe(0x7c00n);
    expect([...disassemble(Uint8Array.of(0x90), { base: 16 })][0]!.address).toBe(16n);
    const drawn = ([5, 5n, 6] as const).map((seed) => {
      const m = new BareMachine({ seed });
      m.load(assemble("rdrand rax\nhlt").bytes);
      m.run();
      return m.get("rax");
    });
    expect(drawn[0]).toBe(drawn[1]);
    expect(drawn[0]).not.toBe(drawn[2]);
  });
});
