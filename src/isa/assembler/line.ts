/** A line of assembly to a label and a statement, by the grammar in assemble.ts. Names nothing and evaluates nothing. */
import { type Expression, parseExpression } from "./expression.ts";
import type { TokenReader } from "./lexer.ts";
import { parseOperands, type WrittenOperand } from "./operand.ts";
import { registerNamed } from "./registers.ts";
import { isMnemonic } from "./select.ts";

export type DataItem =
  | { readonly kind: "string"; readonly bytes: Uint8Array }
  | { readonly kind: "float"; readonly value: number; readonly column: number }
  | { readonly kind: "number"; readonly value: Expression; readonly column: number };

export interface InstructionStatement {
  readonly kind: "instruction";
  readonly column: number;
  readonly mnemonic: string;
  readonly operands: readonly WrittenOperand[];
  readonly lock: boolean;
  readonly repeat: "none" | "rep" | "repne";
  readonly operandSize?: 16 | 32 | 64;
  readonly addressSize?: 16 | 32 | 64;
  readonly segment?: number;
}

export type Statement =
  | InstructionStatement
  | { readonly kind: "data"; readonly bits: number; readonly items: readonly DataItem[] }
  | { readonly kind: "reserve"; readonly bits: number; readonly count: Expression; readonly column: number }
  | { readonly kind: "times"; readonly count: Expression; readonly body: Statement; readonly column: number }
  | { readonly kind: "align"; readonly to: Expression; readonly fill?: Expression; readonly column: number }
  | { readonly kind: "org"; readonly origin: Expression; readonly column: number }
  | { readonly kind: "bits"; readonly mode: 16 | 32 | 64 }
  | { readonly kind: "default"; readonly relative: boolean }
  | { readonly kind: "equ"; readonly value: Expression; readonly column: number };

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly label?: { readonly name: string; readonly column: number };
  readonly statement?: Statement;
}

const DATA: Readonly<Record<string, number>> = { db: 8, dw: 16, dd: 32, dq: 64, dt: 80 };
const RESERVE: Readonly<Record<string, number>> = { resb: 8, resw: 16, resd: 32, resq: 64 };
const BITS = { "16": 16, "32": 32, "64": 64 } as const;
const DIRECTIVES = new Set(["times", "align", "org", "bits", "use16", "use32", "use64", "default", "equ"]);
const PREFIXES = new Set([
  "lock",
  "rep",
  "repe",
  "repz",
  "repne",
  "repnz",
  "o16",
  "o32",
  "o64",
  "a16",
  "a32",
  "a64",
]);
const LONG_PREFIX = /^(data|addr)(16|32|64)$/;

const isPrefix = (name: string): boolean =>
  PREFIXES.has(name) || LONG_PREFIX.test(name) || registerNamed(name)?.file === "sreg";

/** Whether a name begins a statement, so that it is no label. */
const isStatement = (name: string): boolean =>
  DATA[name] !== undefined ||
  RESERVE[name] !== undefined ||
  DIRECTIVES.has(name) ||
  isPrefix(name) ||
  isMnemonic(name);

/** Parses a line. Throws AssemblerError. */
export function parseLine(r: TokenReader): Line {
  const number = r.line;
  const first = r.peek();
  let label: Line["label"];
  if (first.kind === "name" && (r.isMark(":", 1) || !isStatement(first.text.toLowerCase()))) {
    if (!r.isMark(":", 1) && !isStatement(r.peekName(1) ?? "")) {
      const alone = r.peek(1).kind === "end" ? " (a label alone ends in a colon)" : "";
      r.fail(`no instruction or directive is called "${first.text}"${alone}`);
    }
    r.next();
    r.take(":");
    label = { name: first.text, column: first.column };
  }
  if (r.atEnd) return { number, ...(label && { label }) };
  const bracketed = r.take("[");
  const statement = parseStatement(r);
  if (bracketed) r.expect("]");
  if (!r.atEnd) r.fail("the end of the line expected");
  return { number, ...(label && { label }), statement };
}

