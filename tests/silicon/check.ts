// Runs recorded vectors through an executor and reports where it and the silicon disagree.
import {
  Code,
  Decoder,
  DecoderOptions,
  Formatter,
  FormatterSyntax,
  type Instruction,
  InstructionInfoFactory,
  Register,
  RegisterExt,
} from "iced-x86";
import { CODE, GPR_NAMES, hex, type State } from "./state.ts";
import { families, readFamily, type Vector } from "./vectors.ts";

/**
 * Executes one instruction, `code`, which is at address CODE and followed by int3, in user mode, from `before`, and
 * returns the state after it, which may be the same object each time. The window, memory at `before.window`, is a part of the state.
 */
export type Executor = (before: State, code: Uint8Array) => State;

export interface Options {
  execute: Executor;
  /** All recorded ones, unless given. */
  families?: readonly string[];
  /** Bits of rflags that the architecture leaves undefined after this instruction with these inputs. */
  undefinedFlags?: (code: Uint8Array, before: State) => number;
  /** May copy into `actual` from `vector.after` what else need not agree. */
  forgive?: (vector: Vector, actual: State) => void;
  /** Vectors for which this is false are counted as skipped. */
  accept?: (vector: Vector) => boolean;
  /** How many disagreements of one form are kept in full. */
  examples?: number;
}

/** What became of the vectors of one of iced's codes, plain, locked or repeated. */
export interface FormResult {
  name: string;
  vectors: number;
  mismatches: number;
  /** Texts for people, `examples` at most. */
  examples: string[];
}

export interface Result {
  vectors: number;
  skipped: number;
  mismatches: number;
  /** Only those forms that disagree, the worst first. */
  failing: FormResult[];
  /** The names of the forms that always agree. */
  passing: string[];
}

/** Errors that the executor throws are mismatches too. */
export function check(options: Options): Result {
  const forms = new Map<string, FormResult>();
  const result: Result = { vectors: 0, skipped: 0, mismatches: 0, failing: [], passing: [] };
  const { accept, examples = 2 } = options;
  for (const family of options.families ?? families()) {
    let encoding: Vector["encoding"] | null = null;
    let form: FormResult | null = null;
    for (const vector of readFamily(family)) {
      if (accept && !accept(vector)) {
        result.skipped++;
        continue;
      }
      if (form === null || vector.encoding !== encoding) {
        encoding = vector.encoding;
        const name = formName(vector.bytes);
        form = forms.get(name) ?? { name, vectors: 0, mismatches: 0, examples: [] };
        forms.set(name, form);
      }
      result.vectors++;
      form.vectors++;
      const differences = disagreement(vector, options);
      if (!differences) continue;
      result.mismatches++;
      form.mismatches++;
      if (form.examples.length < examples) form.examples.push(explain(vector, differences));
    }
  }
  const all = [...forms.values()];
  result.failing = all.filter((form) => form.mismatches > 0).sort((a, b) => b.mismatches - a.mismatches);
  result.passing = all.filter((form) => form.mismatches === 0).map((form) => form.name);
  return result;
}

/** A result as text: one line for all, then the failing forms, `limit` of them with their examples. */
export function report(result: Result, limit = 20): string {
  const { vectors, skipped, mismatches, failing, passing } = result;
  const lines = [
    `${vectors} vectors, ${skipped} skipped, ${mismatches} disagree; forms: ${passing.length} agree, ${failing.length} do not`,
  ];
  failing.forEach((form, i) => {
    lines.push(`${form.name}: ${form.mismatches} of ${form.vectors} disagree`);
    if (i < limit) lines.push(...form.examples);
  });
  return lines.join("\n");
}

function disagreement(vector: Vector, options: Options): string[] | null {
  const { before, after, bytes } = vector;
  let actual: State;
  try {
    actual = options.execute(before, bytes);
  } catch (error) {
    return [`the executor threw ${error instanceof Error ? error.message : String(error)}`];
  }
  const mask = options.undefinedFlags?.(bytes, before) ?? 0;
  actual.rflags = (actual.rflags & ~mask) | (after.rflags & mask);
  options.forgive?.(vector, actual);
  return actual.equals(after) ? null : actual.difference(after);
}

