/*
 * Random IR programs that end, trap nowhere and read nothing undefined: functions of i64s that call those before them, with
 * branches, counted loops, switches, all integer types and f64, a table in memory and slots. A seed gives one program.
 */
import { FunctionBuilder } from "../../../src/compiler/ir/builder.ts";
import { newFunction } from "../../../src/compiler/ir/construct.ts";
import type { Block, Condition, IrProgram, IrType, Slot, Value } from "../../../src/compiler/ir/ir.ts";
import type { OpName } from "../../../src/compiler/ir/ops.ts";

const INTS = ["i8", "i16", "i32", "i64"] as const;
const CONDITIONS: readonly Condition[] = ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge"];
const FLOAT_CONDITIONS: readonly Condition[] = ["eq", "ne", "slt", "sle", "sgt", "sge"];
const bitsOf = (t: IrType): number => (t === "f64" ? 64 : Number(t.slice(1)));

class Draws {
  #state: number;
  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1;
  }
  below(n: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % n;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  number(bits: number): bigint {
    const any = (BigInt(this.below(2 ** 32)) << 32n) | BigInt(this.below(2 ** 32));
    const value = [
      0n,
      1n,
      2n,
      3n,
      5n,
      8n,
      9n,
      -1n,
      -2n,
      127n,
      255n,
      0x80n,
      0xffffn,
      0xffff_ffffn,
      1n << BigInt(bits - 1),
      any,
      any >> 33n,
      any >> 50n,
    ][this.below(18)]!;
    return BigInt.asUintN(bits, value);
  }
}

/** Bytes of the table that all functions read and write. */
export const TABLE_SIZE = 256;

class Generator {
  readonly #d: Draws;
  readonly #program: IrProgram;
  #b!: FunctionBuilder;
  #values: Value[] = [];
  #slots: Slot[] = [];
  #budget = 0;
  #loops = 0;

  constructor(seed: number) {
    this.#d = new Draws(seed);
    const bytes = new Uint8Array(TABLE_SIZE).map(() => this.#d.below(256));
    const table = { symbol: "table", section: ".data", kind: "data" as const, align: 8, bytes };
    this.#program = {
      functions: [],
      data: [{ ...table, relocations: [], exported: true, debug: undefined }],
    };
  }

  program(): IrProgram {
    const count = 1 + this.#d.below(3);
    for (let n = 0; n < count; n++) this.#function(n);
    return this.#program;
  }

