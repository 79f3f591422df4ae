// Makes the inputs of a case from its encoding, its number and its plan, always the same ones.
//
// The committed vectors hold outputs only: a change here that alters an input makes them worthless, and the reader
// refuses them (each encoding carries a checksum of its first input). Record again then.
import { NONE, type Plan, type Step } from "./plan.ts";
import { hash, Random } from "./random.ts";
import { CODE, CODE_PAGE, type State, WINDOW_SIZE, WINDOWS, WRITABLE_PAGES } from "./state.ts";
import { fill, float80, integer } from "./values.ts";

type Address = Extract<Step, { do: "address" }>;

/** Bits of rflags that differ between cases: OF DF SF ZF AF PF CF. */
const FLAGS = 0xcd5;
const XMM_WORD = 32;
const MEMORY_WORD = 116;
const EVERY_EXCEPTION = 0x3f;
/** Branch targets that fault: a page that may not be executed, an unmapped one, a non-canonical address. */
const NOT_CODE = [
  BigInt(WRITABLE_PAGES) + 0x800n,
  0x30000123n,
  0x8000_0000_0000_0123n,
  0x0000_8000_0000_0000n,
];

/** Where an address is sought: anywhere safe, at the unmapped page, at the read-only page, at no address at all. */
type Aim = "inside" | "end" | "read-only" | "non-canonical";

export class CaseMaker {
  readonly #random = new Random();

  /** Sets `state` to what the processor finds before case `number` of an encoding. */
  make(state: State, code: Uint8Array, plan: Plan, number: number): void {
    const random = this.#random;
    random.seed(hash(code), number, 0x51c0);
    state.clear();
    state.rflags = 0x202 | (random.next() & FLAGS);
    for (let i = 0; i < 16; i++) integer(random, state.raw32, 2 * i);
    while (random.chance(80)) state.gpr[random.below(16)] = state.gpr[random.below(16)]!;
    if (plan.sse) this.#sse(state, plan);
    if (plan.x87 !== "unused") this.#x87(state, plan);
    const addresses = plan.steps.filter((step): step is Address => step.do === "address");
    if (addresses.length === 0) {
      new Steps(state, random, "inside", null).run(plan);
      return;
    }
    const aim = this.#aim(addresses);
    state.window = WINDOWS[aim === "end" ? 1 : aim === "read-only" ? 2 : 0]!;
    fill(random, plan.values, state.raw32, MEMORY_WORD, MEMORY_WORD + WINDOW_SIZE / 4);
    const wild = aim === "non-canonical" ? random.pick(addresses) : null;
    new Steps(state, random, aim, wild).run(plan);
  }

  #aim(addresses: Address[]): Aim {
    if (addresses.some((a) => a.base === NONE && a.index === NONE)) return "inside";
    const dice = this.#random.below(256);
    if (dice < 204) return "inside";
    if (dice < 230) return "end";
    if (dice < 248 || addresses.some((a) => a.bits === 32)) return "read-only";
    return "non-canonical";
  }

  #sse(state: State, plan: Plan): void {
    const random = this.#random;
    fill(random, plan.values, state.raw32, XMM_WORD, XMM_WORD + 64);
    while (random.chance(64)) {
      const from = 16 * random.below(16);
      state.xmm.copyWithin(16 * random.below(16), from, from + 16);
    }
    const dice = random.below(16);
    // Rounding, DAZ, FTZ and the sticky flags vary often; an unmasked exception is rarer.
    if (dice > 9) state.mxcsr = 0x1f80 | (random.next() & 0xe07f);
    if (dice > 13) state.mxcsr &= ~(random.next() & 0x1f80);
  }

  #x87(state: State, plan: Plan): void {
    const random = this.#random;
    const view = new DataView(state.x87.buffer, state.x87.byteOffset, 80);
    for (let i = 0; i < 80; i += 10) {
      float80(random, view, i);
      if (plan.x87 === "float80") continue;
      const pair = new Uint32Array(2);
      integer(random, pair, 0);
      view.setUint32(i, pair[0]!, true);
      view.setUint32(i + 4, pair[1]!, true);
    }
    const shape = random.below(16);
    state.ftw = shape < 12 ? 0xff : shape < 15 ? random.next() & 0xff : 0;
    if (random.chance(96)) state.fcw = (state.fcw & ~0xf00) | (random.next() & 0xf00);
    if (random.chance(24)) state.fcw &= ~(random.next() & EVERY_EXCEPTION);
    const sticky = random.chance(64) ? random.next() & 0x7f : 0;
    state.fsw = (random.next() & 0x7f00) | sticky;
    if (sticky & ~state.fcw & EVERY_EXCEPTION) state.fsw |= 0x8080;
    else state.fsw &= 0x7f7f;
  }
}

/** Carries out a plan's steps on a state whose registers and memory are filled. */
class Steps {
  readonly state: State;
  readonly random: Random;
  readonly aim: Aim;
  /** The address that is to be non-canonical. */
  readonly wild: Address | null;
  /** Offset in the window of the last address, which need not be inside. */
  #there = 0;

  constructor(state: State, random: Random, aim: Aim, wild: Address | null) {
    this.state = state;
    this.random = random;
    this.aim = aim;
    this.wild = wild;
  }

  run(plan: Plan): void {
    for (const step of plan.steps) this.#run(step);
  }

