/** The platform of a processor with nothing around it: no devices, no interrupts, time by cycles, seeded randomness. */
import type { Platform } from "./platform.ts";

export class BarePlatform implements Platform {
  taskPriority = 0;
  readonly #cycles: () => number;
  #state: bigint;

  /** `cycles` tells the time; `seed` starts the random numbers. */
  constructor(cycles: () => number, seed: bigint) {
    this.#cycles = cycles;
    this.#state = seed;
  }
  /** Nobody answers: all ones. */
  portRead(_port: number, size: 1 | 2 | 4): number {
    return size === 4 ? 0xffffffff : 2 ** (size * 8) - 1;
  }
  portWrite(_port: number, _size: 1 | 2 | 4, _value: number): void {}
  timestamp(): bigint {
    return BigInt(Math.floor(this.#cycles()));
  }
  /** A counter through a mixing function of xors, shifts and odd multipliers, so that equal seeds give equal runs. */
  random(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
    let v = this.#state;
    for (const factor of [0xd6e8feb86659fd93n, 0xcaf649a9ad1f3e2dn]) {
      v = BigInt.asUintN(64, (v ^ (v >> 32n)) * factor);
    }
    return v ^ (v >> 32n);
  }
  readMsr(): undefined {
    return undefined;
  }
  /** APIC_BASE is kept by the processor; there is no APIC to tell. */
  writeMsr(index: number): boolean {
    return index === 0x1b;
  }
  takeInterrupt(): number | undefined {
    return undefined;
  }
  takeNmi(): boolean {
    return false;
  }
}
