/**
 * Expressions of the assembler, NASM manual §3.5: parsed once, evaluated in each pass. In an address they may contain
 * registers, each with a factor: the value is then a linear form. Arithmetic is on integers without limit; who uses a value
 * says how wide it may be.
 *
 *   expression = xor { "|" xor } ; xor = and { "^" and } ; and = shift { "&" shift }
 *   shift = sum { ("<<" | ">>") sum } ; sum = product { ("+" | "-") product }
 *   product = unary { ("*" | "/" | "//" | "%" | "%%") unary }
 *   unary = { "-" | "+" | "~" | "!" } atom
 *   atom = number | string | symbol | register | "$" | "$$" | "(" expression ")"
 */
import { AssemblerError } from "./error.ts";
import type { TokenReader } from "./lexer.ts";
import { addressRegister } from "./registers.ts";

export type Expression =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "symbol"; readonly name: string; readonly column: number }
  | { readonly kind: "register"; readonly name: string; readonly column: number }
  | { readonly kind: "here" }
  | { readonly kind: "start" }
  | { readonly kind: "unary"; readonly op: string; readonly a: Expression }
  | {
      readonly kind: "binary";
      readonly op: string;
      readonly a: Expression;
      readonly b: Expression;
      readonly column: number;
    };

const LEVELS: readonly (readonly string[])[] = [
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "//", "%", "%%"],
];

/** Parses an expression. Throws AssemblerError at the first token that cannot continue one. */
export function parseExpression(r: TokenReader, level = 0): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(r);
  let a = parseExpression(r, level + 1);
  for (;;) {
    const token = r.peek();
    if (token.kind !== "punctuation" || !operators.includes(token.text)) return a;
    r.next();
    a = { kind: "binary", op: token.text, a, b: parseExpression(r, level + 1), column: token.column };
  }
}

function parseUnary(r: TokenReader): Expression {
  const token = r.next();
  switch (token.kind) {
    case "number":
      return { kind: "number", value: token.value };
    case "float":
      return r.fail("a whole number expected", token.column);
    case "string": {
      if (token.bytes.length > 8) r.fail("a string of more than eight characters is no number", token.column);
      let value = 0n;
      for (const byte of [...token.bytes].reverse()) value = (value << 8n) | BigInt(byte);
      return { kind: "number", value };
    }
    case "name": {
      const lower = token.text.toLowerCase();
      const kind = addressRegister(lower) === undefined ? "symbol" : "register";
      return { kind, name: kind === "symbol" ? token.text : lower, column: token.column };
    }
    case "punctuation":
      switch (token.text) {
        case "-":
        case "+":
        case "~":
        case "!":
          return { kind: "unary", op: token.text, a: r.nested(() => parseUnary(r)) };
        case "$":
          return { kind: "here" };
        case "$$":
          return { kind: "start" };
        case "(": {
          const inner = r.nested(() => parseExpression(r));
          r.expect(")");
          return inner;
        }
      }
      return r.fail(`a value expected, not "${token.text}"`, token.column);
    case "end":
      return r.fail("a value expected at the end of the line", token.column);
  }
}

/** Names of the symbols in an expression. */
export function symbolsIn(e: Expression): string[] {
  const names: string[] = [];
  const left: Expression[] = [e];
  for (let x = left.pop(); x !== undefined; x = left.pop()) {
    if (x.kind === "symbol") names.push(x.name);
    else if (x.kind === "unary") left.push(x.a);
    else if (x.kind === "binary") left.push(x.a, x.b);
  }
  return names;
}

/** What an expression is evaluated in: one statement in one pass. */
export interface Scope {
  readonly line: number;
  /** Address of the statement. */
  readonly here: bigint;
  /** Address of the first byte. */
  readonly start: bigint;
  /** Value of a symbol. Throws AssemblerError if there is none; in the first pass it may guess. */
  symbol(name: string, column: number): bigint;
}

/** A register and what it is multiplied by. */
export interface Term {
  readonly name: string;
  readonly factor: bigint;
}

