/**
 * The assembler: Intel syntax as NASM's users know it, to flat bytes. No macros, sections or object files.
 *
 *   line      = [ label [":"] ] [ statement ] ; label alone, or before a statement
 *   statement = { prefix } mnemonic operands | "times" n statement | directive
 *   directive = db dw dd dq dt | resb resw resd resq | org | bits | align | equ | default rel, default abs
 *
 * Passes are repeated until no address changes: in the first one unknown labels are thought to be near, and an
 * instruction that has grown in a later pass does not shrink again, so that it ends.
 */
import { addressArgument, checkMode, checkOptions, checkString } from "../arguments.ts";
import { checkEqus, type Equ } from "./equ.ts";
import { AssemblerError } from "./error.ts";
import { evaluateNumber, type Scope, symbolsIn } from "./expression.ts";
import type { GivenOperand } from "./fit.ts";
import { TokenReader, tokenize } from "./lexer.ts";
import { type Line, parseLine, type Statement } from "./line.ts";
import { resolveAddress, type WrittenOperand } from "./operand.ts";
import { SelectError, select } from "./select.ts";

export interface AssembleOptions {
  /** Code size until a `bits` directive; default 64. */
  readonly mode?: 16 | 32 | 64;
  /** Address of the first byte until an `org` directive; default 0. */
  readonly origin?: number | bigint;
}

export interface ListingLine {
  /** Line of the source, from 1. */
  readonly line: number;
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly source: string;
}

export interface Assembled {
  readonly bytes: Uint8Array;
  readonly origin: bigint;
  /** Labels and `equ` names, local ones as "label.local". */
  readonly symbols: ReadonlyMap<string, bigint>;
  readonly listing: readonly ListingLine[];
}

const MAX_PASSES = 100;
/** From this pass on nothing shrinks. */
const SETTLE = 4;
/** Bytes that one source may become. */
const MAX_OUTPUT = 1 << 28;
const OUTPUT_LIMIT = `a source becomes at most ${MAX_OUTPUT >> 20} MiB`;

/**
 * Assembles a source. Throws AssemblerError at the first line that cannot be assembled, TypeError or RangeError for
 * arguments that are none.
 */