  #run(step: Step): void {
    const { state, random } = this;
    switch (step.do) {
      case "address":
        this.#address(step);
        break;
      case "range":
        this.#setLow(step.register, step.bits, BigInt(random.between(step.low, step.high)));
        break;
      case "target register":
        state.gpr[step.register] = this.#target();
        break;
      case "target memory": {
        const target = this.#target();
        for (let i = 0; i < 8; i++) this.#put(i, Number((target >> BigInt(8 * i)) & 0xffn));
        break;
      }
      case "clear":
        this.#put(step.offset, this.#get(step.offset) & ~step.mask);
        break;
      case "match":
        if (random.chance(128)) this.#match(step.size, step.pair);
        break;
      case "copy":
        if (random.chance(128)) state.gpr[step.to] = state.gpr[step.from]!;
        break;
      case "dividend":
        this.#dividend(step.bits, step.signed);
        break;
      case "float80": {
        const ten = new DataView(new ArrayBuffer(10));
        float80(random, ten, 0);
        for (let i = 0; i < 10; i++) this.#put(i, ten.getUint8(i));
        break;
      }
      case "decimal":
        if (random.chance(32)) break;
        for (let i = 0; i < 9; i++) this.#put(i, random.below(10) | (random.below(10) << 4));
        this.#put(9, random.chance(200) ? random.next() & 0x80 : random.next());
        break;
      case "fxsave image":
        if (random.chance(16)) break;
        this.#put(25, this.#get(25) | 0x1f);
        this.#put(26, 0);
        this.#put(27, 0);
    }
  }

  #get(offset: number): number {
    return this.state.memory[this.#there + offset] ?? 0;
  }

  #put(offset: number, byte: number): void {
    const at = this.#there + offset;
    if (at >= 0 && at < WINDOW_SIZE) this.state.memory[at] = byte;
  }

  #setLow(register: number, bits: number, value: bigint): void {
    const mask = (1n << BigInt(bits)) - 1n;
    this.state.gpr[register] = (this.state.gpr[register]! & ~mask) | (value & mask);
  }

  #target(): bigint {
    if (this.random.chance(12)) return this.random.pick(NOT_CODE);
    for (;;) {
      const target = CODE_PAGE + this.random.below(0x1000);
      if (target < CODE - 16 || target > CODE + 32) return BigInt(target);
    }
  }

  #address(step: Address): void {
    const { random, state } = this;
    const { base, index, scale, size, margin } = step;
    if (base === NONE && index === NONE) {
      this.#there = step.displacement - state.window;
      return;
    }
    let offset = this.#offset(size, margin);
    const shift = BigInt(scale);
    const displacement = BigInt(step.displacement);
    let rest = BigInt(state.window + offset) - displacement;
    if (step === this.wild) rest += BigInt(random.between(1, 0xffff)) << BigInt(random.between(46, 48));
    if (index === NONE) {
      this.#setLow(base, step.bits, rest);
    } else if (base === NONE) {
      const low = rest & ((1n << shift) - 1n);
      offset -= Number(low);
      this.#setLow(index, step.bits, (rest - low) >> shift);
    } else {
      const wide = random.chance(48);
      const value = wide ? BigInt.asIntN(64, state.gpr[index]!) : BigInt(random.between(-20, 20));
      this.#setLow(index, step.bits, value);
      this.#setLow(base, step.bits, rest - (value << shift));
    }
    this.#there = offset;
  }

  #offset(size: number, margin: number): number {
    const { random } = this;
    const last = WINDOW_SIZE - size - margin;
    let low = margin;
    let high = last;
    if (this.aim === "end") {
      low = Math.max(margin, last - size - margin);
      high = WINDOW_SIZE + 8;
    } else if (this.aim === "read-only" && random.chance(128)) {
      low = Math.max(low, WINDOW_SIZE / 2 - size - margin);
      high = Math.min(high, WINDOW_SIZE / 2 + margin);
    } else if (random.chance(32)) {
      // Across the two pages, which is also across two cache lines.
      low = Math.max(low, WINDOW_SIZE / 2 - size);
      high = Math.min(high, WINDOW_SIZE / 2);
    }
    const offset = random.between(low, Math.max(low, high));
    const alignment = Math.min(16, size & -size);
    const aligned = random.chance(218) ? offset & -alignment : offset;
    return aligned >= low ? aligned : offset;
  }

  #match(size: number, pair: boolean): void {
    if (this.#there < 0 || this.#there + size * 2 > WINDOW_SIZE) return;
    const word = (at: number): bigint => {
      let value = 0n;
      for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#get(at + i));
      return value;
    };
    this.#setLow(0, 8 * size, word(0));
    if (pair) this.#setLow(2, 8 * size, word(size));
  }

  #dividend(bits: number, signed: boolean): void {
    const { random, state } = this;
    const width = BigInt(bits);
    const dice = random.below(8);
    if (dice === 0) return;
    const low = state.gpr[0]! & ((1n << width) - 1n);
    const negative = signed && low >> (width - 1n) !== 0n;
    const high = dice < 5 ? (negative ? -1n : 0n) : BigInt(random.between(signed ? -3 : 0, 3));
    if (bits === 8) this.#setLow(0, 16, low | (high << 8n));
    else this.#setLow(2, bits, high);
  }
}
