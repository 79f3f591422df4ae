/*
 * Writes a module: types, imports, functions, one memory, tables, globals, exports, element and data segments, names. The same calls
 * give the same bytes.
 * Refuses an import after the first definition of its kind, since imports take the first indices; a second memory; and two exports of
 * one name. Segments are active ones, at constant offsets.
 * WebAssembly core specification, 5.5 (Modules); names: 7.4.1.
 */
import { Bytes, sizeOfU32 } from "./bytes.ts";
import { FunctionBuilder, type FunctionIndex, indexOf } from "./function.ts";
import { control } from "./opcodes.ts";
import {
  codeOf,
  type FunctionType,
  type Limits,
  type ValueType,
  writeFunctionType,
  writeLimits,
} from "./types.ts";

const kinds = { function: 0, table: 1, memory: 2, global: 3 } as const;
type Kind = keyof typeof kinds;

export interface GlobalType {
  readonly type: Exclude<ValueType, "v128" | "funcref">;
  readonly mutable?: boolean;
}

const section = {
  name: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const;

const nameSubsection = { module: 0, functions: 1 } as const;

/** The contents of one section that is a list. */
class List {
  readonly bytes = new Bytes();
  count = 0;

  /** Where to write one more entry. */
  add(): Bytes {
    this.count++;
    return this.bytes;
  }
}

export class ModuleBuilder {
  readonly #types = new List();
  readonly #imports = new List();
  readonly #tables = new List();
  readonly #memories = new List();
  readonly #globals = new List();
  readonly #exports = new List();
  readonly #elements = new List();
  readonly #data = new List();
  readonly #functions: FunctionBuilder[] = [];
  readonly #typeIndices = new Map<string, number>();
  readonly #exported = new Set<string>();
  readonly #names = new Map<number, string>();
  readonly #imported: Record<Kind, number> = { function: 0, table: 0, memory: 0, global: 0 };
  #start: FunctionIndex | undefined;

  /** The index of a function type; the same for equal types. */
  type(type: FunctionType): number {
    const key = `${type.params}>${type.results}`;
    const known = this.#typeIndices.get(key);
    if (known !== undefined) return known;
    const index = this.#types.count;
    writeFunctionType(this.#types.add(), type);
    this.#typeIndices.set(key, index);
    return index;
  }

  // Imports. Each returns its index.

  importFunction(module: string, name: string, type: FunctionType): number {
    const typeIndex = this.type(type); // may add to the types before the import is begun
    const index = this.#import("function", module, name, this.#functions.length, (out) => out.u32(typeIndex));
    this.#names.set(index, name);
    return index;
  }

  importTable(module: string, name: string, limits: Limits): number {
    return this.#import("table", module, name, this.#tables.count, (out) => writeTable(out, limits));
  }

  /** In pages of 64 KiB. */
  importMemory(module: string, name: string, limits: Limits): void {
    this.#oneMemory();
    this.#import("memory", module, name, this.#memories.count, (out) => writeLimits(out, limits));
  }

  importGlobal(module: string, name: string, type: GlobalType): number {
    return this.#import("global", module, name, this.#globals.count, (out) => writeGlobal(out, type));
  }

  #import(kind: Kind, module: string, name: string, defined: number, describe: (out: Bytes) => void): number {
    if (defined > 0) throw new Error(`the import ${module}.${name} comes after a ${kind} that is no import`);
    const out = this.#imports.add();
    out.name(module);
    out.name(name);
    out.u8(kinds[kind]);
    describe(out);
    return this.#imported[kind]++;
  }

  // Definitions. Each returns its index, or for a function its builder.

  /** A function; its body may be written at any time before finish(). `name` is for stack traces only. */
  function(type: FunctionType, name?: string): FunctionBuilder {
    const index = this.#imported.function + this.#functions.length;
    const builder = new FunctionBuilder(index, type, (t) => this.type(t));
    this.type(type);
    this.#functions.push(builder);
    if (name !== undefined) this.#names.set(index, name);
    return builder;
  }

  /** A table of functions. */
  table(limits: Limits): number {
    writeTable(this.#tables.add(), limits);
    return this.#imported.table + this.#tables.count - 1;
  }

  /** In pages of 64 KiB. */
  memory(limits: Limits): void {
    this.#oneMemory();
    writeLimits(this.#memories.add(), limits);
  }

  #oneMemory(): void {
    if (this.#imported.memory + this.#memories.count > 0) throw new Error("a second memory");
  }

  global(type: GlobalType, value: number | bigint): number {
    const out = this.#globals.add();
    writeGlobal(out, type);
    out.u8(control[`${type.type}.const`]);
    if (type.type === "i32") out.s32(value);
    else if (type.type === "i64") out.s64(value);
    else out[type.type](Number(value));
    out.u8(control.end);
    return this.#imported.global + this.#globals.count - 1;
  }

  // Exports, segments, start.

  export(name: string, target: FunctionBuilder): this;
  export(name: string, kind: Kind, index?: number): this;
  export(name: string, target: FunctionBuilder | Kind, index = 0): this {
    if (this.#exported.has(name)) throw new Error(`two exports are called ${name}`);
    this.#exported.add(name);
    const out = this.#exports.add();
    out.name(name);
    out.u8(typeof target === "string" ? kinds[target] : kinds.function);
    out.u32(typeof target === "string" ? index : target.index);
    return this;
  }

  /** Puts functions into a table, from `offset` on, when the module is instantiated. */
  elements(functions: readonly FunctionIndex[], offset = 0, table = 0): this {
    const out = this.#elements.add();
    out.u32(table === 0 ? 0 : 2);
    if (table !== 0) out.u32(table);
    writeOffset(out, offset);
    if (table !== 0) out.u8(0); // the elements are functions
    out.u32(functions.length);
    for (const f of functions) out.u32(indexOf(f));
    return this;
  }

  /** Puts bytes into memory, from `offset` on, when the module is instantiated. */
  data(bytes: ArrayLike<number>, offset: number): this {
    const out = this.#data.add();
    out.u32(0);
    writeOffset(out, offset);
    out.u32(bytes.length);
    out.bytes(bytes);
    return this;
  }

  /** A function without parameters and results, called when the module is instantiated. */
  start(target: FunctionIndex): this {
    this.#start = target;
    return this;
  }

  /** The module's bytes. With `names`, also the names of functions for stack traces, and the module's own. */
  finish(options: { names?: boolean; name?: string } = {}): Uint8Array<ArrayBuffer> {
    const functions = new List();
    const code = new List();
    for (const f of this.#functions) {
      functions.add().u32(this.type(f));
      f.write(code.add());
    }
    const out = new Bytes(code.bytes.length + 1024);
    out.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    writeSection(out, section.type, this.#types);
    writeSection(out, section.import, this.#imports);
    writeSection(out, section.function, functions);
    writeSection(out, section.table, this.#tables);
    writeSection(out, section.memory, this.#memories);
    writeSection(out, section.global, this.#globals);
    writeSection(out, section.export, this.#exports);
    if (this.#start !== undefined) {
      const start = new Bytes(8);
      start.u32(indexOf(this.#start));
      writeBlock(out, section.start, start);
    }
    writeSection(out, section.element, this.#elements);
    writeSection(out, section.code, code);
    writeSection(out, section.data, this.#data);
    if (options.names || options.name !== undefined) this.#writeNames(out, options);
    return out.finish();
  }

  #writeNames(out: Bytes, { names = false, name }: { names?: boolean; name?: string }): void {
    const content = new Bytes();
    content.name("name");
    if (name !== undefined) {
      const module = new Bytes();
      module.name(name);
      writeBlock(content, nameSubsection.module, module);
    }
    if (names) {
      const functions = new List();
      for (const [index, text] of [...this.#names].sort(([a], [b]) => a - b)) {
        const entry = functions.add();
        entry.u32(index);
        entry.name(text);
      }
      writeSection(content, nameSubsection.functions, functions);
    }
    writeBlock(out, section.name, content);
  }
}

function writeBlock(out: Bytes, id: number, content: Bytes): void {
  out.u8(id);
  out.u32(content.length);
  out.bytes(content.view());
}

/** Nothing for an empty list. */
function writeSection(out: Bytes, id: number, { bytes, count }: List): void {
  if (count === 0) return;
  out.u8(id);
  out.u32(sizeOfU32(count) + bytes.length);
  out.u32(count);
  out.bytes(bytes.view());
}

function writeTable(out: Bytes, limits: Limits): void {
  out.u8(codeOf("funcref"));
  writeLimits(out, limits);
}

function writeGlobal(out: Bytes, { type, mutable = false }: GlobalType): void {
  out.u8(codeOf(type));
  out.u8(mutable ? 1 : 0);
}

function writeOffset(out: Bytes, offset: number): void {
  out.u8(control["i32.const"]);
  out.s32(offset);
  out.u8(control.end);
}
