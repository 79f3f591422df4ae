/**
 * Pieces gathered into sections: the form between ObjectCode and files. Both the writer of relocatable objects and the linker
 * take it. A section holds its pieces in their order, each at its alignment; debugging sections are added by dwarf/.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ObjectCode, ObjectPiece, RelocationKind } from "../object.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { LINK, placeOf } from "./problem.ts";

/** "debug": kept in the file only. */
export type SectionKind = ObjectPiece["kind"] | "debug";

export interface SectionRelocation {
  /** Bytes from the section's start. */
  readonly offset: number;
  readonly kind: RelocationKind;
  /** Debugging sections refer to each other by section. */
  readonly target: { readonly symbol: string } | { readonly section: string };
  readonly addend: number;
  /** Whose it is, and where in it: for messages. */
  readonly from: { readonly piece: ObjectPiece; readonly offset: number } | undefined;
}
export interface Section {
  readonly name: string;
  readonly kind: SectionKind;
  /** A power of two. */
  readonly align: number;
  /** Bytes in memory; of "zeros" there are none in the file. */
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly relocations: readonly SectionRelocation[];
  /** SHF_MERGE | SHF_STRINGS. */
  readonly strings?: boolean;
}
export interface SectionSymbol {
  readonly name: string;
  readonly section: string;
  readonly offset: number;
  readonly size: number;
  readonly kind: "function" | "object";
  readonly exported: boolean;
  readonly piece: ObjectPiece;
}
export interface ObjectFile {
  readonly sections: readonly Section[];
  readonly symbols: readonly SectionSymbol[];
}

/** INT3: what lies between functions is not run. */
const CODE_PADDING = 0xcc;

/** The kind of a section that holds these: zeros adapt to data, nothing else mixes. */
function commonKind(pieces: readonly ObjectPiece[]): ObjectPiece["kind"] | undefined {
  const kinds = new Set(pieces.map((p) => p.kind));
  if (kinds.size > 1) kinds.delete("zeros");
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function gather(
  name: string,
  kind: ObjectPiece["kind"],
  pieces: readonly ObjectPiece[],
): [Section, SectionSymbol[]] {
  const out = new ByteBuffer();
  const symbols: SectionSymbol[] = [];
  const relocations: SectionRelocation[] = [];
  let align = 1;
  let size = 0;
  for (const piece of pieces) {
    const offset = Math.ceil(size / piece.align) * piece.align;
    if (kind !== "zeros") {
      out.fill(offset - size, kind === "code" ? CODE_PADDING : 0).bytes(piece.bytes);
    }
    size = offset + piece.bytes.length;
    align = Math.max(align, piece.align);
    symbols.push({
      name: piece.symbol,
      section: name,
      offset,
      size: piece.bytes.length,
      kind: piece.kind === "code" ? "function" : "object",
      exported: piece.exported,
      piece,
    });
    for (const r of piece.relocations) {
      relocations.push({
        offset: offset + r.offset,
        kind: r.kind,
        target: { symbol: r.symbol },
        addend: r.addend,
        from: { piece, offset: r.offset },
      });
    }
  }
  return [{ name, kind, align, size, bytes: out.take(), relocations }, symbols];
}

/**
 * Gathers the pieces. Problems: two of one name, a section of several kinds, an alignment that is no power of two, a
 * relocation outside its piece.
 */
export function objectFile(
  code: ObjectCode,
  debug: readonly Section[] = [],
): { readonly file: ObjectFile; readonly problems: readonly Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const malformed = (why: string, piece: ObjectPiece): void =>
    void problems.push(LINK.malformed(placeOf(piece), why));
  const bySection = new Map<string, ObjectPiece[]>();
  const seen = new Map<string, ObjectPiece>();
  for (const piece of code.pieces) {
    const before = seen.get(piece.symbol);
    if (before !== undefined)
      problems.push(LINK.duplicateSymbol(placeOf(piece), piece.symbol, placeOf(before)));
    seen.set(piece.symbol, piece);
    if (piece.align < 1 || (piece.align & (piece.align - 1)) !== 0) {
      malformed(`${piece.symbol} is aligned to ${piece.align}, which is no power of two`, piece);
      continue;
    }
    for (const r of piece.relocations) {
      if (r.offset < 0 || r.offset + (r.kind === "R_X86_64_64" ? 8 : 4) > piece.bytes.length)
        malformed(`a relocation at ${r.offset} is outside ${piece.symbol}`, piece);
    }
    const others = bySection.get(piece.section);
    if (others === undefined) bySection.set(piece.section, [piece]);
    else others.push(piece);
  }
  const sections: Section[] = [];
  const symbols: SectionSymbol[] = [];
  for (const [name, pieces] of bySection) {
    const kind = commonKind(pieces);
    if (kind === undefined) {
      const [first] = pieces;
      const other = pieces.find((p) => p.kind !== "zeros" && p.kind !== first!.kind) ?? first!;
      problems.push(
        LINK.mixedSection(
          placeOf(other),
          name,
          `${first!.kind} (${first!.symbol})`,
          `${other.kind} (${other.symbol})`,
        ),
      );
      continue;
    }
    const [section, defined] = gather(name, kind, pieces);
    sections.push(section);
    symbols.push(...defined);
  }
  return { file: { sections: [...sections, ...debug], symbols }, problems };
}
