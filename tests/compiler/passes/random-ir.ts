/*
 * Random programs in IR, the same for the same seed: three functions that call each other downwards, with nested branches, switches and
 * bounded loops, slots, a global, and a host's function that sees values. They never trap, and no address becomes a number
 * that is seen, so that every valid change of the program leaves what is seen alone.
 */
import { FunctionBuilder } from "../../../src/compiler/ir/builder.ts";
import { bitsOf, newFunction } from "../../../src/compiler/ir/construct.ts";
import { type HostFunction, Interpreter } from "../../../src/compiler/ir/interpreter.ts";
import type {
  Block,
  Condition,
  IrFunction,
  IrProgram,
  IrType,
  Signature,
  Slot,
  Value,
} from "../../../src/compiler/ir/ir.ts";
import type { OpName } from "../../../src/compiler/ir/ops.ts";

/** Marsaglia's xorshift, 32 bits. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
    for (let i = 0; i < 8; i++) this.below(2);
  }
  below(n: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % n;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
  bits(width: number): bigint {
    const word = (): bigint => BigInt(this.below(0x10000));
    const any = (word() << 48n) | (word() << 32n) | (word() << 16n) | word();
    const shapes = [
      0n,
      1n,
      2n,
      3n,
      7n,
      8n,
      10n,
      255n,
      -1n,
      -2n,
      -7n,
      1n << 31n,
      1n << 63n,
      any,
      any & 0xffffn,
      any & 0xffn,
      1n << BigInt(this.below(64)),
    ];
    return BigInt.asUintN(width, this.pick(shapes));
  }
}

const INTEGERS: readonly IrType[] = ["i8", "i16", "i32", "i64"];
const BINARY: readonly OpName[] = [
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
  "add",
  "sub",
];
const UNARY: readonly OpName[] = ["neg", "not", "popcnt", "clz", "ctz"];
const CONDITIONS: readonly Condition[] = ["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge"];
const FLOATS: readonly OpName[] = ["fadd", "fsub", "fmul", "fdiv"];

const plain = (params: Signature["params"], results: readonly IrType[]): Signature => ({
  params,
  results,
  noreturn: false,
  variadic: false,
});
export const SEE = plain(["i64"], []);
/** Changes the 8 bytes at an address. */
const TOUCH = plain(["i64"], ["i64"]);
const GLOBAL_SIZE = 64;

class Writer {
  readonly b: FunctionBuilder;
  readonly r: Random;
  readonly callees: readonly IrFunction[];
  /** In scope. */
  pool: Value[] = [];
  slots: Slot[] = [];
  budget: number;
  depth = 0;

  constructor(fn: IrFunction, r: Random, callees: readonly IrFunction[], budget: number) {
    this.b = new FunctionBuilder(fn);
    this.r = r;
    this.callees = callees;
    this.budget = budget;
  }

  value(type: IrType): Value {
    const { r, b } = this;
    const having = this.pool.filter((v) => v.type === type);
    if (having.length > 0 && r.chance(75)) {
      // Newer ones rather.
      return r.chance(50) ? having[having.length - 1 - r.below(Math.min(4, having.length))]! : r.pick(having);
    }
    if (type === "f64") return b.fconst(r.pick([0, -0, 1, -1.5, 3.25, 1e10, 123456789]));
    return b.const(type, r.bits(bitsOf(type)));
  }
  add(value: Value): void {
    this.pool.push(value);
  }

  /** An address of 8 bytes with a displacement that stays within, and how many bytes are there. */
  place(): { address: Value; size: number } {
    const { r, b } = this;
    const global = r.chance(30) || this.slots.length === 0;
    const slot = global ? undefined : r.pick(this.slots);
    const size = slot?.size ?? GLOBAL_SIZE;
    const address = slot ? b.slotAddress(slot) : b.symbol("g");
    if (size <= 8 || r.chance(40)) return { address, size };
    if (r.chance(50)) {
      const by = 8 * r.below(size / 8);
      return { address: b.op("add", [address, b.const("i64", by)]), size: size - by };
    }
    // An index that is computed.
    const index = b.op("and", [this.value("i64"), b.const("i64", size / 8 - 1)]);
    return { address: b.op("add", [address, b.op("mul", [index, b.const("i64", 8)])]), size: 8 };
  }

