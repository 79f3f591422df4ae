/*
 * The rules of the house, checked on the text of src/: arrows between folders go down only, no circles between files, nothing of
 * Node where code runs in a page too, no file over 1000 lines, none that does not say what it is. To add a folder, give it a row in `below`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { version } from "../src/version.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");

/** What each folder of src/ may import from, besides itself. "" is src/ itself: the library's index. */
const below: Record<string, readonly string[]> = {
  isa: [],
  wasm: [],
  timing: ["isa"],
  engine: ["isa", "wasm", "timing"],
  host: [],
  devices: ["isa", "host"],
  machine: ["isa", "wasm", "timing", "engine", "devices", "host"],
  compiler: ["isa"],
  view: [],
  program: ["isa", "host", "machine"],
  testing: ["isa", "host", "machine", "program"],
  bench: ["isa", "wasm", "timing", "engine", "host", "devices", "machine", "compiler", "view"],
  cli: [
    "isa",
    "wasm",
    "timing",
    "engine",
    "host",
    "devices",
    "machine",
    "compiler",
    "view",
    "program",
    "testing",
    "bench",
    "",
  ],
  "": ["isa", "wasm", "timing", "engine", "host", "devices", "machine", "compiler", "program", "testing"],
};

/** These run in a page: no import from Node, from host/ only types, and of packages only what is listed. */
const pure: Record<string, readonly string[]> = {
  isa: [],
  wasm: [],
  timing: [],
  engine: [],
  devices: [],
  machine: [],
  compiler: ["typescript"],
  view: [],
};

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** All imports of a file: static, dynamic, re-exports and `import("…").T`. */
function importsOf(from: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean): void => {
    if (node && ts.isStringLiteralLike(node)) found.push({ from, specifier: node.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.ES2022));
  return found;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => {
    const path = join(src, name);
    const text = readFileSync(path, "utf8");
    return { path, text, imports: importsOf(path, text) };
  });

const show = (path: string): string => relative(root, path);
const folderOf = (path: string): string => {
  const [first, ...rest] = relative(src, path).split("/");
  return rest.length === 0 ? "" : first!;
};
const isRelative = (i: Import): boolean => i.specifier.startsWith(".");
const target = (i: Import): string => resolve(dirname(i.from), i.specifier);
/** The version may be read from anywhere. */
const isVersion = (i: Import): boolean => show(target(i)) === "src/version.ts";

/** The first circle that is found, as a path of files, or undefined. */
function circle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): string[] | undefined => {
    if (done.has(node)) return undefined;
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const found = visit(next);
      if (found) return found;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const found = visit(node);
    if (found) return found;
  }
  return undefined;
}

describe("the house", () => {
  it("knows every folder of src", () => {
    const unknown = [...new Set(files.map(({ path }) => folderOf(path)))].filter((name) => !(name in below));
    expect(unknown).toEqual([]);
  });

  it("says at the top of each file what it is", () => {
    const tests = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(root, "tests", name));
    const silent = [...files.map(({ path }) => path), ...tests].filter(
      (path) => !/^(#!.*\n)?\/[/*]/.test(readFileSync(path, "utf8")),
    );
    expect(silent.map(show)).toEqual([]);
  });

  it("has arrows that go down only", () => {
    const wrong = files
      .flatMap(({ imports }) => imports)
      .filter((i) => isRelative(i) && !isVersion(i))
      .filter((i) => {
        const [from, to] = [folderOf(i.from), folderOf(target(i))];
        return from !== to && !below[from]?.includes(to);
      })
      .map((i) => `${show(i.from)} imports ${show(target(i))}`);
    expect(wrong).toEqual([]);
  });

  it("has no circles between folders by its own rules", () => {
    expect(circle(new Map(Object.entries(below)))).toBeUndefined();
  });

  it("has no circles between files", () => {
    const edges = new Map(
      files.map(({ path, imports }) => [show(path), imports.filter(isRelative).map((i) => show(target(i)))]),
    );
    expect(circle(edges)).toBeUndefined();
  });

  it("finds a circle where there is one", () => {
    const edges = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(circle(edges)).toEqual(["b", "d", "b"]);
  });

  it("imports nothing of Node where code runs in a page", () => {
    const wrong = files
      .flatMap(({ imports }) => imports)
      .filter((i) => folderOf(i.from) in pure)
      .filter((i) =>
        isRelative(i)
          ? folderOf(target(i)) === "host" && !i.typeOnly
          : !pure[folderOf(i.from)]!.includes(i.specifier),
      )
      .map((i) => `${show(i.from)} imports ${i.specifier}`);
    expect(wrong).toEqual([]);
  });

  it("sees every form of import", () => {
    const text = `import a from "1"; import type { B } from "2"; export * from "3"; export type { C } from "4";
      const d = await import("5"); let e: import("6").E; import "7";`;
    expect(importsOf("x.ts", text).map((i) => i.specifier + (i.typeOnly ? "t" : ""))).toEqual([
      "1",
      "2t",
      "3",
      "4t",
      "5",
      "6t",
      "7",
    ]);
  });

  it("has no file over 1000 lines", () => {
    const long = files
      .map(({ path, text }) => ({ path: show(path), lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > 1000);
    expect(long).toEqual([]);
  });

  it("has one version", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(version).toBe(manifest.version);
  });
});
