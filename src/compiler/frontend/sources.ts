/**
 * Sources to tsc's program: files come through the host's `readFile` alone, the library is kernel.d.ts alone, imports are relative
 * paths with their extensions. File names are kept as the user wrote them, with "." and ".." resolved.
 */
import ts from "typescript";

export interface SourceHost {
  /** A file's text, or undefined if it cannot be read. Names use "/". */
  readFile(name: string): string | undefined;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  noLib: true,
  types: [],
  noEmit: true,
  strict: true,
  strictPropertyInitialization: false,
  noImplicitReturns: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
};

/** "a/./b/../c" is "a/c"; leading ".." stay. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.length > 0 && parts.at(-1) !== ".." && parts.at(-1) !== "") parts.pop();
      else parts.push(part);
    } else if (part !== "." && (part !== "" || parts.length === 0)) parts.push(part);
  }
  return parts.join("/");
}

/** The file that a relative specifier means, seen from `from`; undefined if it is not a relative path to a .ts file. */
export function importedFile(from: string, specifier: string): string | undefined {
  if (!/^\.\.?\/.*\.ts$/.test(specifier)) return undefined;
  const slash = from.lastIndexOf("/");
  return normalPath(`${slash < 0 ? "" : from.slice(0, slash + 1)}${specifier}`);
}

/** `missing`: files that were wanted and not read, in that order. */
export function createProgram(
  entries: readonly string[],
  library: string,
  host: SourceHost,
): { program: ts.Program; missing: readonly string[] } {
  const texts = new Map<string, string | undefined>();
  const missing: string[] = [];
  const read = (name: string): string | undefined => {
    if (!texts.has(name)) {
      const text = host.readFile(name);
      texts.set(name, text);
      if (text === undefined) missing.push(name);
    }
    return texts.get(name);
  };
  const program = ts.createProgram({
    rootNames: [library, ...entries.map(normalPath)],
    options: OPTIONS,
    host: {
      getSourceFile(name, options) {
        const text = read(name);
        return text === undefined ? undefined : ts.createSourceFile(name, text, options, true);
      },
      getDefaultLibFileName: () => library,
      getCurrentDirectory: () => "",
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => "\n",
      fileExists: (name) => read(name) !== undefined,
      readFile: read,
      writeFile: () => undefined,
      resolveModuleNameLiterals: (literals, from) =>
        literals.map((literal) => {
          const name = importedFile(from, literal.text);
          if (name === undefined || read(name) === undefined) return { resolvedModule: undefined };
          return {
            resolvedModule: {
              resolvedFileName: name,
              extension: name.endsWith(".d.ts") ? ts.Extension.Dts : ts.Extension.Ts,
              isExternalLibraryImport: false,
            },
          };
        }),
    },
  });
  return { program, missing };
}
