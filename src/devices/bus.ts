/** How devices are reached: handlers of I/O ports and of windows in physical memory, and where they are put. */

/** Bytes of an access that reaches a handler. */
export type AccessSize = 1 | 2 | 4;

/**
 * Registers behind ports or in a memory window. Offsets are from the handler's first port or byte; values are unsigned
 * and fit the size. The bus splits what is wider than `widest` into accesses of that size, lowest address first: that
 * goes for 8- and 16-byte accesses to memory too. Neither method may throw, whatever a guest asks for.
 */
export interface RegisterHandler {
  /** The widest access that is not split. Default 4 for memory, 1 for ports. */
  readonly widest?: AccessSize;
  read(offset: number, size: AccessSize): number;
  write(offset: number, size: AccessSize, value: number): void;
}

/** The 65,536 I/O ports. Nobody there: reads give all ones, writes are lost. */
export interface PortSpace {
  /** Throws RangeError if a port is taken. */
  add(first: number, count: number, handler: RegisterHandler): void;
  remove(first: number): void;
}

/** Physical memory that is not RAM. */
export interface MemorySpace {
  /** Whole pages. Throws RangeError if they are taken or not whole pages. */
  addMmio(start: number, size: number, handler: RegisterHandler): void;
  removeMmio(start: number): void;
}
