/*
 * DWARF of a hand-made program, as gdb and readelf read it. Types, places and frames are written down here as the front end and the
 * back end would give them, so that what gdb says is the writers' doing alone.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { debugSections } from "../../../src/compiler/dwarf/dwarf.ts";
import { image } from "../../../src/compiler/elf/image.ts";
import { objectFile } from "../../../src/compiler/elf/object-file.ts";
import { relocatable } from "../../../src/compiler/elf/relocatable.ts";
import type { ObjectCode, ObjectPiece } from "../../../src/compiler/object.ts";
import type { Place } from "../../../src/compiler/place.ts";
import type { FunctionTree, ProgramTree, Variable } from "../../../src/compiler/tree.ts";
import {
  BOOL,
  type EnumType,
  F64,
  type Field,
  intType,
  type StructType,
  type Type,
  VOID,
} from "../../../src/compiler/types/type.ts";
import { requireTool } from "../../support/tools.ts";
import { call, code, data } from "../elf/pieces.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-dwarf-"));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (line: number, column = 1, file = "main.ts"): Place => ({
  file,
  line,
  column,
  offset: 0,
  length: 1,
});
const u8 = intType("u8");
const u32 = intType("u32");
const i64 = intType("i64");
const pointer = (target: Type, volatile = false): Type => ({ kind: "ptr", target, volatile });
const array = (element: Type, length: number): Type => ({ kind: "array", element, length });

const field = (name: string, type: Type, offset: number, bits?: [number, number]): Field => ({
  name,
  type,
  offset,
  bits: bits && { offset: bits[0], width: bits[1] },
  place: at(2),
});
function struct(name: string, size: number, fields: Field[], union = false): StructType {
  return { kind: "struct", name, union, fields, size, align: 8, place: at(1) };
}
const COLOUR: EnumType = {
  kind: "enum",
  name: "Colour",
  base: u8,
  members: [
    { name: "Red", value: 1n },
    { name: "Green", value: 200n },
  ],
  place: at(3),
};
const EITHER = struct("Either", 8, [field("whole", intType("u64"), 0), field("low", u8, 0)], true);
const NODE = struct("Node", 64, []);
NODE.fields = [
  field("next", pointer(NODE), 0),
  field("count", u32, 8),
  field("kind", u32, 12, [0, 3]),
  field("ready", u32, 12, [3, 1]),
  field("colour", COLOUR, 16),
  field("bytes", array(array(u8, 4), 2), 20),
  field("either", EITHER, 32),
  field("call", pointer({ kind: "fn", params: [u32, pointer(VOID)], result: i64 }), 40),
  field("register", pointer(u32, true), 48),
  field("ratio", F64, 56),
];

const variable = (name: string, type: Type, line: number, parameter = false): Variable => ({
  name,
  type,
  place: at(line, 3),
  parameter,
  addressTaken: false,
});
function tree(
  symbol: string,
  name: string,
  params: Variable[],
  result: Type,
  locals: Variable[],
  line: number,
): FunctionTree {
  return {
    symbol,
    name,
    type: { kind: "fn", params: params.map((p) => p.type), result },
    params,
    variables: [...params, ...locals],
    body: {
      kind: "block",
      body: locals.map((v) => ({ kind: "declare", variable: v, value: undefined, place: v.place })),
      place: at(line),
    },
    attributes: {},
    place: at(line),
  };
}
const FRAME = [
  { offset: 0, cfa: { register: "rsp" as const, displacement: 8 }, saved: [] },
  {
    offset: 1,
    cfa: { register: "rsp" as const, displacement: 16 },
    saved: [{ register: "rbp", offset: -16 }],
  },
  {
    offset: 4,
    cfa: { register: "rbp" as const, displacement: 16 },
    saved: [{ register: "rbp", offset: -16 }],
  },
];
const everywhere = (offset: number) => [{ start: 0, end: 10_000, at: { kind: "frame" as const, offset } }];

const X = variable("x", u32, 20, true);
const SUM = variable("sum", i64, 21);
const FLAG = variable("flag", BOOL, 22);
const GONE = variable("gone", u8, 22);
/** push rbp; mov rbp, rsp; mov [rbp-4], edi; mov qword [rbp-16], 77; mov al, 1; nop; pop rbp; ret */
const INNER: ObjectPiece = code(
  "Box_inner",
  "push rbp\nmov rbp, rsp\nmov [rbp-4], edi\nmov qword [rbp-16], 77\nmov ecx, 1\nnop\npop rbp\nret",
  [],
  {
    debug: {
      name: "Box.inner",
      place: at(20),
      lines: [
        { offset: 0, place: at(20) },
        { offset: 7, place: at(21, 3), prologueEnd: true },
        { offset: 15, place: at(22, 3) },
        { offset: 20, place: at(23, 3) },
        { offset: 21, place: at(24) },
      ],
      variables: [
        { variable: X, locations: everywhere(-20) },
        { variable: SUM, locations: everywhere(-32) },
        { variable: FLAG, locations: [{ start: 20, end: 23, at: { kind: "register", register: "rcx" } }] },
        { variable: GONE, locations: [] },
      ],
      frame: FRAME,
    },
  },
);
const OUTER: ObjectPiece = code(
  "main",
  "push rbp\nmov rbp, rsp\nmov edi, 1234\ncall $+5\nmov eax, 7\npop rbp\nret",
  [call(9, "Box_inner")],
  {
    section: ".text.main",
    debug: {
      name: "main",
      place: at(300, 1, "lib/start.ts"),
      lines: [
        { offset: 0, place: at(300, 1, "lib/start.ts") },
        { offset: 4, place: at(301, 3, "lib/start.ts") },
        { offset: 14, place: at(302, 3, "lib/start.ts") },
      ],
      variables: [],
      frame: FRAME,
    },
  },
);
const nodeBytes = new Uint8Array(64);
new DataView(nodeBytes.buffer).setUint32(8, 99, true);
new DataView(nodeBytes.buffer).setUint32(12, 5 | 8, true);
nodeBytes[16] = 200;
nodeBytes.set([1, 2, 3, 4, 5, 6, 7, 8], 20);
nodeBytes.set([0x34, 0x12], 32);
new DataView(nodeBytes.buffer).setFloat64(56, 2.5, true);
const GLOBAL = data("node", nodeBytes, {
  relocations: [{ offset: 0, kind: "R_X86_64_64", symbol: "node", addend: 0 }],
});
const CODE: ObjectCode = { pieces: [INNER, OUTER, GLOBAL] };
const TREE: ProgramTree = {
  functions: [
    tree("Box_inner", "Box.inner", [X], VOID, [SUM, FLAG, GONE], 20),
    tree("main", "main", [], intType("i32"), [], 300),
  ],
  globals: [
    {
      symbol: "node",
      name: "node",
      type: NODE,
      initial: undefined,
      external: false,
      readOnly: false,
      attributes: { exported: true },
      place: at(10),
    },
  ],
  types: [NODE, EITHER, COLOUR],
  files: [
    { name: "main.ts", text: "" },
    { name: "lib/start.ts", text: "" },
  ],
};

