/**
 * MSI-X: a table of messages in a window of the function, one for each vector, with masks and pending bits (PCI Local Bus
 * 3.0 §6.8.2). A vector that is signalled while it cannot be sent stays pending, and is sent when it can.
 */
import type { AccessSize, RegisterHandler } from "../bus.ts";
import type { State } from "../device.ts";
import { HEADER } from "./configuration-space.ts";
import type { PciFunction } from "./function.ts";

const CAPABILITY = 0x11;
/** Message control, behind id and link. */
const CONTROL = 2;
const FUNCTION_MASK = 0x4000;
const ENABLE = 0x8000;
const ENTRY = 16;
/** Words of an entry: address low, address high, data, control with bit 0 masking. */
const VECTOR_CONTROL = 3;

export class MsiX implements RegisterHandler {
  readonly widest = 4;
  /** Vectors. */
  readonly count: number;
  readonly #function: PciFunction;
  readonly #at: number;
  readonly #table: Uint32Array;
  readonly #pending: Uint32Array;
  readonly #pendingAt: number;

  /** Adds the capability and a memory BAR of its own with the table and, behind it, the pending bits. `count`: 1 to 2048. */
  constructor(f: PciFunction, bar: number, count: number) {
    if (!(count >= 1 && count <= 2048)) throw new RangeError(`${count} MSI-X vectors`);
    this.count = count;
    this.#function = f;
    this.#table = new Uint32Array(count * 4);
    this.#pending = new Uint32Array(Math.ceil(count / 64) * 2);
    const bytes = count * ENTRY + this.#pending.length * 4;
    const size = Math.max(4096, 2 ** Math.ceil(Math.log2(bytes)));
    // On a boundary of its own where there is room: easier to read in a dump.
    this.#pendingAt = count * ENTRY <= size / 2 ? size / 2 : count * ENTRY;
    const body = new DataView(new ArrayBuffer(10));
    body.setUint16(0, count - 1, true);
    body.setUint32(2, bar, true);
    body.setUint32(6, this.#pendingAt | bar, true);
    this.#at = f.addCapability(CAPABILITY, new Uint8Array(body.buffer));
    f.config.allow(this.#at + CONTROL, 2, ENABLE | FUNCTION_MASK);
    f.addBar(bar, "memory32", size, this);
    f.watch({
      afterWrite: (offset, bytes) => {
        const touches = (register: number): boolean => offset < register + 2 && register < offset + bytes;
        if (touches(this.#at + CONTROL) || touches(HEADER.command)) this.#flush();
      },
    });
    this.reset();
  }

  get enabled(): boolean {
    return (this.#control & ENABLE) !== 0;
  }

  /** Sends a vector's message, or leaves it pending. Nothing happens for a vector that does not exist or while MSI-X is off. */
  signal(vector: number): void {
    if (!this.enabled || !(vector < this.count)) return;
    if (this.#sendable(vector)) this.#send(vector);
    else this.#pending[vector >>> 5]! |= 1 << (vector & 31);
  }

  read(offset: number, size: AccessSize): number {
    const word = this.#word(offset & ~3);
    return size === 4 ? word : (word >>> ((offset & 3) * 8)) & (2 ** (size * 8) - 1);
  }

  /** Software must write whole words (§6.8.2); anything else is lost. Pending bits are read-only. */
  write(offset: number, size: AccessSize, value: number): void {
    const word = offset >>> 2;
    if (size !== 4 || offset % 4 !== 0 || word >= this.#table.length) return;
    // Message addresses are of whole words; of the control word only the mask exists.
    this.#table[word] = word % 4 === VECTOR_CONTROL ? value & 1 : word % 4 === 0 ? value & ~3 : value;
    if (word % 4 === VECTOR_CONTROL) this.#flush();
  }

  /** All vectors masked, none pending. The control word is the function's to reset. */
  reset(): void {
    this.#table.fill(0);
    this.#pending.fill(0);
    for (let i = VECTOR_CONTROL; i < this.#table.length; i += 4) this.#table[i] = 1;
  }

  state(): State {
    return { table: Array.from(this.#table), pending: Array.from(this.#pending) };
  }

  get #control(): number {
    return this.#function.config.read(this.#at + CONTROL, 2);
  }
  #word(offset: number): number {
    if (offset < this.#table.length * 4) return this.#table[offset >>> 2] ?? 0;
    return offset >= this.#pendingAt ? (this.#pending[(offset - this.#pendingAt) >>> 2] ?? 0) : 0;
  }
  #sendable(vector: number): boolean {
    return (
      (this.#control & (ENABLE | FUNCTION_MASK)) === ENABLE &&
      this.#function.busMaster &&
      (this.#table[vector * 4 + VECTOR_CONTROL]! & 1) === 0
    );
  }
  #send(vector: number): void {
    const [low, high, data] = this.#table.subarray(vector * 4, vector * 4 + 3);
    this.#function.message(high! * 2 ** 32 + low!, data!);
  }
  #flush(): void {
    for (const [i, word] of this.#pending.entries()) {
      for (let bits = word; bits !== 0; bits &= bits - 1) {
        const vector = i * 32 + (31 - Math.clz32(bits & -bits));
        if (!this.#sendable(vector)) continue;
        this.#pending[i]! &= ~(1 << (vector & 31));
        this.#send(vector);
      }
    }
  }
}