  /** An address of so many bytes. */
  structure(size: number): Value {
    const { address, size: there } = this.place();
    return there >= size ? address : this.b.symbol("g");
  }

  statement(): void {
    const { r, b } = this;
    if (this.budget-- <= 0) return;
    const type = r.pick(INTEGERS);
    switch (r.below(24)) {
      case 0:
      case 1:
      case 2:
      case 3:
        this.add(b.op(r.pick(BINARY), [this.value(type), this.value(type)]));
        break;
      case 4:
        this.add(b.op(r.pick(UNARY), [this.value(type)]));
        break;
      case 5: {
        const op = r.pick(["udiv", "sdiv", "urem", "srem"] as const);
        let divisor = b.const(
          type,
          r.pick([
            1n,
            2n,
            3n,
            5n,
            7n,
            10n,
            16n,
            100n,
            125n,
            -3n,
            -8n,
            1n << BigInt(bitsOf(type) - 1),
            (r.bits(bitsOf(type)) >> 1n) | 2n,
          ]),
        );
        if (r.chance(30)) {
          // Between 1 and half the range.
          const positive = b.op("lshr", [this.value(type), b.const(type, 1)]);
          divisor = b.op("or", [positive, b.const(type, 1)]);
        }
        this.add(b.op(op, [this.value(type), divisor]));
        break;
      }
      case 6:
        this.add(b.icmp(r.pick(CONDITIONS), this.value(type), this.value(type)));
        break;
      case 7: {
        const from = r.pick(["i1", ...INTEGERS] as const);
        const [x, y] = [bitsOf(from), bitsOf(type)];
        if (x === y) break;
        const how = x > y ? "trunc" : r.chance(50) || from === "i1" ? "zext" : "sext";
        this.add(b.op(how, [this.value(from)], {}, type));
        break;
      }
      case 8:
        this.add(b.op("select", [this.value("i1"), this.value(type), this.value(type)]));
        break;
      case 9:
        this.add(b.op(r.pick(["and", "or", "xor"] as const), [this.value("i1"), this.value("i1")]));
        break;
      case 10:
        switch (r.below(4)) {
          case 0:
            this.add(b.op(r.pick(FLOATS), [this.value("f64"), this.value("f64")]));
            break;
          case 1:
            this.add(b.op(r.pick(["sitof", "uitof"] as const), [this.value("i64")]));
            break;
          case 2:
            this.add(b.op(r.pick(["ftosi", "ftoui"] as const), [this.value("f64")]));
            break;
          default:
            this.add(
              b.op("fcmp", [this.value("f64"), this.value("f64")], {
                condition: r.pick(["eq", "ne", "slt", "sge"] as const),
              }),
            );
        }
        break;
      case 11:
      case 12:
      case 13: {
        const { address, size } = this.place();
        const offset = size > 8 && r.chance(40) ? 8 * r.below(size / 8) : 0;
        const memory = r.chance(10) ? "f64" : r.chance(60) ? "i64" : type;
        const details = { ...(offset && { offset }), ...(r.chance(5) && { volatile: true }) };
        if (r.chance(50)) b.store(address, this.value(memory), details);
        else {
          const value = b.load(memory, address, details);
          // Numbers that memory has as f64 may be any NaN.
          this.add(
            memory === "f64"
              ? b.op("select", [b.op("fcmp", [value, value], { condition: "eq" }), value, b.fconst(1)])
              : value,
          );
        }
        break;
      }
      case 14: {
        const [to, from] = [this.place(), this.place()];
        if (r.chance(50))
          b.do("memmove", [to.address, from.address, b.const("i64", Math.min(to.size, from.size))]);
        else b.do("memset", [to.address, this.value("i8"), b.const("i64", to.size)]);
        break;
      }
      case 15:
        if (this.callees.length > 0) {
          const callee = r.pick(this.callees);
          const params = callee.signature.params.map((p) =>
            typeof p === "string" ? this.value(p) : this.structure(p.size),
          );
          for (const value of b.call(callee.symbol, callee.signature, params)) this.add(value);
        } else this.add(b.call("touch", TOUCH, [this.place().address])[0]!);
        break;
      case 16:
        b.call("see", SEE, [this.value("i64")]);
        break;
      case 17:
        if (this.slots.length < 6 && this.depth === 0) {
          const slot = b.newSlot(r.pick([8, 8, 16, 32]), 8);
          b.do("memset", [b.slotAddress(slot), b.const("i8", r.below(256)), b.const("i64", slot.size)]);
          this.slots.push(slot);
        }
        break;
      case 18:
      case 19:
      case 20:
        this.branch();
        break;
      case 21:
        this.switch();
        break;
      default:
        this.loop();
    }
  }

