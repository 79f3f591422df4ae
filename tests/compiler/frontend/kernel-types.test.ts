/*
 * kernel/lib/kernel.d.ts in plain tsc, as an editor sees it: the kernel and the programs of tests/compiler/run have no errors with
 * kernel/tsconfig.json, and mistakes that tsc can know of are errors.
 */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const configuration = `${root}kernel/tsconfig.json`;
const parsed = ts.parseJsonConfigFileContent(
  ts.readConfigFile(configuration, ts.sys.readFile).config,
  ts.sys,
  `${root}kernel`,
);
const show = (d: ts.Diagnostic): string => {
  const at = d.file?.getLineAndCharacterOfPosition(d.start ?? 0);
  const where = at === undefined ? "" : `${d.file?.fileName.replace(root, "")}:${at.line + 1} `;
  return `${where}TS${d.code} ${ts.flattenDiagnosticMessageText(d.messageText, " ")}`;
};

/** Codes with lines of what tsc says of a file beside kernel.d.ts. */
function tsc(text: string): string[] {
  const host = ts.createCompilerHost(parsed.options);
  const name = `${root}kernel/example.ts`;
  const { getSourceFile, fileExists } = host;
  host.getSourceFile = (file, options) =>
    file === name ? ts.createSourceFile(file, text, options) : getSourceFile.call(host, file, options);
  host.fileExists = (file) => file === name || fileExists.call(host, file);
  const program = ts.createProgram([`${root}kernel/lib/kernel.d.ts`, name], parsed.options, host);
  return ts.getPreEmitDiagnostics(program).map((d) => {
    const at = d.file?.getLineAndCharacterOfPosition(d.start ?? 0);
    return `TS${d.code}@${(at?.line ?? -1) + 1}`;
  });
}

describe("kernel.d.ts in plain tsc", () => {
  it("accepts the kernel and the programs of the tests", () => {
    expect(parsed.errors).toEqual([]);
    expect(parsed.fileNames.length).toBeGreaterThan(10);
    const program = ts.createProgram(parsed.fileNames, parsed.options);
    expect(ts.getPreEmitDiagnostics(program).map(show)).toEqual([]);
  });

  it("keeps widths apart where values are assigned and passed", () => {
    expect(tsc("export function f(a: u8): u16 {\n  return a;\n}")).toEqual(["TS2322@2"]);
    expect(tsc("export function f(a: u32): i32 {\n  return a;\n}")).toEqual(["TS2322@2"]);
    expect(tsc("function g(a: u8): void {}\nexport function f(a: u64): void {\n  g(a);\n}")).toEqual([
      "TS2345@3",
    ]);
    expect(tsc("export function f(a: u8): u16 {\n  return u16(a) + 1;\n}")).toEqual([]);
  });

  it("keeps pointers apart, and from numbers", () => {
    expect(tsc("export function f(p: ptr<u8>): ptr<u16> {\n  return p;\n}")).toEqual(["TS2322@2"]);
    expect(tsc("export function f(p: mmio<u8>): ptr<u8> {\n  return p;\n}")).toEqual(["TS2322@2"]);
    expect(tsc("export function f(p: ptr<u8>): usize {\n  return p;\n}")).toEqual(["TS2322@2"]);
    expect(tsc("export function f(p: ptr<ptr<u8>>): ptr<u8> {\n  return p;\n}")).toEqual(["TS2322@2"]);
    expect(tsc("export function f(p: ptr<u8>): ptr<unknown> {\n  return p;\n}")).toEqual([]);
  });

  it("wants null to be checked", () => {
    const node = "class Node extends Struct { next: ptr<Node> | null; n: u8; }\n";
    expect(tsc(`${node}export function f(p: ptr<Node>): u8 {\n  return p.next.n;\n}`)).toEqual(["TS18047@3"]);
    expect(
      tsc(`${node}export function f(p: ptr<Node>): u8 {\n  return p.next === null ? 0 : p.next.n;\n}`),
    ).toEqual([]);
    expect(tsc(`${node}export function f(): ptr<Node> {\n  return null;\n}`)).toEqual(["TS2322@3"]);
  });

  it("keeps lengths of arrays apart", () => {
    expect(tsc("export function f(a: ptr<array<u8, 3>>): ptr<array<u8, 4>> {\n  return a;\n}")).toEqual([
      "TS2322@2",
    ]);
  });

  it("takes pointers to derived structures for pointers to their base, and not the other way", () => {
    const classes = "class A extends Struct { a: u8; }\nclass B extends A { b: u8; }\n";
    expect(tsc(`${classes}export function f(p: ptr<B>): ptr<A> {\n  return p;\n}`)).toEqual([]);
    expect(tsc(`${classes}export function f(p: ptr<A>): ptr<B> {\n  return p;\n}`)).toEqual(["TS2322@4"]);
  });

  it("takes this for a pointer to its structure", () => {
    const text = `class A extends Struct {\n  a: u8;\n  self(): ptr<A> {\n    return addressOf(this);\n  }\n}
export function f(p: ptr<A>): u8 {\n  return p.self().self().a;\n}`;
    expect(tsc(text)).toEqual([]);
  });

  it("has nothing of JavaScript's library", () => {
    expect(tsc("export const x = Math.PI;")).toEqual(["TS2304@1"]);
    expect(tsc('export const x = "a".toUpperCase();')).toEqual(["TS2339@1"]);
    expect(tsc("export const x = [1, 2].map;")).toEqual(["TS2339@1"]);
    expect(tsc("export const x = new Map();")).toEqual(["TS2583@1"]);
  });
});
