/**
 * DWARF 5 for a program: one unit with its types, functions, variables and globals; lines; frames. 32-bit DWARF, plain
 * addresses. The language is given as C11, whose types the dialect has, so that debuggers know how to read and print.
 *
 * No macros, no index for debuggers. Of variables that a release build has in registers only parameters have a place.
 */
import type { Section } from "../elf/object-file.ts";
import { StringTable } from "../elf/string-table.ts";
import type { FunctionDebug, ObjectCode, ObjectPiece } from "../object.ts";
import type { ProgramTree } from "../tree.ts";
import { Entry, UnitWriter } from "./entries.ts";
import { frameSection } from "./frames.ts";
import { LocationLists, RangeLists, Symbols } from "./functions.ts";
import { DIRECTORY, Files, lineSection } from "./lines.ts";
import { DW_LANG_C11 } from "./numbers.ts";
import { stringSection } from "./section.ts";
import { Types } from "./types.ts";

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
  const ranges = new RangeLists();
  const rangesAt = ranges.add(
    pieces.map(({ piece: { symbol, bytes } }) => ({ symbol, start: 0, end: bytes.length })),
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
  const trees = new Map(program.functions.map((f) => [f.symbol, f]));
  const symbols = new Symbols(unit, files, types, lists, ranges, trees);
  for (const type of program.types) types.entry(type);
  for (const { piece, debug } of pieces) symbols.addFunction(piece, debug);
  const defined = new Set(code.pieces.map((p) => p.symbol));
  for (const global of program.globals) if (defined.has(global.symbol)) symbols.addGlobal(global);

  const lines = lineSection(pieces, files, lineStrings);
  const { info, abbreviations } = new UnitWriter(unit, strings, lineStrings);
  return [
    info.section(),
    abbreviations.section(),
    lines.section(),
    ranges.finish().section(),
    ...(lists.used ? [lists.finish().section()] : []),
    frameSection(pieces).section(),
    stringSection(".debug_str", strings.take()),
    stringSection(".debug_line_str", lineStrings.take()),
  ];
}
