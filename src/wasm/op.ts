/*
 * What an instruction's row says, and the functions that the tables of opcodes are written with. A run is a stretch of consecutive
 * opcodes of one type; the names stand in one string, which the type checker takes apart, so that a misspelt name is a type error.
 * Refuses opcodes and names that occur twice.
 * WebAssembly core specification, 5.4 (Instructions).
 */
import { Bytes } from "./bytes.ts";
import { type FunctionType, functionType, type ValueType } from "./types.ts";

/**
 * What follows the opcode: nothing; a memory argument; one lane; both; or the sixteen lanes of a shuffle.
 * Zero bytes that name memory 0 (memory.copy) belong to the opcode here.
 */
export type Immediate = "none" | "memory" | "lane" | "memory lane" | "lanes";

export interface Op<I extends Immediate = Immediate> {
  /** The name in the text format: "i64.add". */
  readonly name: string;
  readonly bytes: readonly number[];
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly immediate: I;
  /** Bytes of memory that are read or written; 0 if none or if the number is an operand. */
  readonly width: number;
  /** Lanes that an immediate chooses from, or 0. */
  readonly lanes: number;
}

type Words<S extends string> = S extends `${infer Head} ${infer Tail}` ? Head | Words<Tail> : S;
type Rows<Prefix extends string, Names extends string, I extends Immediate> = {
  readonly [Name in `${Prefix}.${Words<Names>}`]: Op<I>;
};

/** Opcodes with one prefix byte, or (undefined) none. */
export class OpcodeSpace {
  readonly #prefix: number | undefined;

  constructor(prefix?: number) {
    this.#prefix = prefix;
  }

  /** `run(0x45, "i32 -> i32", "i32", "eqz …")`: opcodes from 0x45 on, i32.eqz and so on. */
  run<P extends string, N extends string>(
    first: number,
    type: string,
    prefix: P,
    names: N,
  ): Rows<P, N, "none"> {
    return this.#rows(first, type, prefix, names, { immediate: "none" });
  }

  /** Loads and stores of `width` bytes. */
  memory<P extends string, N extends string>(
    first: number,
    type: string,
    prefix: P,
    width: number,
    names: N,
  ): Rows<P, N, "memory"> {
    return this.#rows(first, type, prefix, names, { immediate: "memory", width });
  }

  /** One of `lanes` lanes goes in or out. */
  lane<P extends string, N extends string>(
    first: number,
    type: string,
    prefix: P,
    lanes: number,
    names: N,
  ): Rows<P, N, "lane"> {
    return this.#rows(first, type, prefix, names, { immediate: "lane", lanes });
  }

  /** One lane of `width` bytes between memory and a vector. */
  memoryLane<P extends string, N extends string>(
    first: number,
    type: string,
    prefix: P,
    width: number,
    names: N,
  ): Rows<P, N, "memory lane"> {
    return this.#rows(first, type, prefix, names, { immediate: "memory lane", width, lanes: 16 / width });
  }

  /** Each of sixteen result lanes is one of 32. */
  lanes<P extends string, N extends string>(
    first: number,
    type: string,
    prefix: P,
    names: N,
  ): Rows<P, N, "lanes"> {
    return this.#rows(first, type, prefix, names, { immediate: "lanes", lanes: 32 });
  }

  /** An opcode that zero bytes follow: memory 0, in a place where the format leaves room for another. */
  onMemory0<P extends string, N extends string>(
    code: number,
    type: string,
    prefix: P,
    name: N,
    zeros: number,
  ): Rows<P, N, "none"> {
    return this.#rows(code, type, prefix, name, { immediate: "none" }, Array<number>(zeros).fill(0));
  }

  #rows<P extends string, N extends string, I extends Immediate>(
    first: number,
    type: string,
    prefix: P,
    names: N,
    shape: { readonly immediate: I; readonly width?: number; readonly lanes?: number },
    tail: readonly number[] = [],
  ): Rows<P, N, I> {
    const { params, results }: FunctionType = functionType(type);
    const rows = names.split(" ").map((word, i): [string, Op<I>] => {
      const name = `${prefix}.${word}`;
      const bytes = [...this.#bytes(first + i), ...tail];
      return [name, { name, bytes, params, results, width: 0, lanes: 0, ...shape }];
    });
    return Object.fromEntries(rows) as Rows<P, N, I>; // as: the keys are the names, which fromEntries forgets
  }

  #bytes(code: number): number[] {
    if (this.#prefix === undefined) return [code];
    const bytes = new Bytes(8);
    bytes.u8(this.#prefix);
    bytes.u32(code);
    return [...bytes.view()];
  }
}

/** One table of several. Refuses a name or an opcode that occurs twice. */
export function joinTables<T extends readonly Readonly<Record<string, Op>>[]>(
  ...tables: T
): Intersection<T[number]> {
  const byName = new Map<string, Op>();
  const byBytes = new Map<string, Op>();
  for (const op of tables.flatMap((table) => Object.values(table))) {
    const other = byName.get(op.name) ?? byBytes.get(op.bytes.join());
    if (other) throw new Error(`${op.name} (${op.bytes.join()}) and ${other.name} (${other.bytes.join()})`);
    byName.set(op.name, op);
    byBytes.set(op.bytes.join(), op);
  }
  return Object.fromEntries(byName) as Intersection<T[number]>; // as: all rows of all tables, none twice
}

/** A union's members as one intersection: `A | B` to `A & B`, through the parameter of a function. */
type Intersection<U> = (U extends unknown ? (member: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
