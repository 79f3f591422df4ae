/**
 * Imports: files that are missing, specifiers that are no relative paths, and circles of modules that import values from each
 * other. `import type` makes no circle.
 */
import ts from "typescript";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { D } from "../diagnostics/table.ts";
import { placeOf } from "./place.ts";
import { importedFile } from "./sources.ts";

interface Import {
  readonly specifier: ts.StringLiteral;
  readonly values: boolean;
}

function importsOf(file: ts.SourceFile): Import[] {
  return file.statements.flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const typeOnly =
        clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ||
        (bindings !== undefined &&
          ts.isNamedImports(bindings) &&
          bindings.elements.every((e) => e.isTypeOnly));
      return [{ specifier: node.moduleSpecifier, values: !typeOnly }];
    }
    if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      return [{ specifier: node.moduleSpecifier, values: !node.isTypeOnly }];
    }
    return [];
  });
}

/** @param entries Where the way into a circle begins. */
export function checkModules(
  entries: readonly string[],
  files: readonly ts.SourceFile[],
  missing: readonly string[],
  report: (diagnostic: Diagnostic) => void,
): void {
  const edges = new Map<string, { readonly to: string; readonly node: ts.Node }[]>();
  for (const file of files) {
    const out: { to: string; node: ts.Node }[] = [];
    for (const { specifier, values } of importsOf(file)) {
      const name = importedFile(file.fileName, specifier.text);
      if (name === undefined) report(D.specifier(placeOf(specifier), specifier.text));
      else if (missing.includes(name)) report(D.missingFile(placeOf(specifier), name));
      else if (values) out.push({ to: name, node: specifier });
    }
    edges.set(file.fileName, out);
  }
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    path.push(name);
    for (const { to, node } of edges.get(name) ?? []) {
      const at = path.indexOf(to);
      if (at >= 0) report(D.circularImport(placeOf(node), [...path.slice(at), to]));
      else visit(to);
    }
    path.pop();
    done.add(name);
  };
  for (const name of [...entries, ...files.map((file) => file.fileName)]) visit(name);
}
