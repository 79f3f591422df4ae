/*
 * Every form of every row in one mode: instances with random registers, immediates and states, one step by each engine.
 */

import { decode, isFailure } from "../../src/isa/decode.ts";
import { type Draws, instance, seededDraws } from "../../src/isa/form-bytes.ts";
import { allForms, type Form, formKey } from "../../src/isa/forms.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import { CODE, type Mode, outcomeOf, outcomeOfStop, outcomeText, Pair, placeOf, prebuild } from "./agree.ts";
import { Random, States, target } from "./agree-state.ts";

export interface Summary {
  forms: number;
  instances: number;
  /** Of these so many ended in a fault. */
  faults: number;
  mismatches: number;
  /** The first disagreement of each of the first forms that have one. */
  examples: string[];
}

/** Forms that share a pair of processors and a module of handlers. */
const CHUNK = 500;
const EXAMPLES = 20;

/** Draws that put displacements without a base register where memory is. */
function draws(r: Random, form: Form, seed: number): Draws {
  const plain = seededDraws(seed);
  const { address } = form;
  const absolute = address === "absolute" || address === "offset" || address === "offset segment";
  return {
    below: (n) => plain.below(n),
    immediate: (bits) => plain.immediate(bits),
    displacement: (bits) => {
      if (absolute) return target(r, form.mode);
      if (address === "rip") return target(r, form.mode) - BigInt(CODE.start + 0x810);
      return plain.displacement(bits);
    },
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Runs `copies` instances of each form for which `accept` holds. */
export function runForms(
  mode: Mode,
  copies: number,
  seed: number,
  accept: (form: Form) => boolean = () => true,
): Summary {
  const summary: Summary = { forms: 0, instances: 0, faults: 0, mismatches: 0, examples: [] };
  let chunk: Form[] = [];
  for (const form of allForms()) {
    if (form.mode !== mode || !accept(form)) continue;
    chunk.push(form);
    if (chunk.length === CHUNK) {
      runChunk(mode, chunk, copies, seed, summary);
      chunk = [];
    }
  }
  runChunk(mode, chunk, copies, seed, summary);
  return summary;
}

function runChunk(mode: Mode, forms: readonly Form[], copies: number, seed: number, summary: Summary): void {
  const cases: { form: Form; bytes: Uint8Array; insn: Instruction; seed: number }[] = [];
  for (const form of forms) {
    for (let copy = 0; copy < copies; copy++) {
      const own = seed + (summary.instances + cases.length) * 7919;
      const bytes = instance(form, draws(new Random(own), form, own));
      const insn = decode(bytes, 0, { mode });
      if (isFailure(insn)) throw new Error(`${formKey(form)}: ${hex(bytes)} is ${insn.kind}`);
      cases.push({ form, bytes, insn, seed: own });
    }
  }
  const pair = new Pair(mode, prebuild(cases.map((c) => c.insn)));
  const states = new States(mode);
  const failed = new Set<Form>();
  summary.forms += forms.length;
  for (const c of cases) {
    const text = runCase(pair, states, c.bytes, c.insn, new Random(c.seed + 1), summary);
    summary.instances++;
    if (text === "") continue;
    summary.mismatches++;
    if (failed.has(c.form)) continue;
    failed.add(c.form);
    if (summary.examples.length < EXAMPLES) {
      summary.examples.push(`${formKey(c.form)} ${c.insn.mnemonic} ${hex(c.bytes)}: ${text}`);
    }
  }
}

/** One step by both; what differs, or "". */
function runCase(
  pair: Pair,
  states: States,
  bytes: Uint8Array,
  insn: Instruction,
  r: Random,
  summary: Summary,
): string {
  // Mostly inside the first page; sometimes across both.
  const code = r.once(8) ? CODE.start + 0x1000 - r.below(bytes.length + 1) : CODE.start + 0x800;
  const image = states.make(r, code, r.once(2));
  states.aim(r, insn);
  image.ram.fill(0x90, placeOf(CODE.start), placeOf(CODE.start) + CODE.size);
  image.ram.set(bytes, placeOf(code));
  pair.load(image);
  let evaluated: string;
  let interpreted: string;
  try {
    const outcome = outcomeOf(pair.evaluated.evaluateOne());
    if (outcome !== undefined) summary.faults++;
    evaluated = outcomeText(outcome);
  } catch (e) {
    evaluated = `throws ${e instanceof Error ? e.message : e}`;
  }
  try {
    interpreted = outcomeText(outcomeOfStop(pair.interpreter.step()));
  } catch (e) {
    interpreted = `throws ${e instanceof Error ? e.message : e}`;
  }
  const differences = pair.difference();
  if (evaluated !== interpreted || evaluated.startsWith("throws"))
    differences.unshift(`${evaluated} ≠ ${interpreted}`);
  return differences.slice(0, 6).join("; ");
}
