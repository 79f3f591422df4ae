/** What a processor asks of the computer around it: ports, time, interrupts, randomness. Implemented by Machine. */
export interface Platform {
  /** Port input of 1, 2 or 4 bytes. */
  portRead(port: number, size: 1 | 2 | 4): number;
  portWrite(port: number, size: 1 | 2 | 4, value: number): void;
  /** Time-stamp counter: cycles since reset, before the processor's offset. */
  timestamp(): bigint;
  /** 64 bits from the machine's seeded generator (RDRAND, RDSEED). */
  random(): bigint;
  /** Model-specific registers that instructions do not use directly; undefined: the register does not exist (#GP). */
  readMsr(index: number): bigint | undefined;
  /** False: the register does not exist or refuses the value (#GP). */
  writeMsr(index: number, value: bigint): boolean;
  /** The processor takes an external interrupt if one waits: its vector. The interrupt controllers have weighed priorities. */
  takeInterrupt(): number | undefined;
  /** True once for each non-maskable interrupt. */
  takeNmi(): boolean;
  /** Task priority (cr8) as the local APIC has it. */
  taskPriority: number;
}
