/**
 * Guest RAM as bus masters see it. Addresses are physical, from a guest, and may be anything: numbers up to 2^64 as
 * doubles. Nothing here throws for an address; what is not RAM is not written, and reads as absent.
 */
export interface GuestMemory {
  /** Whether every byte of [address, address + length) is RAM. */
  contains(address: number, length: number): boolean;
  /** A copy of `length` bytes, or undefined if they are not all RAM. */
  read(address: number, length: number): Uint8Array | undefined;
  /** Writes all of `data`, or nothing and false if it is not all RAM. Processors see it as if they had written it. */
  write(address: number, data: Uint8Array): boolean;
  /** Little-endian, any alignment. 0 where there is no RAM. */
  read16(address: number): number;
  read32(address: number): number;
  /** As a double: exact below 2^53. */
  read64(address: number): number;
  /** Lost where there is no RAM. */
  write16(address: number, value: number): void;
  write32(address: number, value: number): void;
}