function decode(bytes: Uint8Array): Instruction {
  const decoder = new Decoder(64, bytes, DecoderOptions.None);
  decoder.ip = BigInt(CODE);
  const instruction = decoder.decode();
  decoder.free();
  return instruction;
}

/** The name of iced's code for an instruction, and its prefixes that repeat or lock. */
export function formName(bytes: Uint8Array): string {
  const instruction = decode(bytes);
  const prefixes = [
    instruction.hasLockPrefix ? " lock" : "",
    instruction.hasRepPrefix ? " rep" : "",
    instruction.hasRepnePrefix ? " repne" : "",
  ];
  const invalid = instruction.code === Code.INVALID ? ` ${Buffer.from(bytes).toString("hex")}` : "";
  const name = Code[instruction.code] + prefixes.join("") + invalid;
  instruction.free();
  return name;
}

/** The instruction as Intel would write it. */
export function textOf(bytes: Uint8Array): string {
  const formatter = new Formatter(FormatterSyntax.Intel);
  const instruction = decode(bytes);
  const text = formatter.format(instruction);
  instruction.free();
  formatter.free();
  return text;
}

function explain(vector: Vector, differences: string[]): string {
  const { bytes, before, after, family, number } = vector;
  const lines = [
    `  ${textOf(bytes)}   (${Buffer.from(bytes).toString("hex")}, ${family}, case ${number})`,
    `    before: ${inputs(bytes, before).join(", ")}`,
    `    silicon: ${after.difference(before).join(", ").replaceAll("≠", "was")}`,
    ...differences.map((text) => `    here ≠ silicon: ${text}`),
  ];
  return lines.join("\n");
}

/** The registers and the memory that an instruction mentions, and the control words of the units it uses. */
function inputs(bytes: Uint8Array, state: State): string[] {
  const instruction = decode(bytes);
  const factory = new InstructionInfoFactory();
  const info = factory.info(instruction);
  const texts = new Set([`rflags ${state.rflags.toString(16)}`]);
  for (const used of info.usedRegisters()) {
    for (const text of registerText(used.register, state)) texts.add(text);
    used.free();
  }
  for (const used of info.usedMemory()) {
    const of = (register: Register): bigint => {
      if (register === Register.None) return 0n;
      return state.gpr[RegisterExt.fullRegister(register) - Register.RAX] ?? 0n;
    };
    const sum = of(used.base) + of(used.index) * BigInt(used.scale) + used.displacement;
    const offset = Number(BigInt.asIntN(64, sum)) - state.window;
    const size = Math.max(0, Math.min(16, state.memory.length - offset));
    if (offset >= 0 && size > 0)
      texts.add(`[${(state.window + offset).toString(16)}] ${hex(state.memory, offset, size)}`);
    else texts.add(`[${BigInt.asUintN(64, sum).toString(16)}]`);
    used.free();
  }
  info.free();
  factory.free();
  instruction.free();
  return [...texts];
}

function registerText(register: Register, state: State): string[] {
  const full = RegisterExt.fullRegister(register);
  if (full >= Register.RAX && full <= Register.R15) {
    const number = full - Register.RAX;
    return [`${GPR_NAMES[number]} ${state.gpr[number]!.toString(16)}`];
  }
  const xmm = full - Register.ZMM0;
  if (xmm >= 0 && xmm < 16)
    return [`mxcsr ${state.mxcsr.toString(16)}`, `xmm${xmm} ${hex(state.xmm, 16 * xmm, 16)}`];
  const words = [
    `fcw ${state.fcw.toString(16)}`,
    `fsw ${state.fsw.toString(16)}`,
    `ftw ${state.ftw.toString(16)}`,
  ];
  if (register >= Register.ST0 && register <= Register.ST7) {
    const number = ((state.fsw >> 11) + register - Register.ST0) & 7;
    return [...words, `st${register - Register.ST0} = R${number} ${hex(state.x87, 10 * number, 10)}`];
  }
  if (register >= Register.MM0 && register <= Register.MM7) {
    const number = register - Register.MM0;
    return [...words, `mm${number} ${hex(state.x87, 10 * number, 8)}`];
  }
  return [];
}
