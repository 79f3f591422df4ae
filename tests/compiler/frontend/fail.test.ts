/*
 * tests/compiler/fail: programs that are refused, by the front end or by the linker. `// error: CODE` stands on the line that an error is
 * about, `// error of the whole: CODE` anywhere for one without a place, and there are no others. What is said, to the caret and the hint,
 * is in fail/messages (`vitest -u` writes it anew). Every row of the table has its program, and docs/dialect.md lists every row.
 *
 * More lines for the linker: `// with: FILE` links another program, `// base: ADDRESS`, `// section: NAME=ADDRESS`, as options of `vitrine build`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compile, type Failed, programOf } from "../../../src/compiler/compile.ts";
import type { Diagnostic } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { formatDiagnostics } from "../../../src/compiler/diagnostics/format.ts";
import { D } from "../../../src/compiler/diagnostics/table.ts";
import { objectFile } from "../../../src/compiler/elf/object-file.ts";
import { LINK } from "../../../src/compiler/elf/problem.ts";
import { checkProgram } from "../../../src/compiler/frontend/check.ts";
import { code } from "../elf/pieces.ts";
import { codesOf, errorsOf, hostOf } from "./sources.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDER = "tests/compiler/fail";
const programs = readdirSync(`${root}${FOLDER}`).filter((name) => name.endsWith(".ts"));
const read = (name: string): string => readFileSync(`${root}${FOLDER}/${name}`, "utf8");
/** "VT2001@3" for each mark. */
const marks = (text: string): string[] => [
  ...[...text.matchAll(/^\/\/ error of the whole: (\w+)/gm)].map((m) => `${m[1]}@0`),
  ...text
    .split("\n")
    .flatMap((line, i) => [...line.matchAll(/\/\/ error: (\w+)/g)].map((m) => `${m[1]}@${i + 1}`)),
];
const KINDS = [...Object.values(D), ...Object.values(LINK)];
/** Faults of the compiler's own: no program should bring them about. They have tests below. */
const UNREACHED = new Set(["VT5007", "VT6009"]);

const host = hostOf({});
const isFailed = (made: object): made is Failed => "diagnostics" in made;

/** What is said of a program, by whoever refuses it first. */
function refused(name: string, text: string): readonly Diagnostic[] {
  const values = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^// ${key}: (.*)$`, "gm"))].map((m) => m[1]!);
  const units = [name, ...values("with")].map((file) =>
    compile({ entry: `${FOLDER}/${file}`, readFile: host.readFile, target: "linux", debug: true }),
  );
  const failed = units.filter(isFailed);
  if (failed.length > 0) return failed.flatMap((unit) => unit.diagnostics);
  const sections = values("section").map((option): [string, number] => {
    const [section = "", address = ""] = option.split("=");
    return [section, Number(address)];
  });
  const [base] = values("base");
  const made = programOf(
    units.flatMap((unit) => (isFailed(unit) ? [] : [unit])),
    {
      target: "linux",
      strip: true,
      sections: new Map(sections),
      ...(base !== undefined && { base: Number(base) }),
    },
  );
  return isFailed(made) ? made.diagnostics : [];
}

describe("programs that are refused", () => {
  for (const name of programs) {
    it(name, async () => {
      const text = read(name);
      const diagnostics = refused(name, text);
      const said = formatDiagnostics(diagnostics, host.readFile);
      const supports = [...new Set(diagnostics.map((d) => d.place?.file ?? ""))].filter((f) =>
        f.includes("/support/"),
      );
      const expected = [...supports.map((f) => readFileSync(`${root}${f}`, "utf8")), text].flatMap(marks);
      for (const { code, hint } of diagnostics) if (!code.startsWith("TS")) expect(hint, code).toBeTruthy();
      expect(codesOf(diagnostics).sort(), said).toEqual(expected.sort());
      const golden = `${root}${FOLDER}/messages/${name.replace(/\.ts$/, ".txt")}`;
      await expect(`${said}\n`).toMatchFileSnapshot(golden);
    });
  }

  it("covers the table", () => {
    const texts = [...programs, ...readdirSync(`${root}${FOLDER}/support`).map((n) => `support/${n}`)].map(
      read,
    );
    const covered = new Set(texts.flatMap(marks).map((mark) => mark.split("@")[0]));
    expect(KINDS.map((k) => k.code).filter((code) => !covered.has(code) && !UNREACHED.has(code))).toEqual([]);
    expect([...UNREACHED].filter((code) => covered.has(code))).toEqual([]);
  });

  it("has a message for each program, and no others", () => {
    const messages = readdirSync(`${root}${FOLDER}/messages`).map((name) => name.replace(/\.txt$/, ".ts"));
    expect(messages.sort()).toEqual([...programs].sort());
  });

  it("gives each row its own code, in order", () => {
    const codes = KINDS.map((k) => k.code);
    expect(codes).toEqual([...new Set(codes)].sort());
  });

  it("is listed in docs/dialect.md, row by row", () => {
    const document = readFileSync(`${root}docs/dialect.md`, "utf8");
    const listed = [...document.matchAll(/^\| (VT\d{4}) \| (.*) \|$/gm)].map((m) => `${m[1]} ${m[2]}`);
    const rows = KINDS.map((k) => `${k.code} ${k.summary.replaceAll("|", "\\|")}`);
    expect(listed).toEqual(rows);
  });
});

describe("faults of the compiler's own", () => {
  it("VT5007 tells that something was given up without a word", () => {
    // With a library that lets tsc accept what the front end does not know: a hole in an array.
    const library = host
      .readFile("kernel/lib/kernel.d.ts")!
      .replace(/(interface FixedArray<.*\{\n +\[index: number\]: T);/, "$1 | undefined;");
    const files = hostOf({ "lax.d.ts": library, "main.ts": "export const a: array<u8, 3> = [1, , 3];\n" });
    const { diagnostics } = checkProgram("main.ts", files, { debug: true, library: "lax.d.ts" });
    expect(formatDiagnostics(diagnostics ?? [], files.readFile)).toBe(
      "error VT5007: this is beyond the compiler: a construct that it does not know\n  hint: please report it with the program",
    );
  });
  it("VT6009 tells of a piece that cannot be right", () => {
    const { problems } = objectFile({ pieces: [code("f", "ret", [], { align: 3 })] });
    expect(formatDiagnostics(problems, () => undefined)).toBe(
      "error VT6009: f is aligned to 3, which is no power of two\n  hint: a fault of the compiler: please report it with the program",
    );
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
