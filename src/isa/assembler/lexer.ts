/**
 * A line of assembly to tokens: names, numbers, strings, punctuation. Numbers and strings are those of the NASM manual
 * (§3.4); it has no macros. `;` begins a comment.
 */
import { AssemblerError } from "./error.ts";

export type Token =
  | { readonly kind: "name"; readonly text: string; readonly column: number }
  | { readonly kind: "number"; readonly value: bigint; readonly column: number }
  | { readonly kind: "float"; readonly value: number; readonly column: number }
  | { readonly kind: "string"; readonly bytes: Uint8Array; readonly column: number }
  | { readonly kind: "punctuation"; readonly text: string; readonly column: number }
  | { readonly kind: "end"; readonly column: number };

const NAME = /[A-Za-z_.?@][A-Za-z0-9_.?@$#~]*/y;
const NUMBER = /\$?[0-9][0-9A-Za-z_]*/y;
const FLOAT = /[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?/y;
const PUNCTUATION = /<<|>>|\/\/|%%|\$\$|[-+*/%&|^~!()[\],:$]/y;

const RADIX_PREFIX: Readonly<Record<string, number>> = { x: 16, h: 16, d: 10, t: 10, o: 8, q: 8, b: 2, y: 2 };
const DIGITS = "0123456789abcdef";

function digits(text: string, radix: number): bigint | undefined {
  if (text === "") return undefined;
  let value = 0n;
  for (const c of text) {
    const d = DIGITS.indexOf(c);
    if (d < 0 || d >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(d);
  }
  return value;
}

/** 0x1f, 1fh, $1f, 0b101, 101b, 0o17, 17q, 31; underscores between digits. Undefined if it is none. */
export function parseNumber(source: string): bigint | undefined {
  const text = source.toLowerCase().replaceAll("_", "");
  if (text.startsWith("$")) return digits(text.slice(1), 16);
  const prefix = RADIX_PREFIX[text[1] ?? ""];
  if (text[0] === "0" && prefix !== undefined && text.length > 2) {
    const value = digits(text.slice(2), prefix);
    if (value !== undefined) return value;
  }
  const suffix = RADIX_PREFIX[text.at(-1) ?? ""];
  if (suffix !== undefined) {
    const value = digits(text.slice(0, -1), suffix);
    if (value !== undefined) return value;
  }
  return digits(text, 10);
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  "0": 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
};

/** Characters of a backquoted string with C's escapes; others take no escapes. */
function stringBytes(body: string, quote: string, line: number, column: number): Uint8Array {
  if (quote !== "`") return new TextEncoder().encode(body);
  const out: number[] = [];
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!;
    if (c !== "\\") {
      out.push(...new TextEncoder().encode(c));
      continue;
    }
    const e = body[++i] ?? "";
    if (e === "x") {
      const value = digits(body.slice(i + 1, i + 3).toLowerCase(), 16);
      if (value === undefined) throw new AssemblerError("\\x wants two hexadecimal digits", line, column);
      out.push(Number(value));
      i += 2;
    } else out.push(ESCAPES[e] ?? e.charCodeAt(0));
  }
  return Uint8Array.from(out);
}

/** Tokens of one line, the last of kind "end". Throws AssemblerError. */
export function tokenize(text: string, line: number): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const c = text[at]!;
    const column = at + 1;
    if (c === " " || c === "\t" || c === "\r") {
      at++;
      continue;
    }
    if (c === ";") break;
    if (c === "'" || c === '"' || c === "`") {
      let end = at + 1;
      while (end < text.length && text[end] !== c) end += c === "`" && text[end] === "\\" ? 2 : 1;
      if (end >= text.length) throw new AssemblerError("the string has no end", line, column);
      tokens.push({ kind: "string", bytes: stringBytes(text.slice(at + 1, end), c, line, column), column });
      at = end + 1;
      continue;
    }
    const float = match(FLOAT);
    if (float !== undefined) {
      tokens.push({ kind: "float", value: Number(float.replaceAll("_", "")), column });
      at += float.length;
      continue;
    }
    const number = match(NUMBER);
    if (number !== undefined) {
      const value = parseNumber(number);
      if (value === undefined) throw new AssemblerError(`"${number}" is no number`, line, column);
      tokens.push({ kind: "number", value, column });
      at += number.length;
      continue;
    }
    const name = match(NAME);
    if (name !== undefined) {
      tokens.push({ kind: "name", text: name, column });
      at += name.length;
      continue;
    }
    const mark = match(PUNCTUATION);
    if (mark === undefined) throw new AssemblerError(`"${c}" means nothing here`, line, column);
    tokens.push({ kind: "punctuation", text: mark, column });
    at += mark.length;
  }
  tokens.push({ kind: "end", column: text.length + 1 });
  return tokens;
}

/** Parentheses, signs and "times" that may stand in one another. */
const MAX_NESTING = 200;

/** Reads tokens in order; what the parsers share. */
export class TokenReader {
  readonly line: number;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], line: number) {
    this.#tokens = tokens;
    this.line = line;
  }
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!;
  }
  next(): Token {
    const token = this.peek();
    if (this.#at < this.#tokens.length - 1) this.#at++;
    return token;
  }
  /** The place in the line, to come back to with `seek`. */
  get position(): number {
    return this.#at;
  }
  seek(position: number): void {
    this.#at = position;
  }
  get atEnd(): boolean {
    return this.peek().kind === "end";
  }
  /** The next token if it is this punctuation, which is then read. */
  take(mark: string): boolean {
    const t = this.peek();
    if (t.kind !== "punctuation" || t.text !== mark) return false;
    this.next();
    return true;
  }
  /** The next token's name in lower case, or undefined; does not read it. */
  peekName(ahead = 0): string | undefined {
    const t = this.peek(ahead);
    return t.kind === "name" ? t.text.toLowerCase() : undefined;
  }
  isMark(mark: string, ahead = 0): boolean {
    const t = this.peek(ahead);
    return t.kind === "punctuation" && t.text === mark;
  }
  expect(mark: string): void {
    if (!this.take(mark)) this.fail(`"${mark}" expected${this.atEnd ? " at the end of the line" : ""}`);
  }
  /** What `parse` returns, one level deeper. Throws AssemblerError where that is too deep. */
  nested<T>(parse: () => T): T {
    if (this.#depth === MAX_NESTING) this.fail(`more than ${MAX_NESTING} levels in one another`);
    this.#depth++;
    const result = parse();
    this.#depth--;
    return result;
  }
  fail(reason: string, column = this.peek().column): never {
    throw new AssemblerError(reason, this.line, column);
  }
}
