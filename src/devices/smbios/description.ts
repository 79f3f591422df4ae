/** What the SMBIOS tables describe: the machine's processor packages and memory, in the terms of the tables. */

/** A range of bytes of physical memory. */
export interface MemoryRange {
  readonly start: number;
  readonly size: number;
}

/** What is in one socket. */
export interface SmbiosPackage {
  /** eax and edx of CPUID leaf 1. */
  readonly signature: number;
  readonly features: number;
  readonly name: string;
  readonly megahertz: number;
  /** Cores of one thread each. */
  readonly cores: number;
}

export interface SmbiosDescription {
  /** The firmware's memory below 1 MiB: multiples of 64 KiB. */
  readonly firmware: MemoryRange;
  readonly packages: readonly SmbiosPackage[];
  /** Sizes of memory modules in bytes: multiples of 1 KiB. */
  readonly modules: readonly number[];
  /** Where their memory is: multiples of 1 KiB. */
  readonly memory: readonly MemoryRange[];
}
