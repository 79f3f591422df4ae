/**
 * The linker: objects become sections at addresses, with every symbol resolved and every relocation applied (x86-64 psABI
 * §4.4). Symbols that are not exported are seen in their own object only.
 *
 * For each section `.name` it defines `__name_start` and `__name_end`, and `__image_start`, `__file_end` before
 * the zeros, `__image_end`. A section `.symbols` is made for programs that ask where it is (function-table.ts). There are no libraries, no weak or common symbols, no thread-local storage, and nothing is left out that nobody uses.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { RELOCATION_SIZES } from "./format.ts";
import { FUNCTION_TABLE, functionsOf, functionTable, type TableFunction } from "./function-table.ts";
import { layOut, type OutputSection } from "./layout.ts";
import type { ObjectFile, SectionRelocation, SectionSymbol } from "./object-file.ts";
import { LINK, placeIn, placeOf } from "./problem.ts";

export interface LinkOptions {
  /** Address of the first section. */
  readonly base: number;
  /** The symbol where the program begins. */
  readonly entry: string;
  /** Demanded addresses of sections. */
  readonly sections?: ReadonlyMap<string, number>;
}
export interface LinkedSection extends OutputSection {
  /** Relocated; of "zeros" none. */
  readonly bytes: Uint8Array;
}
export interface LinkedSymbol {
  readonly name: string;
  /** The section's name; undefined where there are no sections. */
  readonly section: string | undefined;
  readonly address: number;
  readonly size: number;
  readonly kind: "function" | "object" | "bound";
  readonly exported: boolean;
}
export interface Linked {
  /** In order of address; debugging sections last, at 0. */
  readonly sections: readonly LinkedSection[];
  readonly symbols: readonly LinkedSymbol[];
  readonly entry: number;
}

/** Sections of the image end below this: code addresses its data with signed 32-bit displacements. */
const ADDRESS_LIMIT = 0x7fff_0000;

/** `.rodata.foo` becomes `rodata_foo`. */
const symbolPart = (section: string): string => section.replace(/^\.+/, "").replace(/[^A-Za-z0-9_]/g, "_");

const usesFunctionTable = (objects: readonly ObjectFile[]): boolean =>
  objects.some(({ sections }) =>
    sections.some(({ relocations }) =>
      relocations.some(({ target }) => "symbol" in target && /^__symbols_(start|end)$/.test(target.symbol)),
    ),
  );
/** As long as the table will be. */
function emptyFunctionTable(objects: readonly ObjectFile[]): ObjectFile {
  const bytes = functionTable(objects.flatMap(({ symbols }) => functionsOf(symbols, () => 0)));
  const section = {
    name: FUNCTION_TABLE,
    kind: "read-only data" as const,
    align: 8,
    size: bytes.length,
    bytes,
    relocations: [],
  };
  return { sections: [section], symbols: [] };
}

class Linker {
  readonly problems: Diagnostic[] = [];
  readonly #sections: readonly OutputSection[];
  readonly #options: LinkOptions;
  readonly #objects: readonly ObjectFile[];
  /** Where each object's part of a section begins. */
  readonly #starts = new Map<ObjectFile, Map<string, number>>();
  readonly #locals = new Map<ObjectFile, Map<string, number>>();
  readonly #globals = new Map<string, number>();
  readonly #undefined = new Map<string, { count: number; first: SectionRelocation }>();
  readonly symbols: LinkedSymbol[] = [];
  readonly #functions: TableFunction[] = [];

  constructor(program: readonly ObjectFile[], options: LinkOptions) {
    const objects = usesFunctionTable(program) ? [...program, emptyFunctionTable(program)] : program;
    this.#objects = objects;
    this.#options = options;
    const { sections, problems } = layOut(objects, options.base, options.sections ?? new Map());
    this.#sections = sections;
    this.problems.push(...problems);
    for (const s of sections) {
      for (const { object, section, offset } of s.parts) {
        const starts = this.#starts.get(object) ?? new Map<string, number>();
        this.#starts.set(object, starts.set(section.name, s.address + offset));
      }
    }
    const last = sections.findLast((s) => s.kind !== "debug");
    if (last !== undefined && last.address + last.size > ADDRESS_LIMIT)
      this.problems.push(
        LINK.reach(undefined, `the image ends at 0x${(last.address + last.size).toString(16)}, beyond 2 GiB`),
      );
  }

