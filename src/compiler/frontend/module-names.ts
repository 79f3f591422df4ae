/** Which declarations keep their names in objects, and what the others are called there. */
import ts from "typescript";
import { filePrefixes, Names } from "./symbols.ts";
import { tagsOf } from "./tags.ts";

export class ModuleNames {
  readonly #prefixes: ReadonlyMap<string, string>;
  /** Declarations that entry files export, with the names that they export them by. */
  readonly #entryExports: ReadonlyMap<ts.Node, string>;
  readonly #names = new Names();

  constructor(checker: ts.TypeChecker, files: readonly ts.SourceFile[], entries: readonly ts.SourceFile[]) {
    this.#prefixes = filePrefixes(files.map((file) => file.fileName));
    const exports = new Map<ts.Node, string>();
    for (const file of entries) {
      const module = checker.getSymbolAtLocation(file);
      for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        for (const declaration of target.declarations ?? []) {
          if (!exports.has(declaration)) exports.set(declaration, symbol.name);
        }
      }
    }
    this.#entryExports = exports;
  }

  /** Exported by an entry file or by @export. Generic functions are not: they have no one address. */
  isExported(declaration: ts.Node): boolean {
    if (ts.isFunctionDeclaration(declaration) && (declaration.typeParameters?.length ?? 0) > 0) return false;
    return this.#entryExports.has(declaration) || tagsOf(declaration).has("export");
  }

  symbolOf(declaration: ts.Node, name: string): string {
    if (isDeclared(declaration)) return name;
    if (this.isExported(declaration)) return this.#entryExports.get(declaration) ?? name;
    return this.unique(`${this.prefixOf(declaration)}.${name}`);
  }

  /** What names of its file begin with. */
  prefixOf(node: ts.Node): string {
    return this.#prefixes.get(node.getSourceFile().fileName) ?? "";
  }

  unique(name: string): string {
    return this.#names.unique(name);
  }
}

/** `declare`: defined in another object. */
export function isDeclared(node: ts.Node): boolean {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword) ?? false)
  );
}
