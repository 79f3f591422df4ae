// The files of recorded vectors: what the silicon did, as differences from inputs that cases.ts makes again.
// README.md describes the format.
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { CaseMaker } from "./cases.ts";
import { type Plan, packPlan, unpackPlan } from "./plan.ts";
import { hash } from "./random.ts";
import { CODE, State } from "./state.ts";

export interface Encoding {
  /** The instruction's bytes, at most 15. */
  bytes: Uint8Array;
  plan: Plan;
  /** How many cases of it are recorded: numbers 0 … cases - 1. */
  cases: number;
}

export interface Vector {
  family: string;
  encoding: Encoding;
  bytes: Uint8Array;
  /** The number of this case of the encoding. */
  number: number;
  /** Both states are used again for the next vector: copy what you keep (`State.clone`). */
  before: State;
  after: State;
}

const MAGIC = 0x31435653; // "SVC1"

/** Each kind of information has its own stream of bytes, since like compresses best among like. */
const STREAMS = [
  "encodings",
  "plans",
  "changes",
  "flags",
  "gprMasks",
  "gprTags",
  "gprBytes",
  "xmmMasks",
  "xmmBytes",
  "x87Masks",
  "x87Bytes",
  "control",
  "runs",
  "memory",
  "faults",
  "rips",
] as const;
type Streams<T> = Record<(typeof STREAMS)[number], T>;

// Bits of a case's byte of changes.
const FLAGS = 1;
const GPRS = 2;
const XMMS = 4;
const X87S = 8;
const CONTROL = 16;
const MEMORY = 32;
const FAULT = 64;
const RIP = 128;

/** CF PF AF ZF SF OF, in the order of the bits of a stored byte. */
const STATUS = [0, 2, 4, 6, 7, 11];
const STATUS_MASK = 0x8d5;

// Tags of a changed register: 0 … 8 that many bytes, zero-extended; 8 + n: n bytes, sign-extended.
const MERGED = 17;
const MOVED = 18;

class Sink {
  #bytes = new Uint8Array(1024);
  length = 0;

  byte(value: number): void {
    if (this.length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.length++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) this.byte(values[i]!);
  }

  /** LEB128. */
  unsigned(value: number): void {
    for (; value > 127; value = Math.floor(value / 128)) this.byte((value % 128) | 128);
    this.byte(value);
  }

  /** Zigzag, so that small numbers of either sign are short. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  big(value: bigint): void {
    for (let i = 0n; i < 64n; i += 8n) this.byte(Number((value >> i) & 0xffn));
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

class Source {
  readonly data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  byte(): number {
    return this.data[this.#at++]!;
  }

  bytes(count: number): Uint8Array {
    this.#at += count;
    return this.data.subarray(this.#at - count, this.#at);
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  big(): bigint {
    let value = 0n;
    for (let i = 0n; i < 64n; i += 8n) value |= BigInt(this.byte()) << i;
    return value;
  }
}

function streams<T>(make: (name: keyof Streams<T>) => T): Streams<T> {
  return Object.fromEntries(STREAMS.map((name) => [name, make(name)])) as Streams<T>;
}

function expectedRip(state: State, length: number): bigint {
  return BigInt(state.fault && state.fault.vector !== 3 ? CODE : CODE + length);
}

function checksum(state: State): number {
  let h = hash(state.raw);
  for (const word of [state.window, state.rflags, state.fcw, state.fsw, state.ftw, state.mxcsr])
    h = Math.imul(h ^ word, 0x01000193);
  return h >>> 0;
}

export class Writer {
  readonly #sinks = streams(() => new Sink());
  #encodings = 0;
  #vectors = 0;

  get vectors(): number {
    return this.#vectors;
  }

  /** Announces an encoding; `first` is the input of its case 0. Its cases follow in order. */
  encoding(encoding: Encoding, first: State): void {
    const { encodings, plans } = this.#sinks;
    encodings.byte(encoding.bytes.length);
    encodings.bytes(encoding.bytes);
    encodings.unsigned(encoding.cases);
    encodings.unsigned(checksum(first));
    const plan = packPlan(encoding.plan);
    plans.unsigned(plan.length);
    for (const value of plan) plans.signed(value);
    this.#encodings++;
  }

