/**
 * The back end: a program of the IR to machine code and data. One function at a time: selection, register allocation,
 * peephole, frame, layout, bytes. Equal programs give equal bytes.
 */
import type { IrFunction, IrProgram } from "../ir/ir.ts";
import type { FunctionDebug, ObjectCode, ObjectPiece, VariableLocation } from "../object.ts";
import { Allocator } from "./allocate.ts";
import { type Emitted, emit } from "./emit.ts";
import { arrange, type Loop } from "./flow.ts";
import { type Frame, layOutFrame, placeSlots } from "./frame.ts";
import { layOut } from "./layout.ts";
import { type MachineBlock, mem } from "./machine.ts";
import { type Followed, followParameters, locationsOf } from "./parameters.ts";
import { peephole } from "./peephole.ts";
import { printMachine } from "./printer.ts";
import { NO_REGISTER } from "./registers.ts";
import { select } from "./select.ts";
import { ConstantPool, type GenerateOptions, type Selection } from "./selection.ts";

export type { GenerateOptions } from "./selection.ts";

/** Steps after which a function's machine code can be looked at, by letters for `--dump`. */
export const STEPS = [
  { name: "selection", letter: "x" },
  { name: "allocation", letter: "y" },
  { name: "peephole", letter: "p" },
  { name: "layout", letter: "z" },
] as const;
/** Told after each step of each function; `text` prints its blocks. */
export type Watch = (step: (typeof STEPS)[number]["name"], text: () => string) => void;

/** Functions in the order given, each with its tables; then constants of all; then the program's data. */
export function generate(program: IrProgram, options: GenerateOptions, watch: Watch = () => {}): ObjectCode {
  const pool = new ConstantPool();
  const pieces: ObjectPiece[] = [];
  for (const fn of program.functions) pieces.push(...generateFunction(fn, options, pool, watch));
  return { pieces: [...pieces, ...pool.pieces, ...program.data] };
}

function generateFunction(
  fn: IrFunction,
  options: GenerateOptions,
  pool: ConstantPool,
  watch: Watch,
): ObjectPiece[] {
  const { selection, entry } = select(fn, options, pool);
  const { machine } = selection;
  const loops = arrange(machine, entry);
  watch("selection", () => printMachine(fn.symbol, machine.blocks));
  const first = machine.blocks[0]!;
  const allocation = new Allocator(machine, loops, options.registers).run();
  watch("allocation", () => printMachine(fn.symbol, machine.blocks));
  const naked = fn.attributes.naked === true;
  const frame = naked
    ? undefined
    : layOutFrame(machine, allocation.saved, fn.attributes, options.target === "linux");
  const order = machine.blocks;
  for (const block of order) peephole(block);
  watch("peephole", () => printMachine(fn.symbol, machine.blocks));
  const isOptimised = !options.debug && fn.attributes.isr === undefined && !naked;
  const followed = isOptimised ? followParameters(fn, order, new Set(selection.slots.values())) : undefined;
  if (frame) for (const block of order) for (const i of block.instructions) placeSlots(i, frame);
  const blocks = layOut(first, order, loops);
  watch("layout", () => printMachine(fn.symbol, blocks));
  const aligned = new Set(options.debug ? [] : tops(blocks, loops));
  const emitted = emit({ symbol: fn.symbol, blocks, frame, aligned });
  const piece: ObjectPiece = {
    symbol: fn.symbol,
    section: fn.attributes.section ?? ".text",
    kind: "code",
    align: Math.max(fn.attributes.align ?? 0, 16),
    bytes: emitted.bytes,
    relocations: emitted.relocations,
    exported: fn.attributes.exported === true,
    debug: debugOf(fn, selection, frame, emitted, followed),
  };
  return [piece, ...emitted.tables];
}

/** The first block in memory of each loop that runs often: that is where rounds begin, whatever the header is. */
function tops(blocks: readonly MachineBlock[], loops: readonly Loop[]): MachineBlock[] {
  return loops.flatMap((loop) => {
    const first = blocks.find((b) => loop.blocks.has(b));
    return first && loop.header.frequency > 2 ? [first] : [];
  });
}

function debugOf(
  fn: IrFunction,
  selection: Selection,
  frame: Frame | undefined,
  emitted: Emitted,
  followed: Followed | undefined,
): FunctionDebug {
  const variables: FunctionDebug["variables"][number][] = [];
  // Where the frame is made.
  const body = emitted.lines.find((line) => line.prologueEnd)?.offset ?? 0;
  for (const slot of fn.slots) {
    const machine = selection.slots.get(slot.id);
    if (slot.variable === undefined || machine === undefined || frame === undefined) continue;
    const offset = frame.fromCfa(machine);
    const end = emitted.bytes.length;
    const location: VariableLocation =
      offset === undefined
        ? {
            start: body,
            end,
            at: { kind: "stack", offset: frame.place(machine, mem(NO_REGISTER)).displacement },
          }
        : { start: 0, end, at: { kind: "frame", offset } };
    variables.push({ variable: slot.variable, inlined: slot.inlined, locations: [location] });
  }
  if (frame !== undefined && followed !== undefined) {
    const known = new Set(variables.map((v) => v.variable));
    variables.push(...locationsOf(followed, frame, emitted).filter((v) => !known.has(v.variable)));
  }
  return {
    name: fn.name,
    place: fn.place,
    lines: [{ offset: 0, place: fn.place }, ...emitted.lines.filter((l) => l.offset > 0 || l.prologueEnd)],
    variables,
    frame: emitted.frame,
  };
}
