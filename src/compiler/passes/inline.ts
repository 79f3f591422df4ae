/**
 * Inlining: callees marked `@inline`, small ones, and those that are called once. Callees come before their callers, so that
 * what is inlined is already whole. Not: `@noinline`, interrupt handlers, naked functions, those that look at their own frame, and
 * recursion. A function that nobody needs any more goes, unless other objects see it.
 */
import { looseBlock, newInstruction, newSlot } from "../ir/construct.ts";
import type { Block, Instruction, IrFunction, IrProgram, Slot, Value } from "../ir/ir.ts";
import type { InlinedCall, Place } from "../place.ts";
import { cloneBlocks } from "./clone.ts";
import { isHidden, references } from "./references.ts";
import { forgetVariables } from "./unreachable.ts";

/** In instructions, jumps included. */
const SMALL = 24;
const CALLED_ONCE = 400;
/** What a caller may grow to. */
const LARGEST = 4000;

export interface InlineOptions {
  /** Only `@inline`. */
  readonly onlyMarked: boolean;
}

const sizeOf = (fn: IrFunction): number =>
  fn.blocks.reduce((sum, block) => sum + block.instructions.length + 1, 0);

/** Callees in the program, in the order of calls. */
function callees(fn: IrFunction, functions: ReadonlyMap<string, IrFunction>): IrFunction[] {
  return fn.blocks.flatMap((block) =>
    block.instructions.flatMap(({ op, details }) => {
      const callee = op === "call" ? functions.get(details.symbol!) : undefined;
      return callee ? [callee] : [];
    }),
  );
}

/** Callees before callers, as far as there are no circles. */
function bottomUp(program: IrProgram, functions: ReadonlyMap<string, IrFunction>): IrFunction[] {
  const order: IrFunction[] = [];
  const seen = new Set<IrFunction>();
  for (const root of program.functions) {
    const path: { fn: IrFunction; next: IrFunction[] }[] = [];
    const enter = (fn: IrFunction): void => {
      if (seen.has(fn)) return;
      seen.add(fn);
      path.push({ fn, next: callees(fn, functions).reverse() });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next.pop();
      if (next) enter(next);
      else order.push(path.pop()!.fn);
    }
  }
  return order;
}

/** Whether its body can stand in another function. */
function canMove(fn: IrFunction): boolean {
  const { inline, isr, naked } = fn.attributes;
  if (inline === "never" || isr !== undefined || naked || fn.signature.variadic) return false;
  return !fn.blocks.some((block) =>
    block.instructions.some(
      ({ op, details }) =>
        op === "frame" || op === "retaddr" || (op === "call" && details.symbol === fn.symbol),
    ),
  );
}

/** What becomes of places, and of calls inlined before, when the body that they are in is inlined itself. */
function movedTo(outer: InlinedCall): {
  place(place: Place | undefined): Place | undefined;
  call(call: InlinedCall | undefined): InlinedCall;
} {
  const calls = new Map<InlinedCall, InlinedCall>();
  const places = new Map<Place, Place>();
  const at = (place: Place): Place => {
    const known = places.get(place);
    if (known !== undefined) return known;
    const made = { ...place, inlined: call(place.inlined) };
    places.set(place, made);
    return made;
  };
  const call = (inner: InlinedCall | undefined): InlinedCall => {
    if (inner === undefined) return outer;
    const made = calls.get(inner) ?? { symbol: inner.symbol, site: at(inner.site) };
    calls.set(inner, made);
    return made;
  };
  return { place: (place) => place && at(place), call };
}

