/**
 * A base address register: how big a window is, where software put it, and whether it answers (PCI Local Bus 3.0 §6.2.5).
 * A window that overlaps RAM or another handler does not answer, and nobody is told, as the bus has nobody to tell.
 */
import type { MemorySpace, PortSpace, RegisterHandler } from "../bus.ts";
import { COMMAND, type ConfigurationSpace, HEADER } from "./configuration-space.ts";

export type BarKind = "memory32" | "memory64" | "io";

/** No window reaches beyond: physical addresses have 52 bits, ports 16. */
const MEMORY_END = 2 ** 52;
const PORTS_END = 2 ** 16;

export class Bar {
  readonly index: number;
  readonly kind: BarKind;
  /** Bytes or ports: a power of two. */
  readonly size: number;
  readonly handler: RegisterHandler;
  readonly #config: ConfigurationSpace;
  #mapped: number | undefined;

  /** Lays out its register, two for 64 bits. Throws RangeError for a size or an index that cannot be. */
  constructor(
    config: ConfigurationSpace,
    index: number,
    kind: BarKind,
    size: number,
    handler: RegisterHandler,
  ) {
    const [least, most] = kind === "io" ? [4, 256] : [4096, 2 ** 30];
    if (size < least || size > most || !Number.isInteger(Math.log2(size))) {
      throw new RangeError(`a BAR of ${size} bytes: not a power of two from ${least} to ${most}`);
    }
    if (index < 0 || index + (kind === "memory64" ? 1 : 0) > 5) throw new RangeError(`no BAR ${index}`);
    this.index = index;
    this.kind = kind;
    this.size = size;
    this.handler = handler;
    this.#config = config;
    config.set(this.register, 4, kind === "io" ? 1 : kind === "memory64" ? 4 : 0);
    config.allow(this.register, 4, -size);
    if (kind === "memory64") config.allow(this.register + 4, 4, -1);
    config.allow(HEADER.command, 2, kind === "io" ? COMMAND.io : COMMAND.memory);
  }

  /** Offset of its first register in configuration space. */
  get register(): number {
    return HEADER.bar0 + this.index * 4;
  }
  /** What software wrote, without the type bits. */
  get address(): number {
    const low = this.#config.read(this.register, 4);
    const high = this.kind === "memory64" ? this.#config.read(this.register + 4, 4) : 0;
    return high * 2 ** 32 + low - (low % (this.kind === "io" ? 4 : 16));
  }
  /** Where it answers now; undefined where it does not. */
  get mapped(): number | undefined {
    return this.#mapped;
  }
  /** Where it would answer: undefined while its decoding is off, and where no window can be. */
  get wanted(): number | undefined {
    const enable = this.kind === "io" ? COMMAND.io : COMMAND.memory;
    if ((this.#config.read(HEADER.command, 2) & enable) === 0) return undefined;
    const { address } = this;
    const end = this.kind === "io" ? PORTS_END : MEMORY_END;
    return address > 0 && address + this.size <= end ? address : undefined;
  }
  /** Stops answering where that is no longer wanted. */
  unmap(memory: MemorySpace, ports: PortSpace): void {
    if (this.#mapped === undefined || this.#mapped === this.wanted) return;
    if (this.kind === "io") ports.remove(this.#mapped);
    else memory.removeMmio(this.#mapped);
    this.#mapped = undefined;
  }
  /** Begins to answer where that is wanted, unless something else is there. */
  map(memory: MemorySpace, ports: PortSpace): void {
    const { wanted } = this;
    if (this.#mapped !== undefined || wanted === undefined) return;
    try {
      if (this.kind === "io") ports.add(wanted, this.size, this.handler);
      else memory.addMmio(wanted, this.size, this.handler);
    } catch (error) {
      if (error instanceof RangeError) return;
      throw error;
    }
    this.#mapped = wanted;
  }
}