  #function(n: number): void {
    const arity = n === 0 ? 4 : this.#d.pick([0, 2, 4, 9]);
    const signature = {
      params: new Array<IrType>(arity).fill("i64"),
      results: ["i64" as const],
      noreturn: false,
      variadic: false,
    };
    const fn = newFunction(`f${n}`, signature);
    this.#program.functions.push(fn);
    this.#b = new FunctionBuilder(fn);
    this.#values = [...this.#b.params];
    this.#slots = [this.#b.newSlot(16, 8), this.#b.newSlot(24, 16)];
    this.#budget = 20 + this.#d.below(80);
    this.#loops = 0;
    for (const slot of this.#slots) {
      for (let at = 0; at < slot.size; at += 8)
        this.#b.store(this.#b.slotAddress(slot), this.#int("i64"), { offset: at });
    }
    this.#body(0);
    // Everything that is alive counts for the result.
    let sum = this.#b.const("i64", 0);
    for (const v of this.#values) {
      const wide = v.type === "f64" ? undefined : this.#convert(v, "i64");
      if (wide) sum = this.#b.op(this.#d.pick<OpName>(["add", "xor", "sub"]), [sum, wide]);
    }
    this.#b.return(sum);
  }

  #convert(v: Value, to: IrType): Value {
    const [from, want] = [bitsOf(v.type), bitsOf(to)];
    if (v.type === to) return v;
    if (v.type === "f64") return this.#convert(this.#b.op("ftosi", [v]), to);
    if (to === "f64") return this.#b.op(this.#d.pick<OpName>(["sitof", "uitof"]), [this.#convert(v, "i64")]);
    if (from > want) return this.#b.op("trunc", [v], {}, to);
    return this.#b.op(this.#d.pick<OpName>(["zext", "sext"]), [v], {}, to);
  }

  #int(type: IrType): Value {
    if (this.#d.below(4) === 0) {
      return type === "f64"
        ? this.#b.fconst(this.#d.pick([0, 1, -1.5, 1e10, 2 ** 63, 0.1]))
        : this.#b.const(type, this.#d.number(bitsOf(type)));
    }
    const near = this.#values.slice(-12);
    const from = this.#d.below(3) === 0 ? this.#values : near;
    const same = from.filter((v) => v.type === type);
    if (same.length > 0 && this.#d.below(4) > 0) return this.#d.pick(same);
    if (from.length === 0) return this.#int0(type);
    const v = this.#d.pick(from);
    return this.#convert(v, type);
  }
  #int0(type: IrType): Value {
    return type === "f64" ? this.#b.fconst(3) : this.#b.const(type, this.#d.number(bitsOf(type)));
  }

  #keep(v: Value): void {
    this.#values.push(v);
    if (this.#values.length > 40) this.#values.splice(this.#d.below(this.#values.length - 4), 1);
  }

  #body(depth: number): void {
    const count = 1 + this.#d.below(8);
    for (let n = 0; n < count && this.#budget > 0; n++) {
      this.#budget--;
      this.#statement(depth);
    }
  }

  #statement(depth: number): void {
    const kind = this.#d.below(depth < 3 ? 17 : 13);
    if (kind < 6) this.#arithmetic();
    else if (kind < 8) this.#memory();
    else if (kind === 8) this.#keep(this.#b.op("select", [this.#condition(), ...this.#pair()]));
    else if (kind === 9) this.#float();
    else if (kind === 10) this.#call();
    else if (kind === 11) this.#bits();
    else if (kind === 12) this.#keep(this.#b.op("zext", [this.#condition()], {}, this.#d.pick(INTS)));
    else if (kind === 13 || kind === 14) this.#if(depth);
    else if (kind === 15) this.#loop(depth);
    else this.#switch(depth);
  }

  #pair(): [Value, Value] {
    const type = this.#d.pick<IrType>([...INTS, "f64"]);
    return [this.#int(type), this.#int(type)];
  }

  #arithmetic(): void {
    const type = this.#d.pick(INTS);
    const op = this.#d.pick<OpName>([
      "add",
      "add",
      "sub",
      "mul",
      "and",
      "or",
      "xor",
      "shl",
      "lshr",
      "ashr",
      "rotl",
      "rotr",
      "neg",
      "not",
      "udiv",
      "urem",
      "sdiv",
      "srem",
      "umulh",
      "smulh",
    ]);
    const a = this.#int(type);
    if (op === "neg" || op === "not") this.#keep(this.#b.op(op, [a]));
    else if (op === "umulh" || op === "smulh")
      this.#keep(this.#b.op(op, [this.#int("i64"), this.#int("i64")]));
    else if (op === "udiv" || op === "urem" || op === "sdiv" || op === "srem") {
      // Positive and not zero: no division traps.
      const mask = this.#b.const(type, 0x3f);
      const divisor = this.#b.op("or", [this.#b.op("and", [this.#int(type), mask]), this.#b.const(type, 1)]);
      this.#keep(this.#b.op(op, [a, divisor]));
    } else this.#keep(this.#b.op(op, [a, this.#int(type)]));
  }

  #bits(): void {
    const type = this.#d.pick(INTS);
    this.#keep(this.#b.op(this.#d.pick<OpName>(["popcnt", "clz", "ctz", "bswap"]), [this.#int(type)]));
  }

  #float(): void {
    const a = this.#int("f64");
    const op = this.#d.pick<OpName>(["fadd", "fsub", "fmul", "fdiv", "fneg"]);
    this.#keep(op === "fneg" ? this.#b.op(op, [a]) : this.#b.op(op, [a, this.#int("f64")]));
  }

  /** An address within the table or a slot at which eight bytes fit, and a constant offset. */
  #address(): { address: Value; offset: number } {
    if (this.#d.below(3) === 0) {
      const slot = this.#d.pick(this.#slots);
      return { address: this.#b.slotAddress(slot), offset: this.#d.below(slot.size - 7) };
    }
    const scale = this.#d.below(4);
    const index = this.#b.op("and", [this.#int("i64"), this.#b.const("i64", 15)]);
    const scaled = this.#b.op("shl", [index, this.#b.const("i64", scale)]);
    const address = this.#b.op("add", [this.#b.symbol("table", this.#d.below(16)), scaled]);
    return { address, offset: this.#d.below(64) };
  }

  #memory(): void {
    const type = this.#d.pick<IrType>([...INTS]);
    const { address, offset } = this.#address();
    const kind = this.#d.below(8);
    if (kind < 3) this.#keep(this.#b.load(type, address, { offset }));
    else if (kind < 5) this.#b.store(address, this.#int(type), { offset });
    else if (kind === 5) {
      const old = this.#b.load(type, address, { offset });
      this.#b.store(
        address,
        this.#b.op(this.#d.pick<OpName>(["add", "sub", "xor", "and", "or"]), [old, this.#int(type)]),
        { offset },
      );
    } else if (kind === 6) {
      const rmw = this.#d.pick(["add", "and", "or", "xor", "exchange"] as const);
      const old = this.#b.op("atomicrmw", [address, this.#int(type)], { rmw, order: "sequential" });
      if (this.#d.below(2) === 0) this.#keep(old);
    } else if (this.#d.below(2) === 0)
      this.#keep(this.#b.op("cmpxchg", [address, this.#int(type), this.#int(type)]));
    else {
      const n = this.#b.const("i64", this.#d.below(9));
      this.#b.do("memmove", [address, this.#b.slotAddress(this.#slots[0]!), n]);
    }
  }

  #condition(): Value {
    const kind = this.#d.below(8);
    if (kind === 0)
      return this.#b.op("fcmp", [this.#int("f64"), this.#int("f64")], {
        condition: this.#d.pick(FLOAT_CONDITIONS),
      });
    if (kind === 1)
      return this.#b.op(this.#d.pick<OpName>(["and", "or", "xor"]), [this.#compare(), this.#compare()]);
    if (kind === 2) {
      const type = this.#d.pick(INTS);
      const masked = this.#b.op("and", [this.#int(type), this.#int(type)]);
      return this.#b.icmp(this.#d.pick(CONDITIONS), masked, this.#b.const(type, 0));
    }
    return this.#compare();
  }
  #compare(): Value {
    const type = this.#d.pick(INTS);
    return this.#b.icmp(this.#d.pick(CONDITIONS), this.#int(type), this.#int(type));
  }

  #call(): void {
    const callable = this.#program.functions.slice(0, -1);
    if (callable.length === 0 || this.#loops > 1) {
      this.#arithmetic();
      return;
    }
    const fn = this.#d.pick(callable);
    const args = fn.signature.params.map(() => this.#int("i64"));
    const [result] =
      this.#d.below(3) === 0
        ? this.#b.callPointer(this.#b.symbol(fn.symbol), fn.signature, args)
        : this.#b.call(fn.symbol, fn.signature, args);
    this.#keep(result!);
  }

  /** Runs `fill` in a block whose values are forgotten after it; leaves the cursor at its end. */
  #scope(block: Block, fill: () => void): Value[] {
    const before = this.#values;
    this.#values = [...before];
    this.#b.at(block);
    fill();
    const made = this.#values;
    this.#values = before;
    return made;
  }

  #if(depth: number): void {
    const condition = this.#condition();
    const type = this.#d.pick<IrType>([...INTS, "f64"]);
    const [then, otherwise] = [this.#b.newBlock(), this.#b.newBlock()];
    const after = this.#b.newBlock(type, "i32");
    this.#b.branch(condition, then, otherwise);
    for (const side of [then, otherwise]) {
      this.#scope(side, () => {
        this.#body(depth + 1);
        this.#b.jump(after, this.#int(type), this.#int("i32"));
      });
    }
    this.#b.at(after);
    for (const p of after.params) this.#keep(p);
  }

  #loop(depth: number): void {
    if (this.#loops >= 2) {
      this.#arithmetic();
      return;
    }
    this.#loops++;
    const types: IrType[] = ["i32", this.#d.pick(INTS), this.#d.pick<IrType>([...INTS, "f64"]), "i64"];
    const [header, body, after] = [this.#b.newBlock(...types), this.#b.newBlock(), this.#b.newBlock()];
    this.#b.jump(header, this.#b.const("i32", 0), ...types.slice(1).map((t) => this.#int(t)));
    this.#b.at(header);
    const [i, ...rest] = header.params;
    for (const p of header.params) this.#values.push(p);
    const more = this.#b.icmp("ult", i!, this.#b.const("i32", 1 + this.#d.below(6)));
    this.#b.branch(more, body, after);
    this.#scope(body, () => {
      this.#body(depth + 1);
      const next = this.#b.op("add", [i!, this.#b.const("i32", 1)]);
      // Now and then parameters change places.
      const args = rest.map((p) =>
        this.#d.below(3) === 0
          ? (this.#d.pick(rest.filter((q) => q.type === p.type)) ?? p)
          : this.#int(p.type),
      );
      this.#b.jump(header, next, ...args);
    });
    this.#b.at(after);
    this.#loops--;
  }

  #switch(depth: number): void {
    const type = this.#d.pick(INTS);
    const count = 1 + this.#d.below(9);
    const step = this.#d.pick([1n, 1n, 3n, 1000n]);
    const base = this.#d.number(bitsOf(type));
    const raw =
      this.#d.below(2) === 0
        ? this.#int(type)
        : this.#b.op("add", [
            this.#b.op("and", [this.#int(type), this.#b.const(type, 7)]),
            this.#b.const(type, base),
          ]);
    const after = this.#b.newBlock("i64");
    const values = new Set(
      Array.from({ length: count }, (_, n) => BigInt.asUintN(bitsOf(type), base + step * BigInt(n))),
    );
    const blocks = [...values].map((value) => ({ value, block: this.#b.newBlock() }));
    const otherwise = this.#b.newBlock();
    this.#b.terminate({
      kind: "switch",
      subject: raw,
      cases: blocks.map(({ value, block }) => ({ value, edge: { to: block, args: [] } })),
      otherwise: { to: otherwise, args: [] },
    });
    for (const block of [...blocks.map((x) => x.block), otherwise]) {
      this.#scope(block, () => {
        if (this.#d.below(3) === 0) this.#body(depth + 2);
        this.#b.jump(after, this.#int("i64"));
      });
    }
    this.#b.at(after);
    this.#keep(after.params[0]!);
  }
}

/** The program of a seed. Its last function takes what `argumentsFor` gives. */
export const randomProgram = (seed: number): IrProgram => new Generator(seed).program();
export function argumentsFor(seed: number, count: number): bigint[] {
  const d = new Draws(seed ^ 0x55aa);
  return Array.from({ length: count }, () => d.number(64));
}