  /** Statements in a block of their own; what they make is out of scope after. `after` ends the block. */
  inner(block: Block, after: () => void): void {
    const outer = this.pool;
    this.pool = [...outer, ...block.params];
    this.depth++;
    this.b.at(block);
    const count = this.depth > 4 ? 1 : this.r.below(5);
    for (let i = 0; i < count; i++) this.statement();
    after();
    this.depth--;
    this.pool = outer;
  }

  branch(): void {
    const { b, r } = this;
    const types = Array.from({ length: r.below(3) }, () => r.pick(["i1", ...INTEGERS, "f64"] as const));
    const [then, otherwise, end] = [b.newBlock(), b.newBlock(), b.newBlock(...types)];
    b.branch(this.value("i1"), then, otherwise, r.chance(10) ? "then" : undefined);
    for (const block of [then, otherwise]) {
      this.inner(block, () => b.jump(end, ...types.map((type) => this.value(type))));
    }
    b.at(end);
    this.pool.push(...end.params);
  }

  switch(): void {
    const { b, r } = this;
    const type = r.pick(INTEGERS);
    const end = b.newBlock("i32");
    const blocks = Array.from({ length: 1 + r.below(4) }, () => b.newBlock());
    const values = [...new Set(blocks.map((_, i) => (r.chance(70) ? BigInt(i) : r.bits(bitsOf(type)))))];
    const subject = r.chance(70) ? b.op("and", [this.value(type), b.const(type, 7)]) : this.value(type);
    const standard = r.chance(50) ? { to: end, args: [this.value("i32")] } : { to: blocks[0]!, args: [] };
    b.terminate({
      kind: "switch",
      subject,
      cases: values.map((value, i) => ({ value, edge: { to: blocks[i]!, args: [] } })),
      otherwise: standard,
    });
    for (const [i, block] of blocks.entries()) {
      const next = blocks[i + 1];
      this.inner(block, () => {
        if (next && r.chance(30)) b.jump(next);
        else b.jump(end, this.value("i32"));
      });
    }
    b.at(end);
    this.pool.push(...end.params);
  }