function parseStatement(r: TokenReader): Statement {
  const { column } = r.peek();
  const name = r.peekName();
  if (name === undefined) return r.fail("an instruction or directive expected");
  const data = DATA[name];
  const reserve = RESERVE[name];
  if (data !== undefined) {
    r.next();
    return { kind: "data", bits: data, items: parseItems(r) };
  }
  if (reserve !== undefined) {
    r.next();
    return { kind: "reserve", bits: reserve, count: parseExpression(r), column };
  }
  switch (name) {
    case "times": {
      r.next();
      const count = parseExpression(r);
      return { kind: "times", count, body: r.nested(() => parseStatement(r)), column };
    }
    case "align": {
      r.next();
      const to = parseExpression(r);
      if (!r.take(",")) return { kind: "align", to, column };
      if (r.peekName() === "db") r.next();
      if (r.peekName() === "nop") {
        r.next();
        return { kind: "align", to, column };
      }
      return { kind: "align", to, fill: parseExpression(r), column };
    }
    case "org":
      r.next();
      return { kind: "org", origin: parseExpression(r), column };
    case "equ":
      r.next();
      return { kind: "equ", value: parseExpression(r), column };
    case "bits": {
      r.next();
      const mode = r.next();
      if (mode.kind !== "number" || !(mode.value === 16n || mode.value === 32n || mode.value === 64n)) {
        return r.fail("bits 16, 32 or 64 expected", mode.column);
      }
      return { kind: "bits", mode: mode.value === 16n ? 16 : mode.value === 32n ? 32 : 64 };
    }
    case "use16":
    case "use32":
    case "use64":
      r.next();
      return { kind: "bits", mode: name === "use16" ? 16 : name === "use32" ? 32 : 64 };
    case "default": {
      r.next();
      const what = r.peekName();
      if (what !== "rel" && what !== "abs") return r.fail("default rel or default abs expected");
      r.next();
      return { kind: "default", relative: what === "rel" };
    }
    default:
      return parseInstruction(r);
  }
}

function parseItems(r: TokenReader): DataItem[] {
  const items: DataItem[] = [];
  do {
    const token = r.peek();
    const after = r.peek(1);
    const alone = after.kind === "end" || (after.kind === "punctuation" && after.text === ",");
    if (token.kind === "string" && alone) {
      r.next();
      items.push({ kind: "string", bytes: token.bytes });
    } else if (token.kind === "float" || (r.isMark("-") && after.kind === "float")) {
      const negative = r.take("-");
      const float = r.next();
      const value = float.kind === "float" ? float.value : 0;
      items.push({ kind: "float", value: negative ? -value : value, column: token.column });
    } else items.push({ kind: "number", value: parseExpression(r), column: token.column });
  } while (r.take(","));
  return items;
}

function parseInstruction(r: TokenReader): InstructionStatement {
  let lock = false;
  let repeat: "none" | "rep" | "repne" = "none";
  let operandSize: 16 | 32 | 64 | undefined;
  let addressSize: 16 | 32 | 64 | undefined;
  let segment: number | undefined;
  for (;;) {
    const { column } = r.peek();
    const name = r.peekName();
    if (name === undefined) return r.fail("an instruction expected");
    if (!isPrefix(name)) {
      if (!isMnemonic(name)) return r.fail(`no instruction or directive is called "${name}"`);
      r.next();
      return {
        kind: "instruction",
        column,
        mnemonic: name,
        operands: parseOperands(r),
        lock,
        repeat,
        ...(operandSize !== undefined && { operandSize }),
        ...(addressSize !== undefined && { addressSize }),
        ...(segment !== undefined && { segment }),
      };
    }
    r.next();
    const digits = name.slice(-2);
    if (name === "lock") lock = true;
    else if (name === "rep" || name === "repe" || name === "repz") repeat = "rep";
    else if (name === "repne" || name === "repnz") repeat = "repne";
    else if (digits === "16" || digits === "32" || digits === "64") {
      if (name.startsWith("o") || name.startsWith("data")) operandSize = BITS[digits];
      else addressSize = BITS[digits];
    } else segment = registerNamed(name)!.index;
  }
}
