/** Ports and device memory without a machine, for tests: handlers by address, split and refused as `bus.ts` says. */
import type { AccessSize, MemorySpace, PortSpace, RegisterHandler } from "../../../src/devices/bus.ts";

interface Window {
  readonly start: number;
  readonly size: number;
  readonly handler: RegisterHandler;
}

class Space {
  readonly windows: Window[] = [];
  readonly #widest: AccessSize;
  /** Where RAM is: nothing can be put there. */
  readonly #ram: number;

  constructor(widest: AccessSize, ram: number) {
    this.#widest = widest;
    this.#ram = ram;
  }
  add(start: number, size: number, handler: RegisterHandler): void {
    if (start < this.#ram) throw new RangeError("RAM");
    if (this.windows.some((w) => start < w.start + w.size && w.start < start + size))
      throw new RangeError("taken");
    this.windows.push({ start, size, handler });
  }
  remove(start: number): void {
    const at = this.windows.findIndex((w) => w.start === start);
    if (at < 0) throw new Error(`nothing at ${start}`);
    this.windows.splice(at, 1);
  }
  read(address: number, size: AccessSize): number {
    const w = this.windows.find((x) => address >= x.start && address < x.start + x.size);
    if (w === undefined) return 2 ** (size * 8) - 1;
    const widest = w.handler.widest ?? this.#widest;
    if (size <= widest) return w.handler.read(address - w.start, size);
    let value = 0;
    for (let i = size - widest; i >= 0; i -= widest) {
      value = value * 2 ** (widest * 8) + w.handler.read(address - w.start + i, widest);
    }
    return value;
  }
  write(address: number, size: AccessSize, value: number): void {
    const w = this.windows.find((x) => address >= x.start && address < x.start + x.size);
    if (w === undefined) return;
    const widest = w.handler.widest ?? this.#widest;
    if (size <= widest) {
      w.handler.write(address - w.start, size, value);
      return;
    }
    for (let i = 0; i < size; i += widest) {
      w.handler.write(address - w.start + i, widest, Math.floor(value / 2 ** (i * 8)) % 2 ** (widest * 8));
    }
  }
}

export class FakePorts extends Space implements PortSpace {
  constructor() {
    super(1, 0);
  }
}

export class FakeMmio extends Space implements MemorySpace {
  /** RAM takes the addresses below `ram`. */
  constructor(ram: number) {
    super(4, ram);
  }
  addMmio(start: number, size: number, handler: RegisterHandler): void {
    if (start % 4096 !== 0 || size % 4096 !== 0) throw new RangeError("not whole pages");
    this.add(start, size, handler);
  }
  removeMmio(start: number): void {
    this.remove(start);
  }
}