  defineAll(): void {
    const owners = new Map<string, SectionSymbol>();
    for (const object of this.#objects) {
      const locals = new Map<string, number>();
      this.#locals.set(object, locals);
      // A section without bytes has been left out: its symbols are where all begins.
      const addressOf = (symbol: SectionSymbol): number =>
        (this.#starts.get(object)?.get(symbol.section) ?? this.#options.base) + symbol.offset;
      this.#functions.push(...functionsOf(object.symbols, addressOf));
      for (const symbol of object.symbols) {
        const address = addressOf(symbol);
        locals.set(symbol.name, address);
        this.symbols.push({ ...symbol, address });
        if (!symbol.exported) continue;
        const before = owners.get(symbol.name);
        if (before !== undefined && !object.symbols.includes(before)) {
          const [place, other] = [placeOf(symbol.piece), placeOf(before.piece)];
          this.problems.push(LINK.duplicateSymbol(place, symbol.name, other));
        }
        owners.set(symbol.name, symbol);
        this.#globals.set(symbol.name, address);
      }
    }
    const placed = this.#sections.filter((s) => s.kind !== "debug");
    for (const s of placed) {
      const part = symbolPart(s.name);
      this.#bound(`__${part}_start`, s.address, s);
      this.#bound(`__${part}_end`, s.address + s.size, s);
    }
    const byEnd = [...placed].sort((a, b) => a.address + a.size - (b.address + b.size));
    const last = byEnd.at(-1);
    const stored = byEnd.findLast((s) => s.kind !== "zeros") ?? last;
    const { base } = this.#options;
    const end = last === undefined ? base : last.address + last.size;
    // So that a program without, say, zeros can still ask where they are.
    for (const name of ["text", "rodata", "data", "bss"]) {
      this.#bound(`__${name}_start`, end, last);
      this.#bound(`__${name}_end`, end, last);
    }
    const first = placed.reduce((a, b) => (a !== undefined && a.address <= b.address ? a : b), placed[0]);
    this.#bound("__image_start", first?.address ?? base, first);
    this.#bound("__file_end", stored === undefined ? base : stored.address + stored.size, stored);
    this.#bound("__image_end", end, last);
  }
  /** `section`: what it is a bound of. */
  #bound(name: string, address: number, section: OutputSection | undefined): void {
    if (this.#globals.has(name)) return;
    this.#globals.set(name, address);
    this.symbols.push({ name, section: section?.name, address, size: 0, kind: "bound", exported: true });
  }

  #target(object: ObjectFile, r: SectionRelocation): number | undefined {
    if ("section" in r.target) return this.#starts.get(object)?.get(r.target.section);
    const { symbol } = r.target;
    return this.#locals.get(object)?.get(symbol) ?? this.#globals.get(symbol);
  }
  relocated(s: OutputSection): LinkedSection {
    if (s.kind === "zeros") return { ...s, bytes: new Uint8Array(0) };
    if (s.name === FUNCTION_TABLE) return { ...s, bytes: functionTable(this.#functions) };
    const bytes = new Uint8Array(s.size);
    if (s.kind === "code") bytes.fill(0xcc);
    const view = new DataView(bytes.buffer);
    for (const { object, section, offset } of s.parts) {
      bytes.set(section.bytes, offset);
      for (const r of section.relocations) {
        const target = this.#target(object, r);
        if (target === undefined) this.#missing(r);
        else this.#apply(view, offset + r.offset, s.address, target + r.addend, r);
      }
    }
    return { ...s, bytes };
  }
  #apply(view: DataView, at: number, base: number, value: number, r: SectionRelocation): void {
    if (RELOCATION_SIZES[r.kind] === 8) {
      view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
      return;
    }
    const relative = r.kind === "R_X86_64_PC32" || r.kind === "R_X86_64_PLT32";
    const field = relative ? value - (base + at) : value;
    const [low, high] = r.kind === "R_X86_64_32" ? [0, 2 ** 32] : [-(2 ** 31), 2 ** 31];
    if (field < low || field >= high) {
      const name = "symbol" in r.target ? r.target.symbol : r.target.section;
      const place = r.from && placeIn(r.from.piece, r.from.offset);
      this.problems.push(LINK.reach(place, `${r.kind} against ${name} does not fit in 32 bits: ${field}`));
    }
    view.setUint32(at, field >>> 0, true);
  }
  #missing(r: SectionRelocation): void {
    const name = "symbol" in r.target ? r.target.symbol : r.target.section;
    const known = this.#undefined.get(name);
    if (known === undefined) this.#undefined.set(name, { count: 1, first: r });
    else known.count++;
  }
  /** After all are relocated: one problem for each name. */
  reportMissing(): void {
    for (const [name, { count, first }] of this.#undefined) {
      const { from } = first;
      const user = from && (from.piece.debug?.name ?? from.piece.symbol);
      const place = from && placeIn(from.piece, from.offset);
      this.problems.push(LINK.undefinedSymbol(place, name, user, count - 1));
    }
  }
  entry(): number {
    const address = this.#globals.get(this.#options.entry);
    if (address === undefined) this.problems.push(LINK.noEntry(undefined, this.#options.entry));
    return address ?? 0;
  }
  linked(): Linked {
    this.defineAll();
    const sections = this.#sections.map((s) => this.relocated(s));
    this.reportMissing();
    return { sections, symbols: this.symbols, entry: this.entry() };
  }
}

/** Links. With problems the result is of no use. */
export function link(
  objects: readonly ObjectFile[],
  options: LinkOptions,
): { readonly linked: Linked; readonly problems: readonly Diagnostic[] } {
  const linker = new Linker(objects, options);
  const linked = linker.linked();
  return { linked, problems: linker.problems };
}
