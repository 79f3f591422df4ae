/**
 * Runs IR, slowly and by the letter: the meaning that passes and the back end are tested against. One thread; atomics are plain
 * accesses. What the program does to the world goes through the host: functions that it does not define, ports, assembly, the clock.
 * Traps, faults and limits are results, not exceptions.
 */
import type { Place } from "../place.ts";
import { evaluate, isArithmetic, type Scalar } from "./arithmetic.ts";
import type {
  AsmCode,
  Block,
  Edge,
  Instruction,
  IrFunction,
  IrProgram,
  IrType,
  Signature,
  Value,
} from "./ir.ts";
import { Memory, MemoryFault, StackOverflow } from "./memory.ts";
import { definingInstruction } from "./uses.ts";

/** A function of the host: arguments by the signature (structures as addresses), results likewise. */
export type HostFunction = (
  args: readonly Scalar[],
  machine: Interpreter,
) => Scalar | readonly Scalar[] | undefined;

export interface Host {
  readonly functions?: Readonly<Record<string, HostFunction>>;
  /** The output, if there is one. Absent: assembly is refused. */
  readonly asm?: (asm: AsmCode, args: readonly Scalar[], machine: Interpreter) => Scalar | undefined;
  readonly portIn?: (port: number, bits: 8 | 16 | 32) => number;
  readonly portOut?: (port: number, bits: 8 | 16 | 32, value: number) => void;
  /** Absent: the number of steps. */
  readonly readTsc?: () => bigint;
  /** Told of every access to memory by `load`, `store` and atomics. */
  readonly access?: (kind: "load" | "store", address: bigint, type: IrType, volatile: boolean) => void;
}

export interface InterpreterOptions {
  readonly host?: Host;
  /** Bytes of memory; default 16 MiB. */
  readonly memory?: number;
  /** Instructions and jumps; default 100 million. */
  readonly steps?: number;
}

export type Outcome =
  | { readonly kind: "returned"; readonly values: readonly Scalar[] }
  /** `reason`: a trap's own, "division by zero", "no memory at …", "stack overflow", "unreachable", … */
  | { readonly kind: "trapped"; readonly reason: string; readonly place: Place | undefined }
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "limit" };

class Trap extends Error {}
class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super("exit");
    this.status = status;
  }
}

interface Frame {
  readonly fn: IrFunction;
  readonly values: (Scalar | undefined)[];
  readonly slots: ReadonlyMap<unknown, number>;
  /** Where the stack was before. */
  readonly top: number;
  readonly address: bigint;
  block: Block;
  index: number;
  /** Of the caller: the call that gets the results. */
  readonly call: Instruction | undefined;
}

export class Interpreter {
  readonly memory: Memory;
  /** Instructions and jumps so far. */
  steps = 0;
  readonly #functions = new Map<string, IrFunction>();
  readonly #host: Host;
  readonly #limit: number;
  #frames: Frame[] = [];
  #place: Place | undefined;

  /** Throws RangeError if the program does not fit into memory or names what nobody defines in its data. */
  constructor(program: IrProgram, options: InterpreterOptions = {}) {
    this.#host = options.host ?? {};
    this.#limit = options.steps ?? 100_000_000;
    for (const fn of program.functions) this.#functions.set(fn.symbol, fn);
    const externs = Object.keys(this.#host.functions ?? {});
    this.memory = new Memory(program, externs, options.memory ?? 16 << 20);
  }

  /** Ends the program, from a host's function. */
  exit(status: number): never {
    throw new Exit(status);
  }
  /** Traps, from a host's function. */
  trap(reason: string): never {
    throw new Trap(reason);
  }

  /** Calls a function of the program and runs until it returns. Integers are taken modulo their widths. Memory stays as it is left. */
  run(symbol: string, args: readonly (Scalar | number)[] = []): Outcome {
    const fn = this.#functions.get(symbol);
    if (fn === undefined) throw new RangeError(`no function is called ${symbol}`);
    this.#frames = [];
    const top = this.memory.top;
    try {
      const params = fn.blocks[0]!.params;
      this.#enter(
        fn,
        params.map((param, i) => {
          const arg = args[i] ?? 0;
          if (param.type === "f64") return Number(arg);
          return BigInt.asUintN(Number(param.type.slice(1)), BigInt(arg));
        }),
        undefined,
      );
      for (;;) {
        const values = this.#step();
        if (values !== undefined) return { kind: "returned", values };
        if (++this.steps > this.#limit) return { kind: "limit" };
      }
    } catch (error) {
      if (error instanceof Exit) return { kind: "exited", status: error.status };
      const place = this.#place;
      if (error instanceof StackOverflow) return { kind: "trapped", reason: "stack overflow", place };
      if (error instanceof Trap || error instanceof MemoryFault) {
        return { kind: "trapped", reason: error.message, place };
      }
      throw error;
    } finally {
      this.memory.release(top);
    }
  }

  #enter(fn: IrFunction, args: readonly Scalar[], call: Instruction | undefined): void {
    const top = this.memory.top;
    // The return address and the saved frame pointer, as it were.
    const address = BigInt(this.memory.allocate(16, 16));
    const values: (Scalar | undefined)[] = new Array(fn.nextValue);
    const entry = fn.blocks[0]!;
    fn.signature.params.forEach((param, i) => {
      if (typeof param === "string") values[entry.params[i]!.id] = args[i];
      else {
        const copy = BigInt(this.memory.allocate(param.size, param.align));
        this.memory.copy(copy, integer(args[i]!), BigInt(param.size));
        values[entry.params[i]!.id] = copy;
      }
    });
    const slots = new Map(fn.slots.map((slot) => [slot, this.memory.allocate(slot.size, slot.align)]));
    this.#frames.push({ fn, values, slots, top, address, block: entry, index: 0, call });
  }

