/**
 * Which passes run, in which order. Level 0, for debug builds, only takes away what is never reached: every variable stays in its
 * slot. Level 1 makes values of slots and cleans up; level 2 does all. Each pass can be dumped by its letter.
 */
import type { IrFunction, IrProgram } from "../ir/ir.ts";
import { propagateArguments } from "./arguments.ts";
import { branches } from "./branches.ts";
import { congruence } from "./congruence.ts";
import { dead } from "./dead.ts";
import { division } from "./division.ts";
import { gvn } from "./gvn.ts";
import { idioms } from "./idioms.ts";
import { induction } from "./induction.ts";
import { inlineCalls } from "./inline.ts";
import { licm } from "./licm.ts";
import { mem2reg } from "./mem2reg.ts";
import type { Pass } from "./pass.ts";
import { reassociation } from "./reassociate.ts";
import { rebasing } from "./rebase.ts";
import { rotation } from "./rotate.ts";
import { select } from "./select.ts";
import { simplify } from "./simplify.ts";
import { sinking } from "./sink.ts";
import { sroa } from "./sroa.ts";
import { unreachable } from "./unreachable.ts";
import { widening } from "./widen.ts";

/** For `--dump`: letters and names. Arguments and inlining are over the whole program, the others over functions. */
export const PASSES: readonly Pass[] = [
  unreachable,
  sroa,
  mem2reg,
  simplify,
  gvn,
  dead,
  branches,
  select,
  rotation,
  reassociation,
  licm,
  division,
  widening,
  congruence,
  idioms,
  induction,
  sinking,
  rebasing,
];
export const ARGUMENTS = { name: "arguments", letter: "a" } as const;
export const INLINE = { name: "inline", letter: "i" } as const;

/** Told after each pass: of which function, or of the whole program. */
export type Dump = (letter: string, pass: string, program: IrProgram, fn: IrFunction | undefined) => void;

const CLEAN: readonly Pass[] = [sroa, dead, mem2reg, simplify, gvn, dead, branches];
const LOOPS: readonly Pass[] = [
  rotation,
  branches,
  reassociation,
  licm,
  simplify,
  gvn,
  dead,
  congruence,
  division,
  widening,
  simplify,
  dead,
  idioms,
  induction,
];
const CHOOSE: readonly Pass[] = [select, simplify, dead, branches];
/** Choices within choices are found once the inner ones are made. */
const LAST: readonly Pass[] = [simplify, gvn, dead, branches, ...CHOOSE, ...CHOOSE];
/** Once, after all others. */
const FINAL: readonly Pass[] = [sinking, rebasing, dead];

/**
 * Runs passes over a function, but not those that would find nothing: a pass that changed nothing, or that went on until it found nothing
 * more, is run again only after another has changed something.
 */
class Runner {
  readonly #program: IrProgram;
  readonly #dump: Dump;
  /** How often each function was changed, and after how many changes a pass had nothing to do. */
  readonly #states = new Map<IrFunction, { changes: number; readonly idle: Map<Pass, number> }>();

  constructor(program: IrProgram, dump: Dump) {
    this.#program = program;
    this.#dump = dump;
  }
  #state(fn: IrFunction) {
    const known = this.#states.get(fn);
    if (known !== undefined) return known;
    const state = { changes: 0, idle: new Map<Pass, number>() };
    this.#states.set(fn, state);
    return state;
  }

  /** Somebody else has changed the function. */
  changed(fn: IrFunction): void {
    this.#state(fn).changes++;
  }
  run(passes: readonly Pass[], fn: IrFunction): boolean {
    const state = this.#state(fn);
    let changed = false;
    for (const pass of passes) {
      if (state.idle.get(pass) === state.changes) continue;
      const found = pass.run(fn, this.#program);
      if (found) {
        changed = true;
        state.changes++;
        this.#dump(pass.letter, pass.name, this.#program, fn);
      }
      if (!found || pass.settles) state.idle.set(pass, state.changes);
    }
    return changed;
  }
  /** Until nothing changes, within reason. */
  clean(fn: IrFunction): void {
    for (let round = 0; round < 4 && this.run(CLEAN, fn); round++);
  }
}

/** Changes the program in place. */
export function optimise(program: IrProgram, level: 0 | 1 | 2, dump: Dump = () => {}): void {
  const runner = new Runner(program, dump);
  if (level === 0) {
    for (const fn of program.functions) runner.run([unreachable], fn);
    return;
  }
  for (const fn of program.functions) runner.clean(fn);
  if (level === 2) {
    const changed = propagateArguments(program);
    if (changed.length > 0) dump(ARGUMENTS.letter, ARGUMENTS.name, program, undefined);
    for (const fn of changed) {
      runner.changed(fn);
      runner.clean(fn);
    }
  }
  const prepare = (fn: IrFunction, isChanged: boolean): void => {
    if (isChanged) runner.changed(fn);
    runner.clean(fn);
  };
  if (inlineCalls(program, { onlyMarked: level === 1 }, prepare)) {
    dump(INLINE.letter, INLINE.name, program, undefined);
  }
  for (const fn of program.functions) {
    if (level === 2) runner.run(LOOPS, fn);
    runner.run(LAST, fn);
    runner.clean(fn);
    if (level === 2) runner.run(FINAL, fn);
  }
}
