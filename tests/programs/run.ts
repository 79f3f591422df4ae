/*
 * Programs with their expectation beside them: tests/programs/*.asm. Lines of comment at the top say how to run one and what
 * must come out; README.md there lists them. This reads, assembles and runs them, and says what differs.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assemble } from "../../src/isa/assembler/assemble.ts";
import { BareMachine } from "../../src/machine/bare-machine.ts";
import type { StopReason } from "../../src/machine/engine.ts";
import type { EngineName } from "../../src/machine/engines.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
export interface Expectation {
  /** A register, "stop", "vector", "error", "address", "triple", "instructions", or "[address]" for eight bytes. */
  readonly what: string;
  /** A number, a label of the program, label+number, or a word for "stop". */
  readonly value: string;
}

export interface Program {
  readonly name: string;
  readonly source: string;
  readonly mode: 16 | 32 | 64;
  readonly ring: 0 | 3;
  readonly base: number;
  readonly maps: readonly (readonly [address: number, size: number])[];
  readonly maxInstructions: number;
  readonly expectations: readonly Expectation[];
  /** Whether it can run on QEMU too: in ring 0 to HLT, with nothing that TCG lacks; else why not. */
  readonly qemu: true | string;
  /** Expectations that QEMU does not meet; the file says why. */
  readonly qemuDiffers: readonly string[];
}

/** The names of all programs, sorted. */
export const programNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".asm"))
    .map((name) => name.slice(0, -4))
    .sort();

export function readProgram(name: string): Program {
  const own = readFileSync(join(folder, `${name}.asm`), "utf8");
  const found = new Map<string, string[]>();
  for (const [, key, value] of own.matchAll(/^; ([a-z-]+): (.*)$/gm)) {
    found.set(key!, [...(found.get(key!) ?? []), value!.trim()]);
  }
  const first = (key: string, otherwise: string): string => found.get(key)?.[0] ?? otherwise;
  const mode = Number(first("mode", "64"));
  if (mode !== 16 && mode !== 32 && mode !== 64) throw new Error(`${name}: mode ${mode}`);
  const included = (found.get("with") ?? []).map((w) =>
    readFileSync(join(folder, "with", `${w}.asm`), "utf8"),
  );
  return {
    name,
    source: [`bits ${mode}`, own, ...included].join("\n"),
    mode,
    ring: first("ring", "0") === "3" ? 3 : 0,
    base: Number(first("base", "0x10000")),
    maps: (found.get("map") ?? []).map((m) => {
      const [address, size] = m.split(":");
      return [Number(address), Number(size)] as const;
    }),
    maxInstructions: Number(first("max-instructions", "1000000")),
    expectations: (found.get("expect") ?? []).flatMap((line) =>
      line.split(/\s+/).map((part) => {
        const [what, value] = part.split("=");
        if (what === undefined || value === undefined) throw new Error(`${name}: expectation ${part}`);
        return { what, value };
      }),
    ),
    qemu: found.has("no-qemu") ? first("no-qemu", "") : true,
    qemuDiffers: (found.get("qemu-differs") ?? []).flatMap((line) => line.split(",")[0]!.split(/\s+/)),
  };
}

export interface Assembled {
  readonly bytes: Uint8Array;
  readonly symbols: ReadonlyMap<string, bigint>;
}
export const assembleProgram = (program: Program): Assembled =>
  assemble(program.source, { mode: program.mode, origin: BigInt(program.base) });

/** A machine ready to run a program. */
export function load(program: Program, engine: EngineName): BareMachine {
  const { bytes } = assembleProgram(program);
  const machine = new BareMachine({
    mode: program.mode,
    ring: program.ring,
    engine,
    memory: 32 << 20,
    codeCache: 4 << 20,
  });
  machine.load(bytes, program.base);
  for (const [address, size] of program.maps) machine.map(address, size);
  return machine;
}

/** The value of an expectation: a sum of numbers and labels. */
function numberOf(text: string, symbols: Assembled["symbols"]): bigint {
  return text.split("+").reduce((sum, term) => {
    const symbol = symbols.get(term);
    return sum + (symbol ?? BigInt(term));
  }, 0n);
}

const hex = (v: bigint | undefined): string => (v === undefined ? "none" : `0x${v.toString(16)}`);

/** The end of a run, wherever it was. */
export interface Outcome {
  /** "hlt", "limit", or what else happened, in words. */
  readonly stop: string;
  /** A register, or one of the words that an expectation may name; undefined where it has no value. */
  value(what: string): bigint | undefined;
  /** Eight bytes of memory. */
  memory(address: bigint): bigint;
}

/** What differs from the expectations, one line each; empty if all is well. */
export function differences(program: Program, outcome: Outcome): string[] {
  const { symbols } = assembleProgram(program);
  return program.expectations.flatMap(({ what, value }) => {
    if (what === "stop") {
      return outcome.stop.split(" ")[0] === value ? [] : [`stop is ${outcome.stop}, expected ${value}`];
    }
    const actual = what.startsWith("[")
      ? outcome.memory(numberOf(what.slice(1, -1), symbols))
      : outcome.value(what);
    const expected = numberOf(value, symbols);
    return actual === expected ? [] : [`${what} is ${hex(actual)}, expected ${value} (${hex(expected)})`];
  });
}

/** The outcome of a run on a BareMachine. */
export function outcomeOf(machine: BareMachine, stop: StopReason): Outcome {
  const fault = stop.kind === "exception" ? stop : undefined;
  return {
    stop: describeStop(stop),
    value: (what) => {
      switch (what) {
        case "vector":
          return fault && BigInt(fault.vector);
        case "error":
          return fault?.errorCode === undefined ? undefined : BigInt(fault.errorCode);
        case "address":
          return fault?.address;
        case "triple":
          return fault && BigInt(fault.tripleFault);
        case "instructions":
          return BigInt(machine.instructions);
        default:
          return machine.get(what);
      }
    },
    memory: (address) => new DataView(machine.read(address, 8).buffer).getBigUint64(0, true),
  };
}

function describeStop(stop: StopReason): string {
  if (stop.kind !== "exception") return stop.kind;
  const { vector, errorCode, address, rip, tripleFault } = stop;
  return `exception ${vector} (${errorCode}) at ${hex(rip)}, address ${hex(address)}${tripleFault ? ", triple fault" : ""}`;
}
