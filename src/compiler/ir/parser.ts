/**
 * Reads what printer.ts writes. It checks the grammar and that names are defined; the rest is verify.ts's. Values keep the numbers
 * that the text gives them, and may be used above the line that defines them.
 */
import type { ObjectPiece, Relocation } from "../object.ts";
import { RELOCATION_KINDS } from "../object.ts";
import type { Attributes } from "../tree.ts";
import { newBranch, newFunction, newToggle } from "./construct.ts";
import type {
  AsmCode,
  Block,
  Condition,
  Details,
  Edge,
  Instruction,
  IrFunction,
  IrProgram,
  IrType,
  Signature,
  Terminator,
  Value,
} from "./ir.ts";
import { OPS, type OpName } from "./ops.ts";

const TYPES: readonly IrType[] = ["i1", "i8", "i16", "i32", "i64", "f64"];
const CONDITIONS: readonly Condition[] = ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge"];
const RMW = ["add", "and", "or", "xor", "exchange"] as const;
const ORDERS = ["relaxed", "acquire", "release", "sequential"] as const;
const KINDS = ["code", "data", "read-only data", "zeros"] as const;
const ISRS = ["plain", "error code"] as const;

/** The member of a list that a word is. */
const member = <T extends string>(list: readonly T[], word: string): T | undefined =>
  list.find((item) => item === word);

const TOKEN = /\s+|;[^\n]*|"(?:[^"\\]|\\.)*"|->|[\w.$…]+|[^\s\w]/gy;

interface Token {
  readonly text: string;
  readonly line: number;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    if (!/^[\s;]/.test(token)) found.push({ text: token, line });
    line += token.split("\n").length - 1;
  }
  return found;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Throws SyntaxError with the line's number. */