  /** At most 7 rounds. The counter is a parameter or in a slot; there may be other values carried around, and a way out in the middle. */
  loop(): void {
    const { b, r } = this;
    if (this.depth > 2) return;
    const types = Array.from({ length: r.below(3) }, () => r.pick(INTEGERS));
    const kind = r.pick(["i64", "i32", "i32", "i8"] as const);
    const rounds = b.const(kind, r.below(8));
    const bySlot = r.chance(50);
    const slot = bySlot ? b.newSlot(8, 8) : undefined;
    const zero = b.const(kind, 0);
    if (slot) b.store(b.slotAddress(slot), zero);
    const head = b.newBlock(kind, ...types);
    const [body, step] = [b.newBlock(), b.newBlock(...types)];
    const end = b.newBlock(...types);
    b.jump(head, zero, ...types.map((type) => this.value(type)));
    b.at(head);
    const [counter, ...carried] = head.params;
    const count = slot ? b.load(kind, b.slotAddress(slot)) : counter!;
    b.branch(b.icmp(r.pick(["ult", "slt"] as const), count, rounds), body, end);
    const { terminator } = b.block;
    if (terminator.kind === "branch") terminator.otherwise.args.push(...carried);
    const outer = this.pool;
    this.pool = [...outer, ...head.params, count];
    this.inner(body, () => {
      // An element by the counter.
      if (r.chance(50)) {
        const index = kind === "i64" ? count : b.op(r.pick(["zext", "sext"] as const), [count], {}, "i64");
        const at = b.op("add", [b.symbol("g"), b.op("mul", [index, b.const("i64", r.pick([1, 3, 8]))])]);
        if (r.chance(50)) b.store(at, this.value("i8"));
        else this.add(b.load("i8", at));
      }
      const given = types.map((type) => this.value(type));
      if (r.chance(25)) {
        const condition = this.value("i1");
        const values = types.map((type) => this.value(type));
        b.branch(condition, end, step);
        const t = b.block.terminator;
        if (t.kind === "branch") {
          t.then.args.push(...values);
          t.otherwise.args.push(...given);
        }
      } else b.jump(step, ...given);
    });
    b.at(step);
    const next = b.op("add", [count, b.const(kind, 1)]);
    if (slot) b.store(b.slotAddress(slot), next);
    b.jump(head, next, ...step.params);
    this.pool = outer;
    b.at(end);
    this.pool.push(...end.params);
  }
}

/** A program with a `main(i64, i32) -> i64`. */
export function randomProgram(seed: number, budget = 40): IrProgram {
  const r = new Random(seed);
  const functions: IrFunction[] = [];
  const shapes: readonly (readonly [string, Signature])[] = [
    ["leaf", plain(["i64", { size: 16, align: 8 }], ["i64"])],
    ["middle", plain(["i32", "f64"], ["i64", "f64"])],
    ["main", plain(["i64", "i32"], ["i64"])],
  ];
  for (const [symbol, signature] of shapes) {
    const attributes = {
      ...(symbol === "main" && { exported: true }),
      ...(symbol === "leaf" && r.chance(30) && { inline: "always" as const }),
    };
    const fn = newFunction(symbol, signature, { attributes });
    const w = new Writer(fn, r, [...functions], budget);
    const { b } = w;
    for (const [i, param] of b.params.entries()) {
      if (typeof signature.params[i] === "string") w.add(param);
      else w.add(b.load("i64", param, { offset: 8 }));
    }
    while (w.budget > 0) w.statement();
    b.return(...signature.results.map((type) => w.value(type)));
    functions.push(fn);
  }
  const bytes = Uint8Array.from({ length: GLOBAL_SIZE }, (_, i) => i * 7);
  return {
    functions,
    data: [
      {
        symbol: "g",
        section: ".data",
        kind: "data",
        align: 8,
        bytes,
        relocations: [],
        exported: true,
        debug: undefined,
      },
    ],
  };
}

/** What a program does that can be seen: its result, what the host saw, and the global at the end. As text. */
export function behaviour(program: IrProgram, args: readonly (bigint | number)[]): string {
  const seen: string[] = [];
  const functions: Record<string, HostFunction> = {
    see: ([x]) => void seen.push(String(x)),
    touch: ([address], machine) => {
      const at = BigInt(address!);
      const before = machine.memory.load("i64", at);
      machine.memory.store("i64", at, BigInt.asUintN(64, BigInt(before) * 3n + 1n));
      return before;
    },
  };
  const machine = new Interpreter(program, { host: { functions }, memory: 1 << 18, steps: 3_000_000 });
  const outcome = machine.run("main", args);
  const g = machine.memory.symbol("g");
  const bytes = Buffer.from(machine.memory.bytes.subarray(g, g + GLOBAL_SIZE)).toString("hex");
  const result = outcome.kind === "returned" ? outcome.values.join() : JSON.stringify(outcome);
  return `${result} | ${seen.join(" ")} | ${bytes}`;
}
