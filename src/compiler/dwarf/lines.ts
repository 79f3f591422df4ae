/**
 * .debug_line: which line and column each instruction belongs to (DWARF 5 §6.2). A sequence for each function, since they may
 * lie in sections of their own.
 */
import type { StringTable } from "../elf/string-table.ts";
import type { FunctionDebug, ObjectPiece } from "../object.ts";
import type { Place } from "../place.ts";
import type { Entry } from "./entries.ts";
import { FORM, LNCT, LNE, LNS } from "./numbers.ts";
import { DebugSection } from "./section.ts";

/** What all paths are relative to: debuggers look where they are started. */
export const DIRECTORY = "";

/** The unit's files, numbered from 0; the first is the program's own. */
export class Files {
  readonly #numbers = new Map<string, number>();

  constructor(names: readonly string[]) {
    for (const name of names) this.number(name);
  }
  number(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    this.#numbers.set(name, number);
    return number;
  }
  get names(): readonly string[] {
    return [...this.#numbers.keys()];
  }
  declaredAt(entry: Entry, { file, line, column }: Place): void {
    entry.number("decl_file", this.number(file)).number("decl_line", line).number("decl_column", column);
  }
}

/** Special opcodes advance the line by LINE_BASE … LINE_BASE + LINE_RANGE − 1. */
const LINE_BASE = -5;
const LINE_RANGE = 14;
const OPCODE_BASE = 13;
/** How many operands the standard opcodes 1 … 12 have. */
const OPERANDS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

type Lines = FunctionDebug["lines"];

/**
 * The prologue as a debugger's user sees it: up to the first code of the body, so that parameters are where they are said to be when
 * a breakpoint at the function is reached. Its own lines but the first are left out, since gdb stops at the second.
 */
function withPrologue(lines: Lines): Lines {
  const [first, ...rest] = lines;
  if (first === undefined) return lines;
  const isOwn = ({ place }: Lines[number]): boolean =>
    place.file === first.place.file && place.line === first.place.line && place.column === first.place.column;
  const body = rest.findIndex((line) => !isOwn(line));
  if (body < 0) return lines;
  const [begin, ...more] = rest.slice(body);
  return [first, { ...begin!, prologueEnd: true }, ...more.map(({ offset, place }) => ({ offset, place }))];
}

function sequence(section: DebugSection, piece: ObjectPiece, debug: FunctionDebug, files: Files): void {
  const { out } = section;
  let [address, line, column, file] = [0, 1, 0, 1];
  let isStatement = true;
  out.u8(0).uleb(9).u8(LNE.set_address);
  section.address(piece.symbol);
  for (const { offset, place, prologueEnd } of withPrologue(debug.lines)) {
    const number = files.number(place.file);
    // What goes on with a line is no place to stop at.
    const begins = address === 0 || prologueEnd === true || number !== file || place.line !== line;
    if (begins !== isStatement) out.u8(LNS.negate_stmt);
    isStatement = begins;
    if (number !== file) out.u8(LNS.set_file).uleb(number);
    if (place.column !== column) out.u8(LNS.set_column).uleb(place.column);
    if (prologueEnd) out.u8(LNS.set_prologue_end);
    const advance = offset - address;
    let lines = place.line - line;
    if (lines < LINE_BASE || lines >= LINE_BASE + LINE_RANGE) {
      out.u8(LNS.advance_line).sleb(lines);
      lines = 0;
    }
    const special = lines - LINE_BASE + LINE_RANGE * advance + OPCODE_BASE;
    if (special <= 255) out.u8(special);
    else
      out
        .u8(LNS.advance_pc)
        .uleb(advance)
        .u8(lines - LINE_BASE + OPCODE_BASE);
    [address, line, column, file] = [offset, place.line, place.column, number];
  }
  out.u8(LNS.advance_pc).uleb(piece.bytes.length - address);
  out.u8(0).uleb(1).u8(LNE.end_sequence);
}

/** The section. `strings` becomes .debug_line_str. */
export function lineSection(
  pieces: readonly { readonly piece: ObjectPiece; readonly debug: FunctionDebug }[],
  files: Files,
  strings: StringTable,
): DebugSection {
  // First, since it may find files that nobody has named yet.
  for (const { debug } of pieces) for (const { place } of debug.lines) files.number(place.file);
  const section = new DebugSection(".debug_line");
  const { out } = section;
  section.unit(() => {
    out.u16(5).u8(8).u8(0);
    section.unit(() => {
      out.u8(1).u8(1).u8(1).u8(LINE_BASE).u8(LINE_RANGE).u8(OPCODE_BASE);
      for (const n of OPERANDS) out.u8(n);
      out.u8(1).uleb(LNCT.path).uleb(FORM.line_strp).uleb(1);
      section.offsetIn(".debug_line_str", strings.add(DIRECTORY));
      out.u8(2).uleb(LNCT.path).uleb(FORM.line_strp).uleb(LNCT.directory_index).uleb(FORM.udata);
      out.uleb(files.names.length);
      for (const name of files.names) {
        section.offsetIn(".debug_line_str", strings.add(name));
        out.uleb(0);
      }
    });
    for (const { piece, debug } of pieces) sequence(section, piece, debug, files);
  });
  return section;
}
