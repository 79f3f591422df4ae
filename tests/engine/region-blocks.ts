/*
 * Random blocks, and blocks that loop to themselves, of everything a region can hold, run as regions and by the
 * evaluator, with what differs afterwards.
 */
import { fitsRegion } from "../../src/engine/region.ts";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { type Form, instance, seededDraws } from "../../src/isa/form-bytes.ts";
import { allForms, formKey } from "../../src/isa/forms.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import { effectsOf } from "../../src/isa/readings/effects.ts";
import { CODE, outcomeOf, outcomeOfStop, outcomeText, Pair, placeOf, prebuild } from "./agree.ts";
import { Random, States } from "./agree-state.ts";
import { disassembleLine } from "./agree-text.ts";

export interface RegionForms {
  readonly forms: readonly Form[];
  /** One instruction of each, for making handlers. */
  readonly instructions: readonly Instruction[];
}

/** 64-bit forms that a region can hold and that do not branch. */
export function regionForms(): RegionForms {
  const draws = seededDraws(7);
  const forms: Form[] = [];
  const instructions: Instruction[] = [];
  for (const form of allForms()) {
    if (form.mode !== 64) continue;
    const insn = decode(instance(form, draws), 0, { mode: 64 });
    if (isFailure(insn) || !fitsRegion(insn) || effectsOf(insn).flow !== "none") continue;
    forms.push(form);
    instructions.push(insn);
  }
  return { forms, instructions };
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly insn: Instruction;
}

/** Where blocks begin: low in the page, so that they end in it. */
const START = CODE.start + 0x40;
const START_PLACE = placeOf(START);
/** jnz back to the start, or a plain end. */
const JNZ_NEAR = [0x0f, 0x85];
const UD2 = [0x0f, 0x0b];

export interface BlockResult {
  readonly instructions: number;
  readonly problem: string | undefined;
}

export class RegionBlocks {
  readonly #pair: Pair;
  readonly #states = new States(64);
  readonly #forms: readonly Form[];
  /** Forms that have been in a block. */
  readonly used = new Set<string>();

  constructor({ forms, instructions }: RegionForms) {
    this.#forms = forms;
    const jnz = decode(Uint8Array.from([...JNZ_NEAR, 0, 0, 0, 0]), 0, { mode: 64 });
    this.#pair = new Pair(64, prebuild(isFailure(jnz) ? instructions : [...instructions, jnz]));
  }

  /** One block of `length` instructions beginning with `first`, drawn from `seed`; looping or not. */
  run(seed: number, first: Form, length: number, loop: boolean): BlockResult {
    const r = new Random(seed);
    const draws = seededDraws(seed + 1);
    const image = this.#states.make(r, START, false);
    const pieces: Piece[] = [];
    for (let i = 0; i < length; i++) {
      const form = i === 0 ? first : r.pick(this.#forms);
      const bytes = instance(form, draws);
      const insn = decode(bytes, 0, { mode: 64 });
      if (isFailure(insn)) continue;
      pieces.push({ bytes, insn });
      this.used.add(formKey(form));
      this.#states.aim(r, insn);
    }
    const bytes = pieces.flatMap((p) => [...p.bytes]);
    const back = -(bytes.length + 6);
    const end = loop
      ? [...JNZ_NEAR, back & 0xff, (back >> 8) & 0xff, (back >> 16) & 0xff, (back >>> 24) & 0xff, ...UD2]
      : UD2;
    image.ram.set([...bytes, ...end], START_PLACE);
    const pair = this.#pair;
    pair.load(image);
    const listing = (): string => pieces.map((p) => disassembleLine(p.bytes)).join("; ");
    const { interpreter } = pair;
    interpreter.compile([BigInt(START)]);
    const budget = 1 + r.below(loop ? 400 : 40);
    const before = interpreter.instructions;
    const stop = interpreter.run(budget);
    const executed = interpreter.instructions - before;
    let fault: ReturnType<typeof outcomeOf>;
    for (let i = 0; i < executed; i++) {
      fault = outcomeOf(pair.evaluated.evaluateOne());
      if (fault !== undefined) break;
    }
    const stopped = outcomeOfStop(stop);
    if (stopped !== undefined && fault === undefined) fault = outcomeOf(pair.evaluated.evaluateOne());
    const differences = pair.difference();
    if (outcomeText(fault) !== outcomeText(stopped)) {
      differences.push(`${outcomeText(fault)} ≠ ${outcomeText(stopped)}`);
    }
    if (differences.length === 0) return { instructions: executed, problem: undefined };
    return {
      instructions: executed,
      problem: `seed ${seed}, ${loop ? "loop" : "block"}, budget ${budget}, ${executed} executed: ${listing()}\n  ${differences.slice(0, 8).join("\n  ")}`,
    };
  }
}
