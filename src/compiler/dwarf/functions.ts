/** Functions with their parameters and variables, and globals, as entries; and where variables are (DWARF 5 §3.3, §2.6). */
import type { FunctionDebug, ObjectPiece, VariableLocation } from "../object.ts";
import type { FunctionTree, GlobalTree, Variable } from "../tree.ts";
import { Entry, expressionBytes } from "./entries.ts";
import type { Files } from "./lines.ts";
import { LLE, OP, registerNumber } from "./numbers.ts";
import { DebugSection } from "./section.ts";
import type { Types } from "./types.ts";

/** .debug_loclists: lists for variables that move (§7.29). */
export class LocationLists {
  readonly section = new DebugSection(".debug_loclists");
  #used = false;

  constructor() {
    this.section.out.u32(0).u16(5).u8(8).u8(0).u32(0);
  }
  /** The list's offset. */
  add(symbol: string, locations: readonly VariableLocation[]): number {
    const { out } = this.section;
    const offset = out.length;
    this.#used = true;
    for (const { start, end, at } of locations) {
      out.u8(LLE.start_length);
      this.section.address(symbol, start);
      out.uleb(end - start).bytes(expressionBytes((o) => locate(o, at)));
    }
    out.u8(LLE.end_of_list);
    return offset;
  }
  get used(): boolean {
    return this.#used;
  }
  finish(): DebugSection {
    this.section.out.patch32(0, this.section.out.length - 4);
    return this.section;
  }
}

function locate({ out }: DebugSection, at: VariableLocation["at"]): void {
  if (at.kind === "frame") {
    out.u8(OP.fbreg).sleb(at.offset);
    return;
  }
  const number = registerNumber(at.register);
  if (number < 32) out.u8(OP.reg0 + number);
  else out.u8(OP.regx).uleb(number);
}

export class Symbols {
  readonly #unit: Entry;
  readonly #files: Files;
  readonly #types: Types;
  readonly #lists: LocationLists;

  constructor(unit: Entry, files: Files, types: Types, lists: LocationLists) {
    this.#unit = unit;
    this.#files = files;
    this.#types = types;
    this.#lists = lists;
  }
  /** `tree` is missing for functions that the compiler has made itself. */
  addFunction(piece: ObjectPiece, debug: FunctionDebug, tree: FunctionTree | undefined): void {
    // Without DW_AT_linkage_name: for C, gdb would then know the function by that name only.
    const entry = this.#unit.add(new Entry("subprogram")).text("name", debug.name);
    this.#files.declaredAt(entry, debug.place);
    entry
      .with("low_pc", { kind: "address", symbol: piece.symbol })
      .with("high_pc", { kind: "size", value: piece.bytes.length })
      .expression("frame_base", ({ out }) => void out.u8(OP.call_frame_cfa))
      .flag("prototyped");
    if (piece.exported) entry.flag("external");
    if (tree?.attributes.noreturn) entry.flag("noreturn");
    if (tree !== undefined) entry.refer("type", this.#types.entry(tree.type.result));
    const located = new Map(debug.variables.map((v) => [v.variable, v.locations]));
    // All of the source's, in its order, also those that have no place any more; then what else there is.
    const all = new Set<Variable>([...(tree?.variables ?? []), ...located.keys()]);
    for (const variable of all) entry.add(this.#variable(piece, variable, located.get(variable) ?? []));
  }
  #variable(piece: ObjectPiece, variable: Variable, locations: readonly VariableLocation[]): Entry {
    const { name, type, place, parameter } = variable;
    const entry = new Entry(parameter ? "formal_parameter" : "variable").text("name", name);
    this.#files.declaredAt(entry, place);
    entry.refer("type", this.#types.entry(type));
    const somewhere = locations.filter(({ start, end }) => start < end);
    const [first] = somewhere;
    if (first === undefined) return entry;
    if (somewhere.length === 1 && first.start === 0 && first.end >= piece.bytes.length)
      return entry.expression("location", (out) => locate(out, first.at));
    return entry.with("location", {
      kind: "section",
      section: ".debug_loclists",
      offset: this.#lists.add(piece.symbol, somewhere),
    });
  }
  addGlobal({ name, symbol, type, place, attributes }: GlobalTree): void {
    const entry = this.#unit.add(new Entry("variable")).text("name", name);
    this.#files.declaredAt(entry, place);
    entry.refer("type", this.#types.entry(type));
    if (attributes.exported) entry.flag("external");
    entry.expression("location", (section) => {
      section.out.u8(OP.addr);
      section.address(symbol);
    });
  }
}
