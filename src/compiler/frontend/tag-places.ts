/**
 * Where JSDoc tags of the dialect may stand: one that means nothing at its place is an error, since it would be ignored without a
 * word. That goes for comments too that belong to no declaration, as those do that follow another one on its line.
 */
import ts from "typescript";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { D } from "../diagnostics/table.ts";
import { placeIn } from "./place.ts";

const FUNCTION = ["inline", "noinline", "noreturn", "section", "align", "naked", "isr"];
const GLOBAL = ["export", "section", "align"];
const KNOWN: ReadonlySet<string> = new Set([...FUNCTION, ...GLOBAL, "packed", "base"]);

const isStatic = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword) ?? false);

function allowed(node: ts.Node): readonly string[] {
  if (ts.isFunctionDeclaration(node)) {
    return ts.isSourceFile(node.parent) ? [...FUNCTION, "export"] : FUNCTION;
  }
  if (ts.isMethodDeclaration(node)) return [...FUNCTION, "export"];
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return FUNCTION;
  if (ts.isVariableDeclaration(node)) {
    const statement = node.parent.parent;
    return ts.isVariableStatement(statement) && ts.isSourceFile(statement.parent) ? GLOBAL : ["align"];
  }
  if (ts.isPropertyDeclaration(node)) return isStatic(node) ? GLOBAL : ["align"];
  if (ts.isClassDeclaration(node)) return ["packed", "align"];
  return ts.isEnumDeclaration(node) ? ["base"] : [];
}

export function checkTagPlaces(file: ts.SourceFile, report: (diagnostic: Diagnostic) => void): void {
  // Most files have no such tag.
  if (!/@(inline|noinline|noreturn|section|align|naked|isr|export|packed|base)\b/.test(file.text)) return;
  const meaningful = new Set<number>();
  const visit = (node: ts.Node): void => {
    const names = allowed(node);
    if (names.length > 0) {
      for (const tag of ts.getJSDocTags(node)) if (names.includes(tag.tagName.text)) meaningful.add(tag.pos);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, file.text);
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (token !== ts.SyntaxKind.MultiLineCommentTrivia) continue;
    const text = scanner.getTokenText();
    if (!text.startsWith("/**")) continue;
    for (const { 0: whole, 1: name = "", index } of text.matchAll(/(?<=[\s*])@(\w+)/g)) {
      const at = scanner.getTokenStart() + index;
      if (!KNOWN.has(name) || meaningful.has(at)) continue;
      report(D.tag(placeIn(file, at, whole.length), name, "means nothing here"));
    }
  }
}
