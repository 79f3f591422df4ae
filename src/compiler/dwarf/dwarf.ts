/**
 * DWARF 5 for a program: one unit with its types, functions, variables and globals; lines; frames. 32-bit DWARF, plain
 * addresses. The language is given as C11, whose types the dialect has, so that debuggers know how to read and print.
 *
 * No lexical blocks (all variables of a function are its own), no inlined calls, no macros, no index for debuggers.
 */
import type { Section } from "../elf/object-file.ts";
import { StringTable } from "../elf/string-table.ts";
import type { FunctionDebug, ObjectCode, ObjectPiece } from "../object.ts";
import type { ProgramTree } from "../tree.ts";
import { Entry, UnitWriter } from "./entries.ts";
import { frameSection } from "./frames.ts";
import { LocationLists, Symbols } from "./functions.ts";
import { DIRECTORY, Files, lineSection } from "./lines.ts";
import { DW_LANG_C11, RLE } from "./numbers.ts";
import { DebugSection, stringSection } from "./section.ts";
import { Types } from "./types.ts";

/** .debug_rnglists with one list: all functions (§7.28). Gives its offset. */
function ranges(section: DebugSection, pieces: readonly ObjectPiece[]): number {
  const { out } = section;
  let offset = 0;
  section.unit(() => {
    out.u16(5).u8(8).u8(0).u32(0);
    offset = out.length;
    for (const { symbol, bytes } of pieces) {
      out.u8(RLE.start_length);
      section.address(symbol);
      out.uleb(bytes.length);
    }
    out.u8(RLE.end_of_list);
  });
  return offset;
}

/** The debugging sections of an object. `producer` names the compiler and its version. */
export function debugSections(
  code: ObjectCode,
  program: Pick<ProgramTree, "functions" | "globals" | "types" | "files">,
  producer: string,
): Section[] {
  const pieces = code.pieces.flatMap((piece): { piece: ObjectPiece; debug: FunctionDebug }[] =>
    piece.debug !== undefined && piece.bytes.length > 0 ? [{ piece, debug: piece.debug }] : [],
  );
  const strings = new StringTable([]);
  const lineStrings = new StringTable([]);
  const files = new Files(program.files.map((f) => f.name));
  const rangeLists = new DebugSection(".debug_rnglists");
  const rangesAt = ranges(
    rangeLists,
    pieces.map((p) => p.piece),
  );
  const unit = new Entry("compile_unit")
    .text("producer", producer)
    .with("language", { kind: "half", value: DW_LANG_C11 })
    .with("name", { kind: "line text", text: files.names[0] ?? "" })
    .with("comp_dir", { kind: "line text", text: DIRECTORY })
    .with("stmt_list", { kind: "section", section: ".debug_line", offset: 0 })
    .with("low_pc", { kind: "address", symbol: undefined })
    .with("ranges", { kind: "section", section: ".debug_rnglists", offset: rangesAt });
  const types = new Types(unit, files);
  const lists = new LocationLists();
  const symbols = new Symbols(unit, files, types, lists);
  for (const type of program.types) types.entry(type);
  const trees = new Map(program.functions.map((f) => [f.symbol, f]));
  for (const { piece, debug } of pieces) symbols.addFunction(piece, debug, trees.get(piece.symbol));
  const defined = new Set(code.pieces.map((p) => p.symbol));
  for (const global of program.globals) if (defined.has(global.symbol)) symbols.addGlobal(global);

  const lines = lineSection(pieces, files, lineStrings);
  const { info, abbreviations } = new UnitWriter(unit, strings, lineStrings);
  return [
    info.section(),
    abbreviations.section(),
    lines.section(),
    rangeLists.section(),
    ...(lists.used ? [lists.finish().section()] : []),
    frameSection(pieces).section(),
    stringSection(".debug_str", strings.take()),
    stringSection(".debug_line_str", lineStrings.take()),
  ];
}