export function parseProgram(text: string): IrProgram {
  return new Parser(text).program();
}
/** The only function of a text. */
export function parseFunction(text: string): IrFunction {
  const { functions } = parseProgram(text);
  if (functions.length !== 1) throw new SyntaxError(`there are ${functions.length} functions`);
  return functions[0]!;
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  // Of the function that is being read.
  #fn!: IrFunction;
  #values = new Map<number, Value>();
  #defined = new Set<number>();
  #blocks = new Map<number, Block>();
  /** Types of values that are used before their definition are filled in there. */
  #types = new Map<number, IrType>();

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  program(): IrProgram {
    const program: IrProgram = { functions: [], data: [] };
    while (this.#at < this.#tokens.length) {
      if (this.#take("data")) program.data.push(this.#data());
      else if (this.#take("function")) program.functions.push(this.#function());
      else this.#fail("neither data nor function");
    }
    return program;
  }

  // -------------------------------------------------------------------------------------------------- tokens
  #fail(message: string): never {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    throw new SyntaxError(`line ${token?.line ?? 1}, at "${token?.text ?? ""}": ${message}`);
  }
  #peek(): string {
    return this.#tokens[this.#at]?.text ?? "";
  }
  #next(): string {
    if (this.#at >= this.#tokens.length) this.#fail("the text ends too early");
    return this.#tokens[this.#at++]!.text;
  }
  #take(text: string): boolean {
    if (this.#peek() !== text) return false;
    this.#at++;
    return true;
  }
  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`"${text}" is wanted`);
  }
  #of<T extends string>(list: readonly T[], what: string): T {
    const found = member(list, this.#peek());
    if (found === undefined) this.#fail(`${what} is wanted`);
    this.#at++;
    return found;
  }
  #integer(): bigint {
    const negative = this.#take("-");
    const word = this.#peek();
    if (!/^(\d+|0x[\da-f]+)$/i.test(word)) this.#fail("a number is wanted");
    this.#at++;
    return negative ? -BigInt(word) : BigInt(word);
  }
  #number(): number {
    return Number(this.#integer());
  }
  #float(): number {
    const negative = this.#take("-");
    let word = this.#next();
    if (/e$/.test(word) && /^[+-]$/.test(this.#peek())) word += this.#next() + this.#next();
    const number = Number(word);
    if (Number.isNaN(number) && word !== "NaN") this.#fail("a number is wanted");
    return negative ? -number : number;
  }
  #string(): string {
    const word = this.#peek();
    if (!word.startsWith('"')) this.#fail("a string is wanted");
    this.#at++;
    return String(JSON.parse(word));
  }
  #strings(): string[] {
    this.#expect("[");
    const list: string[] = [];
    while (!this.#take("]")) {
      list.push(this.#string());
      this.#take(",");
    }
    return list;
  }
  #symbol(): string {
    this.#expect("@");
    return this.#peek().startsWith('"') ? this.#string() : this.#next();
  }
  #offset(): number {
    if (this.#take("+")) return this.#number();
    return this.#peek() === "-" ? this.#number() : 0;
  }
  #type(): IrType {
    return this.#of(TYPES, "a type");
  }
  /** The number of `v12`, `b3`, `s0`. */
  #id(letter: string): number {
    const found = new RegExp(`^${letter}(\\d+)$`).exec(this.#peek());
    if (!found) this.#fail(`${letter}<number> is wanted`);
    this.#at++;
    return Number(found[1]);
  }

  // ---------------------------------------------------------------------------------------------------- data
  #data(): ObjectPiece {
    const symbol = this.#symbol();
    const section = this.#string();
    const kind = member(KINDS, this.#string()) ?? this.#fail("no such kind of data");
    this.#expect("align");
    const align = this.#number();
    const exported = this.#take("exported");
    this.#expect("{");
    const relocations: Relocation[] = [];
    const bytes: number[] = [];
    let length = 0;
    while (!this.#take("}")) {
      if (this.#take("zeros")) length = this.#number();
      else if (this.#take("reloc")) {
        const offset = this.#number();
        const how = this.#of(RELOCATION_KINDS, "a kind of relocation");
        relocations.push({ offset, kind: how, symbol: this.#symbol(), addend: this.#offset() });
      } else {
        const word = this.#next();
        if (!/^[\da-f]{2}$/i.test(word)) this.#fail("a byte is wanted");
        bytes.push(Number.parseInt(word, 16));
      }
    }
    const content = kind === "zeros" ? new Uint8Array(length) : Uint8Array.from(bytes);
    return { symbol, section, kind, align, bytes: content, relocations, exported, debug: undefined };
  }

  // ----------------------------------------------------------------------------------------------- functions
  #signature(): Signature {
    const params: (IrType | { size: number; align: number })[] = [];
    let variadic = false;
    this.#expect("(");
    while (!this.#take(")")) {
      if (this.#take("…")) variadic = true;
      else if (this.#take("struct")) {
        const size = this.#number();
        this.#expect("align");
        params.push({ size, align: this.#number() });
      } else params.push(this.#type());
      this.#take(",");
    }
    const results: IrType[] = [];
    if (this.#take("->")) {
      do results.push(this.#type());
      while (this.#take(","));
    }
    return { params, results, noreturn: this.#take("noreturn"), variadic };
  }

  #attributes(noreturn: boolean): Attributes {
    const attributes: Writable<Attributes> = {};
    if (noreturn) attributes.noreturn = true;
    for (;;) {
      if (this.#take("exported")) attributes.exported = true;
      else if (this.#take("inline")) attributes.inline = this.#of(["always", "never"], "always or never");
      else if (this.#take("section")) attributes.section = this.#string();
      else if (this.#take("align")) attributes.align = this.#number();
      else if (this.#take("isr")) attributes.isr = member(ISRS, this.#string()) ?? this.#fail("no such isr");
      else if (this.#take("naked")) attributes.naked = true;
      else return attributes;
    }
  }

  #function(): IrFunction {
    const symbol = this.#symbol();
    const signature = this.#signature();
    const fn = newFunction(symbol, signature, { attributes: this.#attributes(signature.noreturn) });
    this.#fn = fn;
    this.#values = new Map();
    this.#defined = new Set();
    this.#blocks = new Map();
    this.#types = this.#scanTypes();
    this.#expect("{");
    while (this.#take("slot")) {
      const id = this.#id("s");
      const size = this.#number();
      this.#expect("align");
      fn.slots.push({ id, size, align: this.#number(), variable: undefined });
    }
    while (!this.#take("}")) this.#block();
    for (const [id, block] of this.#blocks) {
      if (!fn.blocks.includes(block)) this.#fail(`b${id} is not defined`);
      fn.nextBlock = Math.max(fn.nextBlock, id + 1);
    }
    for (const id of this.#values.keys()) {
      if (!this.#defined.has(id)) this.#fail(`v${id} is not defined`);
      fn.nextValue = Math.max(fn.nextValue, id + 1);
    }
    return fn;
  }

  /** Looks ahead over the function for `v3: i64`. */
  #scanTypes(): Map<number, IrType> {
    const types = new Map<number, IrType>();
    for (let i = this.#at; i + 2 < this.#tokens.length && this.#tokens[i]!.text !== "function"; i++) {
      const id = /^v(\d+)$/.exec(this.#tokens[i]!.text);
      const type = member(TYPES, this.#tokens[i + 2]!.text);
      if (id && type && this.#tokens[i + 1]!.text === ":") types.set(Number(id[1]), type);
    }
    return types;
  }

  #blockAt(id: number): Block {
    let block = this.#blocks.get(id);
    if (!block) {
      block = { id, params: [], instructions: [], terminator: { kind: "unreachable", place: undefined } };
      this.#blocks.set(id, block);
    }
    return block;
  }
  /** The value of this number; the block is a stand-in for its definition until that is read. */
  #valueAt(id: number): Value {
    let value = this.#values.get(id);
    if (!value) {
      const type = this.#types.get(id) ?? this.#fail(`v${id} is not defined`);
      value = { id, type, def: this.#blockAt(this.#fn.blocks[0]?.id ?? 0) };
      this.#values.set(id, value);
    }
    return value;
  }
  #value(): Value {
    return this.#valueAt(this.#id("v"));
  }
  #define(def: Instruction | Block): Value {
    const id = this.#id("v");
    if (this.#defined.has(id)) this.#fail(`v${id} is defined twice`);
    this.#expect(":");
    this.#type();
    this.#defined.add(id);
    const value = this.#valueAt(id);
    value.def = def;
    return value;
  }

  #block(): void {
    const id = this.#id("b");
    const block = this.#blockAt(id);
    if (this.#fn.blocks.includes(block)) this.#fail(`b${id} is defined twice`);
    this.#fn.blocks.push(block);
    if (this.#take("(")) {
      while (!this.#take(")")) {
        block.params.push(this.#define(block));
        this.#take(",");
      }
    }
    this.#expect(":");
    for (;;) {
      const terminator = this.#terminator();
      if (terminator) {
        block.terminator = terminator;
        return;
      }
      block.instructions.push(this.#instruction());
    }
  }

  #arguments(): Value[] {
    const values: Value[] = [];
    this.#expect("(");
    while (!this.#take(")")) {
      values.push(this.#value());
      this.#take(",");
    }
    return values;
  }
  #edge(): Edge {
    const to = this.#blockAt(this.#id("b"));
    return { to, args: this.#peek() === "(" ? this.#arguments() : [] };
  }

  #terminator(): Terminator | undefined {
    const place = undefined;
    if (this.#take("jump")) return { kind: "jump", place, edge: this.#edge() };
    if (this.#take("unreachable")) return { kind: "unreachable", place };
    if (this.#take("return")) {
      const values: Value[] = [];
      while (/^v\d+$/.test(this.#peek())) {
        values.push(this.#value());
        this.#take(",");
      }
      return { kind: "return", place, values };
    }
    if (this.#take("branch")) {
      const condition = this.#value();
      this.#expect(",");
      const then = this.#edge();
      this.#expect(",");
      const otherwise = this.#edge();
      const likely = this.#take("likely") ? this.#of(["then", "otherwise"], "then or otherwise") : undefined;
      return newBranch(condition, then, otherwise, { likely });
    }
    if (this.#take("toggle")) {
      const key = { symbol: this.#symbol(), offset: this.#offset() };
      this.#expect(",");
      const toThen = this.#edge();
      this.#expect(",");
      return newToggle(key, toThen, this.#edge(), place);
    }
    if (this.#take("switch")) {
      const subject = this.#value();
      this.#expect(",");
      const otherwise = this.#edge();
      const cases: { value: bigint; edge: Edge }[] = [];
      this.#expect("{");
      while (!this.#take("}")) {
        const value = this.#integer();
        this.#expect(":");
        cases.push({ value, edge: this.#edge() });
        this.#take(",");
      }
      return { kind: "switch", place, subject, cases, otherwise };
    }
    return undefined;
  }

  #instruction(): Instruction {
    const results: Value[] = [];
    const details: Writable<Details> = {};
    // Its operation is filled in below.
    const instruction: Writable<Instruction> = { op: "fence", args: [], results, details, place: undefined };
    if (/^v\d+$/.test(this.#peek())) {
      do results.push(this.#define(instruction));
      while (this.#take(","));
      this.#expect("=");
    }
    const [word, suffix] = this.#next().split(".");
    const op = word !== undefined && word in OPS ? (word as OpName) : undefined; // a key of OPS
    if (op === undefined) {
      this.#at--;
      this.#fail("no such operation");
    }
    instruction.op = op;
    if (suffix !== undefined) {
      if (op === "atomicrmw") details.rmw = member(RMW, suffix) ?? this.#fail(`no such suffix: ${suffix}`);
      else details.condition = member(CONDITIONS, suffix) ?? this.#fail(`no such suffix: ${suffix}`);
    }
    this.#operands(instruction, details);
    for (;;) {
      const order = member(ORDERS, this.#peek());
      if (order !== undefined) {
        this.#at++;
        details.order = order;
      } else if (this.#take("volatile")) details.volatile = true;
      else if (this.#take("align")) details.align = this.#number();
      else if (this.#peek().startsWith('"')) details.reason = this.#string();
      else return instruction;
    }
  }

  #operands(instruction: Instruction, details: Writable<Details>): void {
    switch (instruction.op) {
      case "const": {
        const type = instruction.results[0]?.type;
        const value = this.#integer();
        details.value = value < 0n && type ? BigInt.asUintN(Number(type.slice(1)), value) : value;
        break;
      }
      case "fconst":
        details.number = this.#float();
        break;
      case "symbol":
        details.symbol = this.#symbol();
        this.#offsetOf(details);
        break;
      case "slot": {
        const id = this.#id("s");
        details.slot = this.#fn.slots.find((slot) => slot.id === id) ?? this.#fail(`s${id} is not defined`);
        break;
      }
      case "call":
      case "callptr":
        if (instruction.op === "call") details.symbol = this.#symbol();
        else instruction.args.push(this.#value());
        instruction.args.push(...this.#arguments());
        this.#expect("as");
        details.signature = this.#signature();
        break;
      case "asm":
        details.asm = this.#asm(instruction.args);
        break;
      default:
        if (OPS[instruction.op].args.length === 0) return;
        instruction.args.push(this.#value());
        this.#offsetOf(details);
        while (this.#take(",")) instruction.args.push(this.#value());
    }
  }
  #offsetOf(details: Writable<Details>): void {
    const offset = this.#offset();
    if (offset !== 0) details.offset = offset;
  }
  #asm(args: Value[]): AsmCode {
    const text = this.#string();
    args.push(...this.#arguments());
    this.#expect("inputs");
    const inputs = this.#strings();
    const output = this.#take("output") ? this.#string() : undefined;
    this.#expect("clobbers");
    return { text, inputs, output, clobbers: this.#strings() };
  }
}
