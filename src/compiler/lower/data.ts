/**
 * Globals and constants as laid-out bytes with relocations. Equal strings are stored once, likewise equal anonymous constants.
 * Little-endian; addresses are R_X86_64_64.
 */
import type { ObjectPiece, Relocation } from "../object.ts";
import type { Constant, GlobalTree } from "../tree.ts";
import { alignOf, type Type } from "../types/type.ts";
import { storageSize } from "./machine-type.ts";

/**
 * Arrays of 16 bytes and more lie at multiples of 16 (psABI §3.1.2), larger ones of 32. Not in sections that the source names: there pieces
 * may be meant to touch.
 */
function alignmentOf(type: Type, section: string | undefined): number {
  if (type.kind === "fn") return 8;
  const own = alignOf(type);
  if (type.kind !== "array" || section !== undefined) return own;
  const size = storageSize(type);
  return Math.max(own, size >= 64 ? 32 : size >= 16 ? 16 : 1);
}

export class Data {
  readonly #pieces: ObjectPiece[] = [];
  /** Symbols of pooled pieces by their contents. */
  readonly #pool = new Map<string, string>();
  /** Pooled pieces come after all globals. */
  readonly #pooled: ObjectPiece[] = [];

  get pieces(): ObjectPiece[] {
    return [...this.#pieces, ...this.#pooled];
  }

  /** External ones have no piece. */
  global(tree: GlobalTree): void {
    if (tree.external) return;
    const { symbol, type, initial, readOnly, attributes } = tree;
    const bytes = new Uint8Array(storageSize(type));
    const relocations: Relocation[] = [];
    if (initial) this.#encode(initial, type, bytes, 0, relocations);
    const zero = relocations.length === 0 && bytes.every((byte) => byte === 0);
    const named = attributes.section;
    const zeros = named === undefined ? zero && !readOnly : named.startsWith(".bss") && zero;
    this.#pieces.push({
      symbol,
      section: named ?? (readOnly ? ".rodata" : zeros ? ".bss" : ".data"),
      kind: zeros ? "zeros" : readOnly ? "read-only data" : "data",
      align: Math.max(attributes.align ?? 1, alignmentOf(type, named)),
      bytes,
      relocations,
      exported: attributes.exported ?? false,
      debug: undefined,
      place: tree.place,
    });
  }

  /** The symbol of these bytes in read-only memory. */
  string(bytes: Uint8Array): string {
    return this.#anonymous("string", bytes, 1, []);
  }

  /** The symbol of a constant in read-only memory. */
  constant(constant: Constant, type: Type): string {
    const bytes = new Uint8Array(storageSize(type));
    const relocations: Relocation[] = [];
    this.#encode(constant, type, bytes, 0, relocations);
    return this.#anonymous("constant", bytes, alignOf(type), relocations);
  }

  #anonymous(what: string, bytes: Uint8Array, align: number, relocations: readonly Relocation[]): string {
    const key = JSON.stringify([what, align, Array.from(bytes), relocations]);
    let symbol = this.#pool.get(key);
    if (symbol === undefined) {
      symbol = `.${what}.${this.#pool.size}`;
      this.#pool.set(key, symbol);
      this.#pooled.push({
        symbol,
        section: ".rodata",
        kind: "read-only data",
        align,
        bytes,
        relocations,
        exported: false,
        debug: undefined,
      });
    }
    return symbol;
  }

  #encode(constant: Constant, type: Type, bytes: Uint8Array, at: number, relocations: Relocation[]): void {
    const view = new DataView(bytes.buffer);
    const address = (symbol: string, addend: number): void => {
      relocations.push({ offset: at, kind: "R_X86_64_64", symbol, addend });
    };
    switch (constant.kind) {
      case "int": {
        const size = storageSize(type);
        for (let i = 0; i < size; i++) bytes[at + i] = Number((constant.value >> BigInt(8 * i)) & 0xffn);
        break;
      }
      case "f64":
        view.setFloat64(at, constant.value, true);
        break;
      case "address":
        address(constant.symbol, constant.offset);
        break;
      case "string":
        address(this.string(constant.bytes), 0);
        break;
      case "bytes":
        bytes.set(constant.bytes.subarray(0, bytes.length - at), at);
        break;
      case "aggregate":
        for (const part of constant.parts) {
          this.#encode(part.value, part.type, bytes, at + part.offset, relocations);
        }
        break;
    }
  }
}

/** Whether all its bytes are zero. */
export function isZero(constant: Constant): boolean {
  switch (constant.kind) {
    case "int":
      return constant.value === 0n;
    case "f64":
      return Object.is(constant.value, 0);
    case "bytes":
      return constant.bytes.every((byte) => byte === 0);
    case "aggregate":
      return constant.parts.every((part) => isZero(part.value));
    default:
      return false;
  }
}
