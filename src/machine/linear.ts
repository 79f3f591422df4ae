/** Memory as one processor's instructions see it, behind segmentation and paging. Implemented by mmu.ts. */
export interface LinearMemory {
  /** See Cpu.linear. */
  linear(segment: number, offset: bigint, size: number, write: boolean): bigint;
  /** Reads 1–64 bytes with the current privilege, across pages; throws Fault before anything is read from a device. */
  read(linear: bigint, size: number): bigint;
  /** Reads what an instruction is going to write back: one access, checked as a write before anything is read. */
  readForWrite(linear: bigint, size: number): bigint;
  /** Writes 1–64 bytes; both pages are checked before either is written. */
  write(linear: bigint, size: number, value: bigint): void;
  /** As read and write, with supervisor privilege whatever the CPL: descriptor tables, task state (SDM vol. 3A §4.6.1). */
  readSystem(linear: bigint, size: number): bigint;
  writeSystem(linear: bigint, size: number, value: bigint): void;
  /** Checks that `size` bytes could be accessed; throws the Fault that the access would. */
  probe(linear: bigint, size: number, write: boolean): void;
  /** Physical address of a byte for an access, setting accessed and dirty bits. Throws Fault. */
  translate(linear: bigint, access: "read" | "write" | "fetch", privilege: "current" | "supervisor"): number;
}