  case(before: State, after: State, length: number): void {
    const s = this.#sinks;
    let changes = 0;
    if (after.rflags !== before.rflags) {
      changes |= FLAGS;
      const rest = ((after.rflags ^ before.rflags) & ~STATUS_MASK) >>> 0;
      const status = STATUS.reduce((sum, bit, i) => sum | (((after.rflags >> bit) & 1) << i), 0);
      s.flags.byte(status | (rest ? 64 : 0));
      if (rest) s.flags.unsigned(rest);
    }
    let mask = 0;
    for (let i = 0; i < 16; i++) {
      if (before.gpr[i] === after.gpr[i]) continue;
      mask |= 1 << i;
      this.#gpr(
        before.raw.subarray(8 * i, 8 * i + 8),
        after.raw.subarray(8 * i, 8 * i + 8),
        after.gpr[i]! - before.gpr[i]!,
      );
    }
    if (mask) {
      changes |= GPRS;
      s.gprMasks.unsigned(mask);
    }
    if (this.#block(before.xmm, after.xmm, 16, s.xmmMasks, s.xmmBytes)) changes |= XMMS;
    if (this.#block(before.x87, after.x87, 10, s.x87Masks, s.x87Bytes)) changes |= X87S;
    const control = (["fcw", "fsw", "ftw", "mxcsr"] as const).map((name) => after[name] ^ before[name]);
    if (control.some((word) => word !== 0)) {
      changes |= CONTROL;
      for (const word of control) s.control.unsigned(word);
    }
    if (this.#memory(before.memory, after.memory)) changes |= MEMORY;
    if (after.fault) {
      changes |= FAULT;
      s.faults.byte(after.fault.vector);
      s.faults.unsigned(after.fault.error);
      if (after.fault.vector === 14) this.#near(s.faults, after.fault.cr2, before.window);
    }
    if (after.rip !== expectedRip(after, length)) {
      changes |= RIP;
      this.#near(s.rips, after.rip, CODE);
    }
    s.changes.byte(changes);
    this.#vectors++;
  }

  #gpr(before: Uint8Array, after: Uint8Array, difference: bigint): void {
    const { gprTags, gprBytes } = this.#sinks;
    if (difference >= -128n && difference < 128n) {
      gprTags.byte(MOVED);
      gprBytes.byte(Number(difference & 0xffn));
      return;
    }
    let zero = 8;
    while (zero > 0 && after[zero - 1] === 0) zero--;
    let sign = 8;
    while (sign > 1 && after[sign - 1] === 255 && after[sign - 2]! > 127) sign--;
    let merge = 0;
    const changed = [];
    for (let i = 0; i < 8; i++) {
      if (before[i] === after[i]) continue;
      merge |= 1 << i;
      changed.push(after[i]!);
    }
    if (zero <= sign && zero <= changed.length + 1) {
      gprTags.byte(zero);
      gprBytes.bytes(after.subarray(0, zero));
    } else if (sign < 8 && sign <= changed.length + 1) {
      gprTags.byte(8 + sign);
      gprBytes.bytes(after.subarray(0, sign));
    } else {
      gprTags.byte(MERGED);
      gprTags.byte(merge);
      gprBytes.bytes(changed);
    }
  }

  /** Registers of `size` bytes: a mask of those that changed, for each a mask of its bytes, and the bytes. */
  #block(before: Uint8Array, after: Uint8Array, size: number, masks: Sink, bytes: Sink): boolean {
    let registers = 0;
    const inner: number[] = [];
    for (let i = 0; i < before.length; i += size) {
      let mask = 0;
      for (let j = 0; j < size; j++) {
        if (before[i + j] === after[i + j]) continue;
        mask |= 1 << j;
        bytes.byte(after[i + j]!);
      }
      if (!mask) continue;
      registers |= 1 << (i / size);
      inner.push(mask);
    }
    if (!registers) return false;
    masks.unsigned(registers);
    for (const mask of inner) masks.unsigned(mask);
    return true;
  }