/** Puts the callee's body in the place of a call. Gives the block that goes on after it. */
function inlineCall(caller: IrFunction, block: Block, index: number, callee: IrFunction): Block {
  const site = block.instructions[index]!;
  // What the call gave is what comes to the block after it.
  const rest = looseBlock(caller);
  for (const result of site.results) {
    rest.params.push(result);
    result.def = rest;
  }
  rest.instructions = block.instructions.splice(index).slice(1);
  rest.terminator = block.terminator;

  const moved = site.place && movedTo({ symbol: callee.symbol, site: site.place });
  const slots = new Map<Slot, Slot>();
  for (const slot of callee.slots) {
    const copy = newSlot(caller, slot.size, slot.align, slot.variable);
    copy.inlined = moved?.call(slot.inlined);
    slots.set(slot, copy);
  }
  const known = new Map<Value, Value>();
  const entry = callee.blocks[0]!;
  const put = (instruction: Instruction): Value | undefined => {
    block.instructions.push(instruction);
    return instruction.results[0];
  };
  callee.signature.params.forEach((param, i) => {
    if (typeof param === "string") {
      known.set(entry.params[i]!, site.args[i]!);
      return;
    }
    // The callee has bytes of its own.
    const slot = newSlot(caller, param.size, param.align);
    const copy = put(newInstruction(caller, "slot", [], ["i64"], { slot }, site.place))!;
    const size = put(
      newInstruction(caller, "const", [], ["i64"], { value: BigInt(param.size) }, site.place),
    )!;
    put(newInstruction(caller, "memcpy", [copy, site.args[i]!, size], [], {}, site.place));
    known.set(entry.params[i]!, copy);
  });

  const { blocks, values } = cloneBlocks(caller, callee.blocks, known, slots);
  for (const copy of blocks.values()) {
    const { terminator } = copy;
    if (moved) {
      for (const instruction of copy.instructions) instruction.place = moved.place(instruction.place);
      terminator.place = moved.place(terminator.place);
    }
    if (terminator.kind === "return") {
      copy.terminator = {
        kind: "jump",
        place: terminator.place,
        edge: { to: rest, args: terminator.values },
      };
    }
  }
  for (const [value, variable] of callee.variables) {
    const copy = values.get(value);
    if (copy && !known.has(value)) caller.variables.set(copy, variable);
  }
  block.terminator = { kind: "jump", place: site.place, edge: { to: blocks.get(entry)!, args: [] } };
  // In the place of the call, before what followed it.
  caller.blocks.splice(caller.blocks.indexOf(block) + 1, 0, ...blocks.values(), rest);
  return rest;
}

/**
 * `prepare` is run on each function before it is looked at, so that it has its final size; it is told whether something was inlined. True
 * if something changed.
 */
export function inlineCalls(
  program: IrProgram,
  { onlyMarked }: InlineOptions,
  prepare: (fn: IrFunction, isChanged: boolean) => void = () => {},
): boolean {
  const functions = new Map(program.functions.map((fn) => [fn.symbol, fn]));
  const before = references(program);
  const hidden = (fn: IrFunction): boolean => isHidden(fn, before);
  let changed = false;
  const wanted = (callee: IrFunction, caller: IrFunction): boolean => {
    if (callee === caller || !canMove(callee) || callee.blocks.length === 0) return false;
    if (callee.attributes.inline === "always") return true;
    if (onlyMarked || callee.signature.noreturn) return false;
    const size = sizeOf(callee);
    if (sizeOf(caller) + size > LARGEST) return false;
    return size <= SMALL || (size <= CALLED_ONCE && before.count.get(callee.symbol) === 1 && hidden(callee));
  };

  const done = new Set<IrFunction>();
  for (const caller of bottomUp(program, functions)) {
    let inlined = false;
    for (let i = 0; i < caller.blocks.length; i++) {
      let block = caller.blocks[i]!;
      for (let index = 0; index < block.instructions.length; index++) {
        const { op, details } = block.instructions[index]!;
        const callee = op === "call" ? functions.get(details.symbol!) : undefined;
        // Only what is whole: of circles of calls one edge stays.
        if (!callee || !done.has(callee) || !wanted(callee, caller)) continue;
        block = inlineCall(caller, block, index, callee);
        i = caller.blocks.indexOf(block);
        index = -1;
        inlined = true;
      }
    }
    if (inlined) {
      changed = true;
      forgetVariables(caller);
    }
    prepare(caller, inlined);
    done.add(caller);
  }
  if (!changed) return false;

  const after = references(program);
  program.functions = program.functions.filter(
    (fn) => !(hidden(fn) && before.count.has(fn.symbol) && !after.count.has(fn.symbol)),
  );
  return true;
}