  /** One instruction or jump. Gives the values that the outermost function returns. */
  #step(): readonly Scalar[] | undefined {
    const frame = this.#frames.at(-1)!;
    const instruction = frame.block.instructions[frame.index];
    if (instruction !== undefined) {
      frame.index++;
      this.#place = instruction.place ?? this.#place;
      this.#execute(frame, instruction);
      return undefined;
    }
    const { terminator } = frame.block;
    this.#place = terminator.place ?? this.#place;
    switch (terminator.kind) {
      case "jump":
        this.#go(frame, terminator.edge);
        return undefined;
      case "branch":
        this.#go(
          frame,
          this.#read(frame, terminator.condition) === 1n ? terminator.then : terminator.otherwise,
        );
        return undefined;
      case "toggle":
        this.#go(frame, terminator.otherwise);
        return undefined;
      case "switch": {
        const subject = this.#read(frame, terminator.subject);
        this.#go(frame, terminator.cases.find((c) => c.value === subject)?.edge ?? terminator.otherwise);
        return undefined;
      }
      case "unreachable":
        throw new Trap("unreachable");
      case "return": {
        const values = terminator.values.map((value) => this.#read(frame, value));
        this.memory.release(frame.top);
        this.#frames.pop();
        const caller = this.#frames.at(-1);
        if (caller === undefined) return values;
        frame.call!.results.forEach((result, i) => {
          caller.values[result.id] = values[i];
        });
        return undefined;
      }
    }
  }

  #go(frame: Frame, { to, args }: Edge): void {
    const values = args.map((arg) => this.#read(frame, arg));
    to.params.forEach((param, i) => {
      frame.values[param.id] = values[i];
    });
    frame.block = to;
    frame.index = 0;
  }

  #read(frame: Frame, value: Value): Scalar {
    const found = frame.values[value.id];
    if (found === undefined) {
      const op = definingInstruction(value)?.op ?? "a parameter";
      throw new Error(`${frame.fn.symbol} reads v${value.id} (${op}) before it is made`);
    }
    return found;
  }

  #execute(frame: Frame, instruction: Instruction): void {
    const { op, results, details } = instruction;
    // What is most frequent first: programs of many million steps are run in tests.
    if (op === "const") {
      frame.values[results[0]!.id] = details.value!;
      return;
    }
    const args: Scalar[] = [];
    for (const arg of instruction.args) args.push(this.#read(frame, arg));
    if (isArithmetic(op)) {
      const result = evaluate(instruction, args);
      if (typeof result === "string") throw new Trap(result);
      frame.values[results[0]!.id] = result;
    } else this.#executeOther(frame, instruction, args);
  }

  #executeOther(frame: Frame, instruction: Instruction, args: readonly Scalar[]): void {
    const { op, results, details } = instruction;
    const give = (value: Scalar): void => {
      frame.values[results[0]!.id] = value;
    };
    const { memory } = this;
    const type = results[0]?.type;
    const address = (): bigint => BigInt.asUintN(64, integer(args[0]!) + BigInt(details.offset ?? 0));
    const load = (of: IrType): Scalar => {
      this.#host.access?.("load", address(), of, details.volatile ?? false);
      return memory.load(of, address());
    };
    const store = (of: IrType, value: Scalar): void => {
      this.#host.access?.("store", address(), of, details.volatile ?? false);
      memory.store(of, address(), value);
    };
    switch (op) {
      case "fconst":
        give(details.number!);
        break;
      case "symbol":
        give(BigInt.asUintN(64, BigInt(this.#symbol(details.symbol!) + (details.offset ?? 0))));
        break;
      case "slot":
        give(BigInt(frame.slots.get(details.slot)!));
        break;
      case "load":
      case "atomicload":
        give(load(type!));
        break;
      case "store":
      case "atomicstore":
        store(instruction.args[1]!.type, args[1]!);
        break;
      case "memcpy":
      case "memmove":
        memory.copy(integer(args[0]!), integer(args[1]!), integer(args[2]!));
        break;
      case "memset":
        memory.fill(integer(args[0]!), integer(args[1]!), integer(args[2]!));
        break;
      case "atomicrmw": {
        const before = integer(load(type!));
        const by = integer(args[1]!);
        const after = { add: before + by, and: before & by, or: before | by, xor: before ^ by, exchange: by };
        store(type!, BigInt.asUintN(Number(type!.slice(1)), after[details.rmw!]));
        give(before);
        break;
      }
      case "cmpxchg": {
        const before = load(type!);
        if (before === args[1]) store(type!, args[2]!);
        give(before);
        break;
      }
      case "fence":
      case "barrier":
      case "pause":
        break;
      case "call":
        this.#call(instruction, details.symbol!, args, details.signature!);
        break;
      case "callptr": {
        const symbol = memory.functionAt(integer(args[0]!));
        if (symbol === undefined) throw new Trap(`no function at 0x${args[0]!.toString(16)}`);
        this.#call(instruction, symbol, args.slice(1), details.signature!);
        break;
      }
      case "portin": {
        const { portIn } = this.#host;
        if (!portIn) throw new Trap("no ports");
        give(BigInt.asUintN(Number(type!.slice(1)), BigInt(portIn(Number(args[0]), portBits(type!)))));
        break;
      }
      case "portout": {
        const { portOut } = this.#host;
        if (!portOut) throw new Trap("no ports");
        portOut(Number(args[0]), portBits(instruction.args[1]!.type), Number(args[1]));
        break;
      }
      case "rdtsc":
        give(this.#host.readTsc?.() ?? BigInt(this.steps));
        break;
      case "frame":
        give(frame.address);
        break;
      case "retaddr":
        give(memory.load("i64", frame.address));
        break;
      case "asm": {
        const { asm } = this.#host;
        if (!asm) throw new Trap(`assembly is refused: ${details.asm!.text}`);
        const output = asm(details.asm!, args, this);
        if (type !== undefined) {
          if (output === undefined) throw new TypeError("the host's assembly gives nothing");
          give(type === "f64" ? output : BigInt.asUintN(Number(type.slice(1)), BigInt(output)));
        }
        break;
      }
      case "trap":
        throw new Trap(details.reason ?? "trap");
      default:
        throw new TypeError(`the interpreter does not know ${op}`);
    }
  }

  #symbol(name: string): number {
    try {
      return this.memory.symbol(name);
    } catch {
      throw new Trap(`nothing is called ${name}`);
    }
  }

  #call(instruction: Instruction, symbol: string, args: readonly Scalar[], signature: Signature): void {
    const fn = this.#functions.get(symbol);
    const frame = this.#frames.at(-1)!;
    if (fn !== undefined) {
      if (shape(fn.signature) !== shape(signature))
        throw new Trap(`${symbol} is called by another signature`);
      this.#enter(fn, args, instruction);
      return;
    }
    const host = this.#host.functions;
    if (!host || !Object.hasOwn(host, symbol)) throw new Trap(`nothing is called ${symbol}`);
    const given = host[symbol]!(args, this);
    const values: readonly (Scalar | undefined)[] = Array.isArray(given) ? given : [given];
    instruction.results.forEach((result, i) => {
      const value = values[i];
      if (value === undefined) throw new TypeError(`the host's ${symbol} gives nothing`);
      frame.values[result.id] =
        result.type === "f64" ? value : BigInt.asUintN(Number(result.type.slice(1)), BigInt(value));
    });
  }
}

/** Integers are bigints by the verifier's rules. */
function integer(value: Scalar): bigint {
  if (typeof value !== "bigint") throw new TypeError("an f64 stands where an integer should");
  return value;
}
function portBits(type: IrType): 8 | 16 | 32 {
  return type === "i8" ? 8 : type === "i16" ? 16 : 32;
}
const shape = (signature: Signature): string =>
  `${signature.params.map((p) => (typeof p === "string" ? p : p.size)).join()}>${signature.results.join()}`;