  /** Runs of changed bytes: how many; for each the distance from the last one's end and its length. */
  #memory(before: Uint8Array, after: Uint8Array): boolean {
    const { runs, memory } = this.#sinks;
    const found: [number, number][] = [];
    for (let i = 0; i < before.length; i++) {
      if (before[i] === after[i]) continue;
      const last = found.at(-1);
      // A short gap is cheaper than another run.
      if (last && i - last[1] < 3) last[1] = i + 1;
      else found.push([i, i + 1]);
    }
    if (found.length === 0) return false;
    runs.unsigned(found.length);
    let end = 0;
    for (const [from, to] of found) {
      runs.unsigned(from - end);
      runs.unsigned(to - from);
      memory.bytes(after.subarray(from, to));
      end = to;
    }
    return true;
  }

  #near(sink: Sink, address: bigint, base: number): void {
    const distance = address - BigInt(base);
    if (distance > -0x8000n && distance < 0x8000n) {
      sink.signed(Number(distance));
    } else {
      sink.signed(0x8000);
      sink.big(address);
    }
  }

  finish(): Uint8Array {
    const head = new Uint32Array(3 + STREAMS.length);
    head.set([MAGIC, this.#encodings, this.#vectors, ...STREAMS.map((name) => this.#sinks[name].length)]);
    const parts = [new Uint8Array(head.buffer), ...STREAMS.map((name) => this.#sinks[name].take())];
    return brotliCompressSync(Buffer.concat(parts), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
    });
  }
}

function near(source: Source, base: number): bigint {
  const distance = source.signed();
  return distance === 0x8000 ? source.big() : BigInt(base + distance);
}

/** Undoes what Writer.case did, on a copy of the state before. */
function apply(s: Streams<Source>, state: State, length: number): void {
  const changes = s.changes.byte();
  if (changes & FLAGS) {
    const stored = s.flags.byte();
    let flags = state.rflags & ~STATUS_MASK;
    for (const [i, bit] of STATUS.entries()) flags |= ((stored >> i) & 1) << bit;
    state.rflags = stored & 64 ? flags ^ s.flags.unsigned() : flags;
  }
  if (changes & GPRS) {
    const mask = s.gprMasks.unsigned();
    for (let i = 0; i < 16; i++)
      if ((mask >> i) & 1) applyGpr(s, state.raw.subarray(8 * i, 8 * i + 8), state, i);
  }
  if (changes & XMMS) applyBlock(state.xmm, 16, s.xmmMasks, s.xmmBytes);
  if (changes & X87S) applyBlock(state.x87, 10, s.x87Masks, s.x87Bytes);
  if (changes & CONTROL) {
    for (const name of ["fcw", "fsw", "ftw", "mxcsr"] as const) state[name] ^= s.control.unsigned();
  }
  if (changes & MEMORY) {
    let at = 0;
    for (let n = s.runs.unsigned(); n > 0; n--) {
      at += s.runs.unsigned();
      const size = s.runs.unsigned();
      state.memory.set(s.memory.bytes(size), at);
      at += size;
    }
  }
  if (changes & FAULT) {
    const vector = s.faults.byte();
    state.fault = {
      vector,
      error: s.faults.unsigned(),
      cr2: vector === 14 ? near(s.faults, state.window) : 0n,
    };
  }
  state.rip = changes & RIP ? near(s.rips, CODE) : expectedRip(state, length);
}

function applyGpr(s: Streams<Source>, bytes: Uint8Array, state: State, register: number): void {
  const tag = s.gprTags.byte();
  if (tag === MOVED) {
    state.gpr[register]! += BigInt((s.gprBytes.byte() << 24) >> 24);
  } else if (tag === MERGED) {
    const mask = s.gprTags.byte();
    for (let i = 0; i < 8; i++) if ((mask >> i) & 1) bytes[i] = s.gprBytes.byte();
  } else {
    bytes.fill(tag > 8 ? 255 : 0);
    bytes.set(s.gprBytes.bytes(tag > 8 ? tag - 8 : tag));
  }
}

function applyBlock(into: Uint8Array, size: number, masks: Source, bytes: Source): void {
  const registers = masks.unsigned();
  for (let i = 0; i < into.length; i += size) {
    if (!((registers >> (i / size)) & 1)) continue;
    const mask = masks.unsigned();
    for (let j = 0; j < size; j++) if ((mask >> j) & 1) into[i + j] = bytes.byte();
  }
}

/** The vectors of one file, in order. Throws if it is not a vector file or if the inputs are made differently now. */
export function* decode(family: string, compressed: Uint8Array): Generator<Vector, void, undefined> {
  const data = new Uint8Array(brotliDecompressSync(compressed));
  const head = new Uint32Array(data.buffer, 0, 3 + STREAMS.length);
  if (head[0] !== MAGIC)
    throw new Error(`${family}: magic ${head[0]!.toString(16)}, not ${MAGIC.toString(16)}`);
  let at = head.byteLength;
  const s = streams((name) => {
    const length = head[3 + STREAMS.indexOf(name)]!;
    at += length;
    return new Source(data.subarray(at - length, at));
  });
  const maker = new CaseMaker();
  const before = new State();
  const after = new State();
  for (let n = head[1]!; n > 0; n--) {
    const bytes = s.encodings.bytes(s.encodings.byte());
    const cases = s.encodings.unsigned();
    const sum = s.encodings.unsigned();
    s.plans.unsigned();
    const encoding = { bytes, cases, plan: unpackPlan(() => s.plans.signed()) };
    for (let number = 0; number < cases; number++) {
      maker.make(before, bytes, encoding.plan, number);
      if (number === 0 && checksum(before) !== sum) {
        throw new Error(
          `${family}: cases.ts makes other inputs than those recorded for ${Buffer.from(bytes).toString("hex")}`,
        );
      }
      after.set(before);
      apply(s, after, bytes.length);
      yield { family, encoding, bytes, number, before, after };
    }
  }
}

const DIRECTORY = new URL("./vectors/", import.meta.url);

/** The names of the recorded families. */
export function families(): string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith(".bin"))
    .map((name) => name.slice(0, -4))
    .sort();
}

export function readFamily(family: string): Generator<Vector, void, undefined> {
  return decode(family, readFileSync(new URL(`${family}.bin`, DIRECTORY)));
}