/** constant + Σ factor × register, terms in the order they were written: rbp+rbp is not rbp*2. */
export interface Linear {
  readonly constant: bigint;
  readonly registers: readonly Term[];
}

const NO_REGISTERS: readonly Term[] = [];
const plain = (constant: bigint): Linear => ({ constant, registers: NO_REGISTERS });

/** a + factor × b. A term that takes away joins the one it takes from. */
function combine(a: Linear, b: Linear, factor: bigint): Linear {
  const registers = [...a.registers];
  for (const term of b.registers) {
    const n = term.factor * factor;
    const at = n < 0n ? registers.findIndex((t) => t.name === term.name) : -1;
    if (at < 0) registers.push({ name: term.name, factor: n });
    else registers[at] = { name: term.name, factor: registers[at]!.factor + n };
  }
  return {
    constant: a.constant + factor * b.constant,
    registers: registers.filter((t) => t.factor !== 0n),
  };
}

/** Evaluates where registers may stand. Throws AssemblerError. */
export function evaluateLinear(e: Expression, scope: Scope): Linear {
  switch (e.kind) {
    case "number":
      return plain(e.value);
    case "symbol":
      return plain(scope.symbol(e.name, e.column));
    case "register":
      return { constant: 0n, registers: [{ name: e.name, factor: 1n }] };
    case "here":
      return plain(scope.here);
    case "start":
      return plain(scope.start);
    case "unary": {
      const a = evaluateLinear(e.a, scope);
      if (e.op === "+") return a;
      if (e.op === "-") return combine(plain(0n), a, -1n);
      if (a.registers.length > 0) throw new AssemblerError(`"${e.op}" of a register`, scope.line, 1);
      return plain(e.op === "~" ? ~a.constant : a.constant === 0n ? 1n : 0n);
    }
    case "binary": {
      // A chain of operators leans to the left, as long as its line: nesting is bounded, this is not.
      const chain = [e];
      let first = e.a;
      for (; first.kind === "binary"; first = first.a) chain.push(first);
      let value = evaluateLinear(first, scope);
      for (const { op, b, column } of chain.reverse())
        value = binary(op, value, evaluateLinear(b, scope), scope, column);
      return value;
    }
  }
}

const unsigned = (v: bigint): bigint => BigInt.asUintN(64, v);

function binary(op: string, a: Linear, b: Linear, scope: Scope, column: number): Linear {
  const fail = (why: string): never => {
    throw new AssemblerError(why, scope.line, column);
  };
  if (op === "+") return combine(a, b, 1n);
  if (op === "-") return combine(a, b, -1n);
  if (op === "*" && a.registers.length > 0 && b.registers.length === 0)
    return combine(plain(0n), a, b.constant);
  if (op === "*" && b.registers.length > 0 && a.registers.length === 0)
    return combine(plain(0n), b, a.constant);
  if (a.registers.length > 0 || b.registers.length > 0) fail(`"${op}" of a register`);
  const x = a.constant;
  const y = b.constant;
  switch (op) {
    case "*":
      return plain(x * y);
    case "/":
    case "//":
    case "%":
    case "%%":
      if (y === 0n) return fail("division by zero");
      if (op === "/") return plain(unsigned(x) / unsigned(y));
      if (op === "%") return plain(unsigned(x) % unsigned(y));
      return plain(op === "//" ? x / y : x % y);
    case "<<":
    case ">>":
      if (y < 0n || y > 63n) return fail(`a shift by ${y}`);
      return plain(op === "<<" ? x << y : unsigned(x) >> y);
    case "&":
      return plain(x & y);
    case "|":
      return plain(x | y);
    default:
      return plain(x ^ y);
  }
}

/** Evaluates where only a number may stand. Throws AssemblerError. */
export function evaluateNumber(e: Expression, scope: Scope): bigint {
  const { constant, registers } = evaluateLinear(e, scope);
  const [term] = registers;
  if (term !== undefined) throw new AssemblerError(`register ${term.name} in a number`, scope.line, 1);
  return constant;
}
