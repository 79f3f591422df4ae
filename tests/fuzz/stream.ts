/*
 * Runs a random program on the interpreter in slices of random budgets, and on the evaluator step by step as far as the
 * interpreter says it has come; compares after each slice, and each fault. After a fault both go on with fresh pointers.
 */
import type { Stop } from "../../src/engine/interpreter.ts";
import * as S from "../../src/isa/state.ts";
import {
  CODE,
  DATA,
  type Mode,
  type Outcome,
  outcomeOf,
  outcomeOfStop,
  outcomeText,
  Pair,
  placeOf,
  prebuild,
  READ_ONLY,
  STACK,
} from "../engine/agree.ts";
import { Random, States, target } from "../engine/agree-state.ts";
import { CODE_POINTER, drawProgram, POINTERS, type Program, samples } from "./program.ts";

export interface Failure {
  /** Instructions that had been executed, and the budgets given. */
  readonly at: string;
  readonly differences: readonly string[];
}

/** Cycles of an instruction in the runs that do not charge one for each; one iteration of a repeated one always takes one. */
const cost = (insn: { readonly length: number; readonly repeat: string }): number =>
  insn.repeat === "none" ? 1 + (insn.length & 3) : 1;

/** What a run of a program did. */
export interface Tally {
  instructions: number;
  faults: number;
}

/** Two processors that run one program after the other. */
export class Streams {
  readonly #mode: Mode;
  readonly #pair: Pair;
  readonly #states: States;
  readonly tally: Tally = { instructions: 0, faults: 0 };

  constructor(mode: Mode) {
    this.#mode = mode;
    this.#pair = new Pair(mode, prebuild(samples(mode)), 0x40000);
    this.#states = new States(mode);
  }

  /** The program of a seed. */
  program(seed: number): Program {
    const r = new Random(seed);
    const crossing = r.once(2);
    const start = crossing ? CODE.start + 0x1000 - r.below(80) : CODE.start + 0x200 + r.below(0x400);
    return drawProgram(r, this.#mode, start, 3 + r.below(r.once(3) ? 60 : 14));
  }

  /** Runs a program from the state and with the budgets of `seed`; undefined if the engines agree. */
  run(program: Program, seed: number): Failure | undefined {
    const r = new Random(seed ^ 0x5bd1e995);
    const pair = this.#pair;
    const { evaluated, interpreted, interpreter } = pair;
    const image = this.#states.make(r, program.start, !r.once(4));
    const code = image.ram.subarray(placeOf(CODE.start), placeOf(CODE.start) + CODE.size);
    code.fill(0x90);
    let place = program.start - CODE.start;
    const starts: number[] = [];
    for (const bytes of program.instructions) {
      code.set(bytes, place);
      starts.push(CODE.start + place);
      place += bytes.length;
    }
    const uneven = r.once(2);
    evaluated.costOf = uneven ? cost : () => 1;
    interpreted.costOf = evaluated.costOf;
    pair.load(image);
    this.#point(r, starts);
    let log = "";
    for (let slice = 0; slice < 30; slice++) {
      const budget = r.once(6) ? 100 + r.below(200) : 1 + r.below(23);
      const before = { instructions: interpreter.instructions, cycles: interpreter.cycles };
      const done = (): number => interpreter.instructions - before.instructions;
      const failure = (differences: readonly string[]): Failure => ({
        at: `${log}, then a budget of ${budget}: ${done()} executed`,
        differences,
      });
      let stop: Stop;
      try {
        // As whoever runs an interpreter does after each stop.
        interpreter.contextChanged();
        pair.interpreted.cpu.interruptShadow = "none";
        stop = interpreter.run(budget);
      } catch (e) {
        return failure([`the interpreter throws ${e instanceof Error ? e.stack : e}`]);
      }
      const outcome = outcomeOfStop(stop);
      let used = 0;
      let found: Outcome;
      try {
        for (let n = 0; n < done(); n++) {
          used += this.#costHere();
          found = outcomeOf(evaluated.evaluateOne());
          if (found !== undefined) {
            return failure([
              `the evaluator: ${outcomeText(found)} after ${n}; the interpreter: ${outcomeText(outcome)}`,
              ...pair.difference(),
            ]);
          }
        }
        if (outcome !== undefined) found = outcomeOf(evaluated.evaluateOne());
      } catch (e) {
        return failure([`the evaluator throws ${e instanceof Error ? e.stack : e}`]);
      }
      const differences = pair.difference();
      if (outcomeText(found) !== outcomeText(outcome))
        differences.unshift(`${outcomeText(found)} ≠ ${outcomeText(outcome)}`);
      const cycles = interpreter.cycles - before.cycles;
      if (cycles !== used) differences.push(`cycles ${used} ≠ ${cycles}`);
      if (stop.kind === "budget" && cycles < budget) differences.push(`only ${cycles} of ${budget} cycles`);
      if (differences.length > 0) return failure(differences);
      log += `${log === "" ? "" : " "}${budget}`;
      this.tally.instructions += done();
      if (outcome === undefined) continue;
      this.tally.faults++;
      log += `!${outcome.vector}`;
      const again = r.pick(starts);
      pair.set((cpu) => {
        cpu.rip = BigInt(again);
      });
      this.#point(r, starts);
    }
    return undefined;
  }

  /** Cycles of the instruction that the evaluator would execute now. */
  #costHere(): number {
    const flat = this.#pair.evaluated;
    try {
      return flat.costOf(flat.fetch());
    } catch {
      return 0; // its fault is found when it is executed
    }
  }

  /** Gives the pointers, the stack pointer and the count registers useful values again. */
  #point(r: Random, starts: readonly number[]): void {
    const mode = this.#mode;
    const values = new Map<number, bigint>();
    for (const p of POINTERS[mode]) {
      const inside = BigInt(
        DATA.start + 0x200 + (r.below(READ_ONLY.start - DATA.start - 0x400) & (r.once(3) ? ~0 : ~15)),
      );
      values.set(p, r.once(6) ? BigInt.asUintN(mode === 64 ? 64 : 32, target(r, mode)) : inside);
    }
    values.set(S.RSP, BigInt(STACK.start + 0x800 + (r.below(0x800) & ~7)));
    values.set(S.RCX, BigInt(r.below(20)));
    values.set(CODE_POINTER[mode], BigInt(r.pick(starts)));
    this.#pair.set((cpu) => {
      for (const [register, value] of values) cpu.setReg(register, value);
    });
  }
}