export function assemble(source: string, options: AssembleOptions = {}): Assembled {
  checkString("the source", source);
  checkOptions(options);
  const { mode = 64, origin = 0n } = options;
  checkMode(mode);
  const start = addressArgument("origin", origin);
  const text = source.split("\n");
  const lines = text.map((line, i) => parseLine(new TokenReader(tokenize(line, i + 1), i + 1)));
  const assembly = new Assembly(lines, text, mode, start);
  return assembly.run();
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Whether a statement is the same bytes at every address, whatever the labels are: `nop`, `db 0, "x"`. */
const isConstant = (s: Statement): boolean =>
  s.kind === "instruction"
    ? s.operands.length === 0
    : s.kind === "data" && s.items.every((item) => item.kind !== "number" || item.value.kind === "number");

class Assembly {
  readonly #lines: readonly Line[];
  readonly #text: readonly string[];
  readonly #firstMode: 16 | 32 | 64;
  readonly #firstOrigin: bigint;
  #symbols = new Map<string, bigint>();
  #previous = new Map<string, bigint>();
  #defined = new Set<string>();
  readonly #equs = new Map<string, Equ>();
  #pass = 0;
  #address = 0n;
  #origin = 0n;
  #originSet = false;
  #mode: 16 | 32 | 64 = 64;
  #relative = false;
  #label = "";
  #guessed = false;
  #final = false;
  /** Bytes each instruction took in the last pass, in order of assembly. */
  #lengths: number[] = [];
  #count = 0;
  #chunks: Uint8Array[] = [];
  #total = 0;

  constructor(lines: readonly Line[], text: readonly string[], mode: 16 | 32 | 64, origin: bigint) {
    this.#lines = lines;
    this.#text = text;
    this.#firstMode = mode;
    this.#firstOrigin = origin;
  }

  run(): Assembled {
    for (const line of this.#lines) this.#collect(line);
    checkEqus(this.#equs);
    let listing: ListingLine[] = [];
    for (;;) {
      listing = this.#onePass();
      const changed =
        this.#guessed || [...this.#symbols].some(([name, value]) => this.#previous.get(name) !== value);
      this.#pass++;
      if (this.#final) break;
      if (!changed) this.#final = true;
      else if (this.#pass > MAX_PASSES) {
        throw new AssemblerError("the addresses of labels do not settle", 1, 1);
      }
    }
    return { bytes: joined(this.#chunks), origin: this.#origin, symbols: this.#symbols, listing };
  }

  /** Names that some line defines, to tell a forward reference from a name that is nowhere; refuses double ones. */
  #collect(line: Line): void {
    if (line.label === undefined) return;
    const { name, column } = line.label;
    const full = this.#qualified(name);
    if (!name.startsWith(".")) this.#label = line.statement?.kind === "equ" ? this.#label : name;
    if (this.#defined.has(full)) throw new AssemblerError(`"${full}" is defined twice`, line.number, column);
    this.#defined.add(full);
    if (line.statement?.kind === "equ") {
      const uses = symbolsIn(line.statement.value).map((used) => this.#qualified(used));
      this.#equs.set(full, { uses, line: line.number, column });
    }
  }

  #qualified(name: string): string {
    return name.startsWith(".") ? this.#label + name : name;
  }

  #onePass(): ListingLine[] {
    this.#previous = this.#symbols;
    this.#symbols = new Map();
    this.#mode = this.#firstMode;
    this.#origin = this.#firstOrigin;
    this.#originSet = false;
    this.#address = this.#origin;
    this.#relative = false;
    this.#label = "";
    this.#guessed = false;
    this.#count = 0;
    this.#chunks = [];
    this.#total = 0;
    const listing: ListingLine[] = [];
    for (const line of this.#lines) {
      const address = this.#address;
      const first = this.#chunks.length;
      this.#line(line);
      if (!this.#final) continue;
      const bytes = joined(this.#chunks.slice(first));
      const start = line.statement?.kind === "org" ? this.#address : address;
      listing.push({ line: line.number, address: start, bytes, source: this.#text[line.number - 1]! });
    }
    return listing;
  }

  #line(line: Line): void {
    const { label, statement } = line;
    if (label !== undefined) {
      const full = this.#qualified(label.name);
      if (statement?.kind === "equ") {
        this.#symbols.set(full, evaluateNumber(statement.value, this.#scope(line.number)));
        return;
      }
      if (!label.name.startsWith(".")) this.#label = label.name;
      this.#symbols.set(full, this.#address);
    }
    if (statement !== undefined) this.#statement(statement, line.number);
  }

  #scope(line: number): Scope {
    return {
      line,
      here: this.#address,
      start: this.#origin,
      symbol: (name, column) => {
        const full = this.#qualified(name);
        const value = this.#symbols.get(full) ?? this.#previous.get(full);
        if (value !== undefined) return value;
        if (!this.#defined.has(full)) throw new AssemblerError(`"${name}" is not defined`, line, column);
        this.#guessed = true;
        return this.#address;
      },
    };
  }

  #emit(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#total += bytes.length;
    this.#address += BigInt(bytes.length);
  }

  #space(n: bigint, line: number, column: number): Uint8Array {
    if (n < 0n) throw new AssemblerError(`${n} bytes: a size is not negative`, line, column);
    if (BigInt(this.#total) + n > BigInt(MAX_OUTPUT))
      throw new AssemblerError(`${n} bytes are too many: ${OUTPUT_LIMIT}`, line, column);
    return new Uint8Array(Number(n));
  }

  /** `times` of a body that is the same bytes everywhere: assembled once, and copied. */
  #repeat(body: Statement, n: bigint, line: number, column: number): void {
    const first = this.#chunks.length;
    this.#statement(body, line);
    const unit = joined(this.#chunks.slice(first));
    const rest = this.#space(BigInt(unit.length) * (n - 1n), line, column);
    rest.set(unit.subarray(0, rest.length));
    for (let done = unit.length; done > 0 && done < rest.length; done *= 2) rest.copyWithin(done, 0, done);
    this.#emit(rest);
  }

  #statement(s: Statement, line: number): void {
    const scope = this.#scope(line);
    switch (s.kind) {
      case "instruction":
        this.#emit(this.#instruction(s, line));
        return;
      case "data":
        for (const item of s.items) {
          if (item.kind === "float") {
            const out = new DataView(new ArrayBuffer(s.bits / 8));
            if (s.bits === 32) out.setFloat32(0, item.value, true);
            else if (s.bits === 64) out.setFloat64(0, item.value, true);
            else throw new AssemblerError("floating point goes into dd and dq", line, item.column);
            this.#emit(new Uint8Array(out.buffer));
          } else if (item.kind === "string") {
            const unit = s.bits / 8;
            const padded = new Uint8Array(Math.ceil(item.bytes.length / unit) * unit);
            padded.set(item.bytes);
            this.#emit(padded);
          } else this.#emit(this.#number(evaluateNumber(item.value, scope), s.bits, line, item.column));
        }
        return;
      case "reserve":
        this.#emit(this.#space(evaluateNumber(s.count, scope) * BigInt(s.bits / 8), line, s.column));
        return;
      case "times": {
        const n = evaluateNumber(s.count, scope);
        if (n < 0n) throw new AssemblerError(`times ${n}: a count is not negative`, line, s.column);
        if (n > BigInt(MAX_OUTPUT))
          throw new AssemblerError(`times ${n} is too often: ${OUTPUT_LIMIT}`, line, s.column);
        if (n > 0n && isConstant(s.body)) {
          this.#repeat(s.body, n, line, s.column);
          return;
        }
        for (let i = 0n; i < n; i++) {
          if (this.#total > MAX_OUTPUT) throw new AssemblerError(OUTPUT_LIMIT, line, s.column);
          this.#statement(s.body, line);
        }
        return;
      }
      case "align": {
        const to = evaluateNumber(s.to, scope);
        if (to <= 0n || (to & (to - 1n)) !== 0n) {
          throw new AssemblerError(`align wants a power of two, not ${to}`, line, s.column);
        }
        const gap = -(this.#address - this.#origin) & (to - 1n);
        const fill = s.fill === undefined ? 0x90n : evaluateNumber(s.fill, scope);
        this.#emit(this.#space(gap, line, s.column).fill(Number(BigInt.asUintN(8, fill))));
        return;
      }
      case "org": {
        if (this.#originSet || this.#total > 0) {
          throw new AssemblerError("org stands once, before the first byte", line, s.column);
        }
        this.#originSet = true;
        this.#origin = BigInt.asUintN(64, evaluateNumber(s.origin, scope));
        this.#address = this.#origin;
        return;
      }
      case "bits":
        this.#mode = s.mode;
        return;
      case "default":
        this.#relative = s.relative;
        return;
      case "equ":
        throw new AssemblerError("equ wants a name before it", line, s.column);
    }
  }

  #number(value: bigint, bits: number, line: number, column: number): Uint8Array {
    if (!this.#guessed && (value < -(1n << BigInt(bits - 1)) || value >= 1n << BigInt(bits))) {
      throw new AssemblerError(`${value} does not fit ${bits} bits`, line, column);
    }
    const out = new Uint8Array(bits / 8);
    for (let i = 0, v = value; i < out.length; i++, v >>= 8n) out[i] = Number(v & 0xffn);
    return out;
  }

  #instruction(s: Extract<Statement, { kind: "instruction" }>, line: number): Uint8Array {
    const scope = this.#scope(line);
    const fail = (reason: string): never => {
      throw new AssemblerError(reason, line, s.column);
    };
    const operands = s.operands.map((o) => this.#given(o, scope));
    const n = this.#count++;
    const before = this.#lengths[n] ?? 0;
    let bytes: Uint8Array;
    try {
      bytes = select({
        mnemonic: s.mnemonic,
        operands,
        mode: this.#mode,
        address: this.#address,
        lock: s.lock,
        repeat: s.repeat,
        leastLength: this.#pass >= SETTLE ? before : 0,
        ...(s.operandSize !== undefined && { operandSize: s.operandSize }),
        ...(s.addressSize !== undefined && { addressSize: s.addressSize }),
        ...(s.segment !== undefined && { segment: s.segment }),
      });
    } catch (error) {
      if (!(error instanceof SelectError)) throw error;
      // While labels are guessed a value may be out of range that is not in the end: later passes know.
      if (this.#pass >= SETTLE || s.operands.every((o) => o.kind === "register")) fail(error.message);
      this.#guessed = true;
      bytes = new Uint8Array(before);
    }
    this.#lengths[n] = bytes.length;
    return bytes;
  }

  #given(o: WrittenOperand, scope: Scope): GivenOperand {
    const size = o.size === undefined ? {} : { size: o.size };
    switch (o.kind) {
      case "register":
        return { kind: "register", register: o.register };
      case "immediate":
        return {
          kind: "immediate",
          value: evaluateNumber(o.value, scope),
          strict: o.strict,
          ...size,
          ...(o.distance !== undefined && { distance: o.distance }),
        };
      case "far":
        return {
          kind: "far",
          selector: evaluateNumber(o.selector, scope),
          offset: evaluateNumber(o.offset, scope),
          ...size,
        };
      case "memory": {
        const fail = (reason: string): never => {
          throw new AssemblerError(reason, scope.line, o.column);
        };
        const address = resolveAddress(o, scope, this.#relative && this.#mode === 64, fail);
        return {
          kind: "memory",
          address,
          far: o.distance === "far",
          sizeOfOffset: !o.ptr,
          ...size,
          ...(o.segment !== undefined && { segment: o.segment }),
          ...(o.displacementBits !== undefined && { displacementBits: o.displacementBits }),
        };
      }
    }
  }
}
