/**
 * Holds IR to its rules: types by ops.ts, one definition that dominates each use, arguments of edges that match the parameters,
 * an entry that nobody jumps to and that has the signature's parameters, results that match it, slots and constants in range.
 * What it finds are faults of the compiler, never of the user's program.
 */
import type { ObjectPiece } from "../object.ts";
import { bitsOf, edgesOf, entryTypes } from "./construct.ts";
import { dominators } from "./dominators.ts";
import type { Block, Instruction, IrFunction, IrProgram, Value } from "./ir.ts";
import { instructionText, printFunction, terminatorText } from "./printer.ts";
import { typeErrors } from "./typing.ts";
import { definingInstruction, eachUse } from "./uses.ts";

/** What is wrong with a function, one message each; none if it is valid. */
export function functionErrors(fn: IrFunction): string[] {
  const errors: string[] = [];
  const entry = fn.blocks[0];
  if (entry === undefined) return [`${fn.symbol} has no blocks`];
  const say = (block: Block, what: string): void => {
    errors.push(`${fn.symbol}, b${block.id}: ${what}`);
  };

  // Definitions: where each value is made. Parameters count as instruction −1.
  const made = new Map<Value, { block: Block; index: number }>();
  const ids = new Set<number>();
  const define = (value: Value, def: Instruction | Block, block: Block, index: number): void => {
    if (made.has(value) || ids.has(value.id)) say(block, `v${value.id} is defined twice`);
    if (value.id >= fn.nextValue) say(block, `v${value.id} is not below the next id, ${fn.nextValue}`);
    if (value.def !== def) say(block, `v${value.id} names another definition`);
    made.set(value, { block, index });
    ids.add(value.id);
  };
  const blocks = new Set(fn.blocks);
  const blockIds = new Set<number>();
  for (const block of fn.blocks) {
    if (blockIds.has(block.id)) say(block, "its id is another's too");
    if (block.id >= fn.nextBlock) say(block, `its id is not below the next, ${fn.nextBlock}`);
    blockIds.add(block.id);
    for (const param of block.params) define(param, block, block, -1);
    block.instructions.forEach((instruction, index) => {
      for (const result of instruction.results) define(result, instruction, block, index);
    });
  }

  const slotIds = new Set<number>();
  for (const slot of fn.slots) {
    if (slotIds.has(slot.id)) errors.push(`${fn.symbol}: s${slot.id} is there twice`);
    slotIds.add(slot.id);
    if (!(slot.size >= 0) || !isPowerOfTwo(slot.align)) {
      errors.push(`${fn.symbol}: s${slot.id} has ${slot.size} bytes aligned to ${slot.align}`);
    }
  }

  const want = entryTypes(fn.signature);
  const have = entry.params.map((param) => param.type);
  if (want.join() !== have.join()) say(entry, `its parameters are (${have.join()}), not (${want.join()})`);

  const tree = dominators(fn);
  const checkUse = (value: Value, block: Block, index: number, text: () => string): void => {
    const at = made.get(value);
    if (at === undefined) say(block, `v${value.id} has no definition: ${text()}`);
    else if (
      at.block === block ? at.index >= index : tree.index.has(block) && !tree.dominates(at.block, block)
    ) {
      say(block, `v${value.id} is not defined on every way: ${text()}`);
    }
  };

  for (const block of fn.blocks) {
    block.instructions.forEach((instruction, index) => {
      const text = (): string => instructionText(instruction);
      for (const arg of instruction.args) checkUse(arg, block, index, text);
      for (const error of typeErrors(instruction)) say(block, `${error}: ${text()}`);
      if (
        instruction.op === "slot" &&
        instruction.details.slot &&
        !fn.slots.includes(instruction.details.slot)
      ) {
        say(block, `the function has no such slot: ${text()}`);
      }
    });

    const { terminator } = block;
    const text = (): string => terminatorText(terminator);
    eachUse(terminator, (value) => checkUse(value, block, block.instructions.length, text));
    for (const { to, args } of edgesOf(terminator)) {
      if (!blocks.has(to)) say(block, `b${to.id} is not in the function: ${text()}`);
      if (to === entry) say(block, `the entry is jumped to: ${text()}`);
      const wanted = to.params.map((param) => param.type).join();
      const given = args.map((arg) => arg.type).join();
      if (wanted !== given) say(block, `b${to.id} takes (${wanted}), not (${given}): ${text()}`);
    }
    if (terminator.kind === "branch" && terminator.condition.type !== "i1") {
      say(block, `the condition is ${terminator.condition.type}: ${text()}`);
    } else if (terminator.kind === "switch") {
      const { type } = terminator.subject;
      if (type === "f64" || type === "i1") say(block, `the subject is ${type}: ${text()}`);
      else if (terminator.cases.some(({ value }) => BigInt.asUintN(bitsOf(type), value) !== value)) {
        say(block, `a case does not fit ${type}: ${text()}`);
      }
      if (new Set(terminator.cases.map((c) => c.value)).size < terminator.cases.length) {
        say(block, `a case is there twice: ${text()}`);
      }
    } else if (terminator.kind === "return") {
      const given = terminator.values.map((value) => value.type).join();
      const wanted = fn.signature.results.join();
      if (given !== wanted) say(block, `returns (${given}), not (${wanted})`);
    }
  }
  for (const value of fn.variables.keys()) {
    const def = definingInstruction(value);
    if (!made.has(value))
      errors.push(`${fn.symbol}: a variable is v${value.id}, made by ${def?.op ?? "a block"} that is gone`);
  }
  return errors;
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(n) && n > 0 && (n & (n - 1)) === 0;

function dataErrors(piece: ObjectPiece): string[] {
  const errors: string[] = [];
  if (!isPowerOfTwo(piece.align)) errors.push(`${piece.symbol} is aligned to ${piece.align}`);
  for (const { offset, kind } of piece.relocations) {
    const size = kind === "R_X86_64_64" ? 8 : 4;
    if (offset < 0 || offset + size > piece.bytes.length)
      errors.push(`${piece.symbol} is relocated at ${offset}`);
  }
  return errors;
}

export function programErrors(program: IrProgram): string[] {
  const symbols = new Set<string>();
  const twice = [...program.functions, ...program.data].flatMap(({ symbol }) => {
    if (symbols.has(symbol)) return [`${symbol} is defined twice`];
    symbols.add(symbol);
    return [];
  });
  return [...twice, ...program.data.flatMap(dataErrors), ...program.functions.flatMap(functionErrors)];
}

/** Throws an Error that says all that is wrong and shows the functions in question. `when`: what was done last. */
export function verify(program: IrProgram, when = ""): void {
  const errors = programErrors(program);
  if (errors.length === 0) return;
  const texts = program.functions
    .filter((fn) => functionErrors(fn).length > 0)
    .map((fn) => printFunction(fn));
  throw new Error([`invalid IR${when ? ` after ${when}` : ""}`, ...errors, ...texts].join("\n"));
}
