/*
 * tests/compiler/fail: programs that are refused. `// error: CODE` stands on the line that an error is about, and there are no others. Every
 * row of the table has its program, and docs/dialect.md lists every row.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatDiagnostics } from "../../../src/compiler/diagnostics/format.ts";
import { D } from "../../../src/compiler/diagnostics/table.ts";
import { LINK } from "../../../src/compiler/elf/problem.ts";
import { checkProgram } from "../../../src/compiler/frontend/check.ts";
import { codesOf, errorsOf, hostOf } from "./sources.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDER = "tests/compiler/fail";
const programs = readdirSync(`${root}${FOLDER}`).filter((name) => name.endsWith(".ts"));
const read = (name: string): string => readFileSync(`${root}${FOLDER}/${name}`, "utf8");
/** "VT2001@3" for each mark. */
const marks = (text: string): string[] =>
  text
    .split("\n")
    .flatMap((line, i) => [...line.matchAll(/\/\/ error: (\w+)/g)].map((m) => `${m[1]}@${i + 1}`));
const KINDS = Object.values(D);
/** A fault of the compiler's own: no program should bring it about. */
const UNREACHED = new Set(["VT5007"]);

describe("programs that are refused", () => {
  for (const name of programs) {
    it(name, () => {
      const host = hostOf({});
      const { diagnostics = [] } = checkProgram(`${FOLDER}/${name}`, host, { debug: true });
      const supports = [...new Set(diagnostics.map((d) => d.place?.file ?? ""))].filter((f) =>
        f.includes("/support/"),
      );
      const expected = [...supports.map((f) => readFileSync(`${root}${f}`, "utf8")), read(name)].flatMap(
        marks,
      );
      expect(codesOf(diagnostics), formatDiagnostics(diagnostics, host.readFile)).toEqual(expected);
    });
  }

  it("covers the table", () => {
    const texts = [...programs, ...readdirSync(`${root}${FOLDER}/support`).map((n) => `support/${n}`)].map(
      read,
    );
    const covered = new Set(texts.flatMap(marks).map((mark) => mark.split("@")[0]));
    expect(KINDS.map((k) => k.code).filter((code) => !covered.has(code) && !UNREACHED.has(code))).toEqual([]);
  });

  it("gives each row its own code, in order", () => {
    const codes = KINDS.map((k) => k.code);
    expect(codes).toEqual([...new Set(codes)].sort());
  });

  it("is listed in docs/dialect.md, row by row", () => {
    const document = readFileSync(`${root}docs/dialect.md`, "utf8");
    const listed = [...document.matchAll(/^\| (VT\d{4}) \| (.*) \|$/gm)].map((m) => `${m[1]} ${m[2]}`);
    const rows = [...KINDS, ...Object.values(LINK)].map(
      (k) => `${k.code} ${k.summary.replaceAll("|", "\\|")}`,
    );
    expect(listed).toEqual(rows);
  });
});

describe("tsc's errors", () => {
  it("come in the same form, with tsc's codes", () => {
    expect(errorsOf("export function f(): u8 {\n  return missing;\n}")).toEqual(["TS2304@2"]);
    expect(errorsOf("export function f(x: u8): u8 {\n  if (x === 1) return 1;\n}")).toEqual(["TS2366@1"]);
    expect(errorsOf("export function f(: u8 {}")[0]).toMatch(/^TS1/);
  });

  it("are left out where ours say more", () => {
    // tsc knows the flavours too (TS2322).
    expect(errorsOf("export function f(x: u8): u16 { return x; }")).toEqual(["VT2001@1"]);
  });

  it("find null", () => {
    const text = "export function f(p: ptr<u8> | null): u8 {\n  return p.value;\n}";
    expect(errorsOf(text)).toEqual(["TS18047@2"]);
  });
});

describe("files that cannot be read", () => {
  it("are named", () => {
    const result = checkProgram("nowhere.ts", { readFile: hostOf({}).readFile }, { debug: false });
    expect(result.diagnostics?.map((d) => [d.code, d.message, d.place])).toEqual([
      ["VT5001", "cannot read nowhere.ts", undefined],
    ]);
  });
  it("may be the library", () => {
    const result = checkProgram(
      "a.ts",
      { readFile: (n) => (n === "a.ts" ? "" : undefined) },
      { debug: false },
    );
    expect(result.diagnostics?.map((d) => d.message)).toEqual(["cannot read kernel/lib/kernel.d.ts"]);
  });
});
