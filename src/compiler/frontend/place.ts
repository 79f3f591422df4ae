/** Where a node stands, as diagnostics and debuggers want it: without the comments and space before it. */
import type ts from "typescript";
import type { Place } from "../place.ts";

export function placeIn(file: ts.SourceFile, offset: number, length: number): Place {
  const { line, character } = file.getLineAndCharacterOfPosition(offset);
  return { file: file.fileName, line: line + 1, column: character + 1, offset, length };
}

export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const start = node.getStart(file);
  return placeIn(file, start, node.getEnd() - start);
}
