/**
 * Operands as they are written, before an instruction is chosen: registers, immediates, memory, far pointers.
 *
 *   operand = { size | "ptr" | "strict" | "short" | "near" | "far" | "to" } ( register | memory | far | expression )
 *   memory  = [ segment ":" ] "[" { size | "rel" | "abs" } [ segment ":" ] expression "]"
 *   far     = expression ":" expression
 */
import type { RegisterOperand } from "../instruction.ts";
import { type Expression, evaluateLinear, parseExpression, type Scope, type Term } from "./expression.ts";
import type { TokenReader } from "./lexer.ts";
import { addressRegister, registerNamed } from "./registers.ts";

/** Words that give a size, in bits. */
const SIZE_WORDS: Readonly<Record<string, number>> = {
  byte: 8,
  word: 16,
  dword: 32,
  fword: 48,
  qword: 64,
  mmword: 64,
  tword: 80,
  tbyte: 80,
  oword: 128,
  xmmword: 128,
  yword: 256,
  ymmword: 256,
  fpuenv14: 14 * 8,
  fpuenv28: 28 * 8,
  fpustate94: 94 * 8,
  fpustate108: 108 * 8,
};

interface Written {
  readonly column: number;
  /** Size word before the operand, in bits. */
  readonly size?: number;
  readonly strict: boolean;
  readonly distance?: "short" | "near" | "far";
  /** Whether "ptr" follows the size. */
  readonly ptr: boolean;
}

export interface WrittenRegister extends Written {
  readonly kind: "register";
  readonly register: RegisterOperand;
}
export interface WrittenImmediate extends Written {
  readonly kind: "immediate";
  readonly value: Expression;
}
export interface WrittenFar extends Written {
  readonly kind: "far";
  readonly selector: Expression;
  readonly offset: Expression;
}
export interface WrittenMemory extends Written {
  readonly kind: "memory";
  readonly segment?: number;
  readonly address: Expression;
  /** "rel" and "abs" as written; absent: as `default` says. */
  readonly relative?: boolean;
  /** Size word inside the brackets: of the displacement, in bits. */
  readonly displacementBits?: number;
}
export type WrittenOperand = WrittenRegister | WrittenImmediate | WrittenFar | WrittenMemory;

/** Parses a comma list of operands up to the end of the line. */
export function parseOperands(r: TokenReader): WrittenOperand[] {
  const out: WrittenOperand[] = [];
  if (r.atEnd) return out;
  do out.push(parseOperand(r));
  while (r.take(","));
  if (!r.atEnd) r.fail("a comma or the end of the line expected");
  return out;
}

function parseOperand(r: TokenReader): WrittenOperand {
  const { column } = r.peek();
  let size: number | undefined;
  let strict = false;
  let distance: Written["distance"];
  let ptr = false;
  for (;;) {
    const word = r.peekName();
    if (word === undefined) break;
    if (SIZE_WORDS[word] !== undefined) size = SIZE_WORDS[word];
    else if (word === "strict") strict = true;
    else if (word === "short" || word === "near" || word === "far") distance = word;
    else if (word === "ptr") ptr = true;
    else if (word !== "to") break;
    r.next();
  }
  const written: Written = {
    column,
    strict,
    ptr,
    ...(size !== undefined && { size }),
    ...(distance !== undefined && { distance }),
  };
  const name = r.peekName();
  const register = name === undefined ? undefined : parseRegister(r, name);
  if (register !== undefined) {
    if (register.file !== "sreg" || !r.isMark(":")) return { ...written, kind: "register", register };
    r.next();
    if (!r.isMark("[")) r.fail('"[" expected after a segment');
    return parseMemory(r, written, register.index);
  }
  if (r.isMark("[")) return parseMemory(r, written, undefined);
  const value = parseExpression(r);
  if (!r.take(":")) return { ...written, kind: "immediate", value };
  return { ...written, kind: "far", selector: value, offset: parseExpression(r) };
}

function parseRegister(r: TokenReader, name: string): RegisterOperand | undefined {
  if (name === "st") {
    r.next();
    if (!r.take("(")) return registerNamed("st0");
    const index = r.next();
    const register = index.kind === "number" ? registerNamed(`st${index.value}`) : undefined;
    if (register === undefined) return r.fail("st(0) to st(7) expected", index.column);
    r.expect(")");
    return register;
  }
  const register = registerNamed(name);
  if (register !== undefined) r.next();
  return register;
}

