/** What is wrong with objects that are to be written or linked: by the symbol's name, and where the source says so. */
import type { ObjectPiece } from "../object.ts";
import type { Place } from "../place.ts";

export interface LinkProblem {
  /** One line, without a final stop. */
  readonly message: string;
  readonly symbol: string | undefined;
  readonly place: Place | undefined;
}

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
