/**
 * Sets and maps of a function's values and blocks, kept by their ids: no id is given twice, and all lie below `nextValue` and `nextBlock`.
 * They do what Set and Map do, but for walking through them, at a fraction of the cost: passes ask such questions a million times.
 */
import type { Block, IrFunction, Value } from "./ir.ts";

/** Values of one function. Those that are made later are not in it until they are added. */
export class ValueSet {
  #marks: Uint8Array;

  constructor({ nextValue }: IrFunction) {
    this.#marks = new Uint8Array(nextValue);
  }
  has({ id }: Value): boolean {
    return this.#marks[id] === 1;
  }
  add({ id }: Value): void {
    if (id >= this.#marks.length) {
      const more = new Uint8Array(2 * id + 1);
      more.set(this.#marks);
      this.#marks = more;
    }
    this.#marks[id] = 1;
  }
  delete({ id }: Value): void {
    if (id < this.#marks.length) this.#marks[id] = 0;
  }
}

/** What is known of some blocks of one function. */
export class BlockMap<T> {
  readonly #items: (T | undefined)[];

  constructor({ nextBlock }: IrFunction) {
    this.#items = new Array<T | undefined>(nextBlock).fill(undefined);
  }
  get({ id }: Block): T | undefined {
    return this.#items[id];
  }
  has({ id }: Block): boolean {
    return this.#items[id] !== undefined;
  }
  set({ id }: Block, item: T): void {
    while (this.#items.length < id) this.#items.push(undefined);
    this.#items[id] = item;
  }
}
export type ReadonlyBlockMap<T> = Pick<BlockMap<T>, "get" | "has">;

/** How often the values of one function are used. */
export class UseCounts {
  readonly #counts: Uint32Array;

  constructor({ nextValue }: IrFunction) {
    this.#counts = new Uint32Array(nextValue);
  }
  add({ id }: Value): void {
    this.#counts[id]!++;
  }
  /** Undefined: never, or the value is newer than the counts. */
  get({ id }: Value): number | undefined {
    return this.#counts[id] || undefined;
  }
}