function parseMemory(r: TokenReader, written: Written, outside: number | undefined): WrittenMemory {
  r.expect("[");
  let relative: boolean | undefined;
  let displacementBits: number | undefined;
  let segment = outside;
  for (;;) {
    const word = r.peekName();
    if (word === undefined) break;
    const register = registerNamed(word);
    if (word === "rel") relative = true;
    else if (word === "abs") relative = false;
    else if (SIZE_WORDS[word] !== undefined) displacementBits = SIZE_WORDS[word];
    else if (register?.file === "sreg" && r.isMark(":", 1)) {
      if (segment !== undefined) r.fail("two segments");
      segment = register.index;
      r.next();
    } else break;
    r.next();
  }
  const address = parseExpression(r);
  r.expect("]");
  return {
    ...written,
    kind: "memory",
    address,
    ...(segment !== undefined && { segment }),
    ...(relative !== undefined && { relative }),
    ...(displacementBits !== undefined && { displacementBits }),
  };
}

/** An address with its registers sorted out. */
export interface Address {
  readonly base: number;
  readonly index: number;
  /** log2 of the scale. */
  readonly scale: number;
  readonly displacement: bigint;
  /** Width of its registers; undefined where it has none. */
  readonly width: 16 | 32 | 64 | undefined;
  /** "counted": [rip+n], n counts from the next instruction. "target": a rip-relative reference to an address. */
  readonly rip: "counted" | "target" | undefined;
}

const SCALES: Readonly<Record<string, number>> = { "1": 0, "2": 1, "4": 2, "8": 3 };

/** Evaluates an address. `fail` is called with the reason where no encoding has its registers. */
export function resolveAddress(
  m: WrittenMemory,
  scope: Scope,
  defaultRelative: boolean,
  fail: (reason: string) => never,
): Address {
  const { constant, registers } = evaluateLinear(m.address, scope);
  const list = (registers.length > 2 ? merged(registers) : registers).map(({ name, factor }) => ({
    register: addressRegister(name)!,
    factor,
    name,
  }));
  const first = list[0];
  if (first === undefined) {
    const relative = m.relative ?? (defaultRelative && m.segment !== 4 && m.segment !== 5);
    return {
      base: -1,
      index: -1,
      scale: 0,
      displacement: constant,
      width: undefined,
      rip: relative ? "target" : undefined,
    };
  }
  const { width } = first.register;
  if (list.some((x) => x.register.width !== width)) fail("registers of different sizes in one address");
  if (first.register.isRip || list[1]?.register.isRip) {
    if (list.length > 1 || first.factor !== 1n) fail("rip goes with a number only");
    return { base: -1, index: -1, scale: 0, displacement: constant, width, rip: "counted" };
  }
  if (list.length > 2) fail("an address has at most two registers");
  const address = { displacement: constant, width, rip: undefined };
  if (width === 16) return { ...address, ...pair16(list, fail) };
  if (list.length === 1) {
    const { index } = first.register;
    const { factor } = first;
    if (factor === 1n) return { ...address, base: index, index: -1, scale: 0 };
    // *3, *5, *9 need the register as base too; *2 is shorter so, but rbp as base would mean another segment.
    const rest = factor === 2n && index === 5 ? undefined : SCALES[`${factor - 1n}`];
    if (index !== 4 && rest !== undefined) return { ...address, base: index, index, scale: rest };
    const scale = SCALES[`${factor}`];
    if (index === 4 || scale === undefined) return fail(`no address has ${first.name}*${factor}`);
    return { ...address, base: -1, index, scale };
  }
  const second = list[1]!;
  let base = first;
  let index = second;
  if (base.factor !== 1n || (index.factor === 1n && index.register.index === 4))
    [base, index] = [index, base];
  const scale = SCALES[`${index.factor}`];
  if (base.factor !== 1n || scale === undefined || index.register.index === 4) {
    return fail(`no address has ${first.name}*${first.factor}+${second.name}*${second.factor}`);
  }
  return { ...address, base: base.register.index, index: index.register.index, scale };
}

/** Terms with those of one register added up. */
function merged(terms: readonly Term[]): Term[] {
  const sums = new Map<string, bigint>();
  for (const { name, factor } of terms) sums.set(name, (sums.get(name) ?? 0n) + factor);
  return [...sums].map(([name, factor]) => ({ name, factor }));
}

/** bx or bp with si or di, or one of them (SDM vol. 2A table 2-1). */
function pair16(
  list: readonly { readonly register: { readonly index: number }; readonly factor: bigint }[],
  fail: (reason: string) => never,
): { base: number; index: number; scale: number } {
  if (list.some((x) => x.factor !== 1n)) fail("16-bit addresses have no scale");
  const [a = -1, b = -1] = list.map((x) => x.register.index).sort((x, y) => x - y);
  const isBase = (n: number): boolean => n === 3 || n === 5;
  const isIndex = (n: number): boolean => n === 6 || n === 7;
  if (b < 0 && (isBase(a) || isIndex(a))) return { base: a, index: -1, scale: 0 };
  if (isBase(a) && isIndex(b)) return { base: a, index: b, scale: 0 };
  return fail("a 16-bit address is bx or bp, si or di, or one of each");
}