const { file: OBJECT } = objectFile(CODE, debugSections(CODE, TREE, "vitrine test"));
function build(): string {
  const made = image([OBJECT], { target: "linux" });
  if ("problems" in made) throw new Error(made.problems.map((p) => p.message).join("; "));
  const path = join(folder, "program");
  writeFileSync(path, made.bytes, { mode: 0o755 });
  return path;
}
function gdb(program: string, file: string, ...commands: string[]): string[] {
  const args = ["-batch", "-nx", "-ex", "set width 0", "-ex", "set disable-randomization off"];
  const { stdout, stderr } = spawnSync(program, [...args, ...commands.flatMap((c) => ["-ex", c]), file], {
    encoding: "latin1",
    cwd: folder,
  });
  // Without the source at hand gdb says so.
  const complaints = stderr
    .split("\n")
    .filter((l) => l !== "" && !/No such file or directory|personality/.test(l));
  expect(complaints).toEqual([]);
  return stdout.split("\n").filter((l) => l !== "" && !/^warning: |^\d+\tin |No such file/.test(l));
}

describe("gdb", () => {
  it("stops at a line, and tells variables and calls", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const out = gdb(program, build(), "break main.ts:23", "run", "info locals", "info args", "bt", "finish");
    expect(out[0]).toMatch(/^Breakpoint 1 at 0x[0-9a-f]+: file main\.ts, line 23\.$/);
    const [, , ...rest] = out;
    const text = rest.join("\n");
    expect(text).toContain("sum = 77\nflag = true\ngone = <optimized out>\nx = 1234");
    expect(text).toMatch(
      /#0 +Box\.inner \(x=1234\) at main\.ts:23\n#1 +0x[0-9a-f]+ in main \(\) at lib\/start\.ts:301/,
    );
    expect(text).toMatch(/\nmain \(\) at lib\/start\.ts:302$/);
  });
  it("stops behind a function's prologue", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const out = gdb(program, build(), "break Box.inner", "run", "print x", "next", "print sum").join("\n");
    expect(out).toMatch(/Breakpoint 1, Box\.inner \(x=1234\) at main\.ts:21/);
    expect(out).toMatch(/\$1 = 1234\n22.*\n\$2 = 77|\$1 = 1234\n\$2 = 77/);
  });
  it("knows types", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const out = gdb(
      program,
      build(),
      "ptype Node",
      "ptype struct Node",
      "ptype main",
      "whatis 'Box.inner'",
    ).join("\n");
    const body = `type = struct Node {
    Node *next;
    u32 count;
    u32 kind : 3;
    u32 ready : 1;
    Colour colour;
    u8 bytes[2][4];
    Either either;
    i64 (*call)(u32, void *);
    volatile u32 *register;
    f64 ratio;
}`;
    expect(out.split(body).length).toBe(3);
    expect(out).toContain("type = i32 (void)\ntype = void (u32)");
  });
  it("prints globals", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const out = gdb(
      program,
      build(),
      "print node.count",
      "print node.kind",
      "print node.ready",
      "print node.colour",
      "print node.bytes",
      "print/x node.either",
      "print node.ratio",
      "print node.next == &node",
      "print sizeof(Node)",
    );
    expect(out).toEqual([
      "$1 = 99",
      "$2 = 5",
      "$3 = 1",
      "$4 = Green",
      '$5 = {"\\001\\002\\003\\004", "\\005\\006\\a\\b"}',
      "$6 = {whole = 0x1234, low = 0x34}",
      "$7 = 2.5",
      "$8 = 1",
      "$9 = 64",
    ]);
  });
  it("works on what ld has linked", (ctx) => {
    const program = requireTool(ctx, "gdb");
    const ld = requireTool(ctx, "ld");
    const [object, out] = [join(folder, "o.o"), join(folder, "by-ld")];
    writeFileSync(object, relocatable(OBJECT));
    expect(spawnSync(ld, ["-e", "main", "-o", out, object], { encoding: "latin1" }).stderr).toBe("");
    expect(gdb(program, out, "info line main.ts:22", "print node.count")).toEqual([
      expect.stringMatching(/^Line 22 of "main\.ts" starts at address 0x[0-9a-f]+ <Box\.inner\+15>/),
      "$1 = 99",
    ]);
  });
});

describe("readelf", () => {
  it("reads every section without a complaint", (ctx) => {
    const readelf = requireTool(ctx, "readelf");
    const kinds = "info,abbrev,rawline,decodedline,frames-interp,frames,Ranges,loc,str";
    const { stdout, stderr, status } = spawnSync(readelf, [`--debug-dump=${kinds}`, build()], {
      encoding: "latin1",
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/DW_AT_language +: 29/);
    expect(stdout).toMatch(/main\.ts +23 +0x/);
  });
  it("finds the same bytes every time", () => {
    expect(debugSections(CODE, TREE, "vitrine test")).toEqual(debugSections(CODE, TREE, "vitrine test"));
  });
});
