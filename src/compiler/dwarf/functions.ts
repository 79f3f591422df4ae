/**
 * Functions with their variables, blocks and inlined calls, and globals, as entries; and where variables and code are (DWARF 5 §3.3,
 * §3.5, §2.6, §2.17).
 */
import type { FunctionDebug, ObjectPiece, VariableLocation } from "../object.ts";
import type { InlinedCall } from "../place.ts";
import type { FunctionTree, GlobalTree, Variable } from "../tree.ts";
import { Entry, expressionBytes } from "./entries.ts";
import type { Files } from "./lines.ts";
import { DW_INL_inlined, LLE, OP, RLE, registerNumber } from "./numbers.ts";
import { type Block, blocksOf, type Range, type Scope, scopesOf } from "./scopes.ts";
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
  if (at.kind === "stack") {
    out.u8(OP.breg0 + registerNumber("rsp")).sleb(at.offset);
    return;
  }
  const number = registerNumber(at.register);
  if (number < 32) out.u8(OP.reg0 + number);
  else out.u8(OP.regx).uleb(number);
}

/** .debug_rnglists: code that is not in one piece (§7.28). */
export class RangeLists {
  readonly section = new DebugSection(".debug_rnglists");

  constructor() {
    this.section.out.u32(0).u16(5).u8(8).u8(0).u32(0);
  }
  /** The list's offset. */
  add(ranges: readonly { readonly symbol: string; readonly start: number; readonly end: number }[]): number {
    const { out } = this.section;
    const offset = out.length;
    for (const { symbol, start, end } of ranges) {
      out.u8(RLE.start_length);
      this.section.address(symbol, start);
      out.uleb(end - start);
    }
    out.u8(RLE.end_of_list);
    return offset;
  }
  finish(): DebugSection {
    this.section.out.patch32(0, this.section.out.length - 4);
    return this.section;
  }
}

type Located = ReadonlyMap<InlinedCall | undefined, ReadonlyMap<Variable, readonly VariableLocation[]>>;

/** A function's entry without code, which its inlined copies refer to (§3.3.8). */
interface Abstract {
  readonly entry: Entry;
  readonly variables: ReadonlyMap<Variable, Entry>;
}

export class Symbols {
  readonly #unit: Entry;
  readonly #files: Files;
  readonly #types: Types;
  readonly #lists: LocationLists;
  readonly #ranges: RangeLists;
  readonly #trees: ReadonlyMap<string, FunctionTree>;
  readonly #abstract = new Map<FunctionTree, Abstract>();

  constructor(
    unit: Entry,
    files: Files,
    types: Types,
    lists: LocationLists,
    ranges: RangeLists,
    trees: ReadonlyMap<string, FunctionTree>,
  ) {
    this.#unit = unit;
    this.#files = files;
    this.#types = types;
    this.#lists = lists;
    this.#ranges = ranges;
    this.#trees = trees;
  }
  addFunction(piece: ObjectPiece, debug: FunctionDebug): void {
    // Missing for functions that the compiler has made itself.
    const tree = this.#trees.get(piece.symbol);
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
    const located = new Map<InlinedCall | undefined, Map<Variable, readonly VariableLocation[]>>();
    for (const { variable, inlined, locations } of debug.variables) {
      const mine = located.get(inlined) ?? new Map<Variable, readonly VariableLocation[]>();
      located.set(inlined, mine.set(variable, locations));
    }
    const root = tree === undefined ? { place: undefined, variables: [], blocks: [] } : blocksOf(tree);
    this.#scope(
      entry,
      piece,
      scopesOf(root, debug.lines, piece.bytes.length, this.#trees),
      located,
      undefined,
    );
  }
  /** A scope's variables, blocks and inlined calls, all of them with code. Variables without a place are there too, as their block is. */
  #scope(
    entry: Entry,
    piece: ObjectPiece,
    scope: Scope,
    located: Located,
    copy: { readonly call: InlinedCall; readonly of: Abstract } | undefined,
  ): void {
    const locations = located.get(copy?.call);
    for (const variable of scope.block.variables) {
      const made = new Entry(variable.parameter ? "formal_parameter" : "variable");
      if (copy === undefined) this.#describe(made, variable);
      else made.refer("abstract_origin", copy.of.variables.get(variable));
      this.#locate(made, piece, locations?.get(variable) ?? []);
      entry.add(made);
    }
    for (const inner of scope.scopes) {
      const block = entry.add(new Entry("lexical_block"));
      this.#code(block, piece, inner.ranges);
      this.#scope(block, piece, inner, located, copy);
    }
    for (const { call, tree, scope: inner } of scope.calls) {
      const of = this.#abstractOf(tree);
      const made = entry.add(new Entry("inlined_subroutine")).refer("abstract_origin", of.entry);
      this.#code(made, piece, inner.ranges);
      const { file, line, column } = call.site;
      made
        .number("call_file", this.#files.number(file))
        .number("call_line", line)
        .number("call_column", column);
      this.#scope(made, piece, inner, located, { call, of });
    }
  }
  #abstractOf(tree: FunctionTree): Abstract {
    const known = this.#abstract.get(tree);
    if (known !== undefined) return known;
    const entry = this.#unit.add(new Entry("subprogram")).text("name", tree.name);
    this.#files.declaredAt(entry, tree.place);
    entry.number("inline", DW_INL_inlined).flag("prototyped");
    if (tree.attributes.exported) entry.flag("external");
    entry.refer("type", this.#types.entry(tree.type.result));
    const variables = new Map<Variable, Entry>();
    const describe = (into: Entry, block: Block): void => {
      for (const variable of block.variables) {
        const made = into.add(new Entry(variable.parameter ? "formal_parameter" : "variable"));
        this.#describe(made, variable);
        variables.set(variable, made);
      }
      for (const inner of block.blocks) describe(into.add(new Entry("lexical_block")), inner);
    };
    describe(entry, blocksOf(tree));
    const made = { entry, variables };
    this.#abstract.set(tree, made);
    return made;
  }
  #describe(entry: Entry, { name, type, place }: Variable): void {
    entry.text("name", name);
    this.#files.declaredAt(entry, place);
    entry.refer("type", this.#types.entry(type));
  }
  #locate(entry: Entry, piece: ObjectPiece, locations: readonly VariableLocation[]): void {
    const somewhere = locations.filter(({ start, end }) => start < end);
    const [first] = somewhere;
    if (first === undefined) return;
    if (somewhere.length === 1 && first.start === 0 && first.end >= piece.bytes.length) {
      entry.expression("location", (out) => locate(out, first.at));
      return;
    }
    entry.with("location", {
      kind: "section",
      section: ".debug_loclists",
      offset: this.#lists.add(piece.symbol, somewhere),
    });
  }
  #code(entry: Entry, { symbol }: ObjectPiece, ranges: readonly Range[]): void {
    const [first] = ranges;
    if (first !== undefined && ranges.length === 1) {
      entry
        .with("low_pc", { kind: "address", symbol, offset: first.start })
        .with("high_pc", { kind: "size", value: first.end - first.start });
      return;
    }
    const offset = this.#ranges.add(ranges.map((range) => ({ symbol, ...range })));
    entry.with("ranges", { kind: "section", section: ".debug_rnglists", offset });
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
