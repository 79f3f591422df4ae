/** What is wrong with objects that are to be written or linked: VT6xxx, by the symbol's name, and where the source says so. */
import { kind } from "../diagnostics/diagnostic.ts";
import type { ObjectPiece } from "../object.ts";
import type { Place } from "../place.ts";

const hex = (n: number): string => `0x${n.toString(16)}`;

export const LINK = {
  undefinedSymbol: kind(
    "VT6001",
    "A symbol that is declared and used, but defined nowhere.",
    (name: string, user: string | undefined, more: number) =>
      `symbol ${name} is not defined${user === undefined ? "" : `, which ${user} uses`}${more > 0 ? `, and ${more} more` : ""}`,
    "define it, or link the object that does",
  ),
  duplicateSymbol: kind(
    "VT6002",
    "Two definitions of one symbol.",
    (name: string, other: Place | undefined) =>
      other === undefined
        ? `symbol ${name} is defined twice`
        : `symbol ${name} is defined twice; the other is at ${other.file}:${other.line}:${other.column}`,
    "rename one, or do not export it",
  ),
  noEntry: kind(
    "VT6003",
    "A program without its beginning.",
    (name: string) => `there is no exported symbol ${name}, where the program begins`,
    (name) => (name === "main" ? "export function main(): i32" : `export function ${name}(): void`),
  ),
  mixedSection: kind(
    "VT6004",
    "A section holds both code and data, or data of two kinds.",
    (section: string, one: string, other: string) => `section ${section} holds ${one} and ${other}`,
    "give one of them another section",
  ),
  overlap: kind(
    "VT6005",
    "Two sections overlap.",
    (a: string, start: number, end: number, b: string, from: number) =>
      `sections ${a} (${hex(start)} to ${hex(end)}) and ${b} (from ${hex(from)}) overlap`,
    (_a, _start, end, b) => `--section ${b}=ADDRESS with an address from ${hex(end)} on`,
  ),
  sharedPage: kind(
    "VT6006",
    "Two sections lie on one page, but need different rights.",
    (a: string, b: string, address: number) =>
      `sections ${a} and ${b} are on one page, at ${hex(address)}, but need different rights`,
    (_, b, address) => `--section ${b}=ADDRESS with an address from ${hex((address | 4095) + 1)} on`,
  ),
  sectionAddress: kind(
    "VT6007",
    "An address that a section cannot have.",
    (why: string) => why,
    "see --section NAME=ADDRESS in docs/build.md",
  ),
  reach: kind(
    "VT6008",
    "Something lies too far away for the code or the file's format.",
    (why: string) => why,
    "lower --base or --section, or take memory while the program runs",
  ),
  malformed: kind(
    "VT6009",
    "A piece of code or data that cannot be right.",
    (why: string) => why,
    "a fault of the compiler: please report it with the program",
  ),
} as const;

/** Where the code at a byte of a piece comes from; the piece's own place where no line says so. */
export function placeIn(piece: ObjectPiece, offset: number): Place | undefined {
  const { debug } = piece;
  if (debug === undefined) return piece.place;
  let place: Place = debug.place;
  for (const line of debug.lines) {
    if (line.offset > offset) break;
    place = line.place;
  }
  return place;
}
/** Where a piece is defined. */
export const placeOf = (piece: ObjectPiece): Place | undefined => piece.debug?.place ?? piece.place;
