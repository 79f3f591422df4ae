/**
 * dr6 and dr7: which bits software can change. Every writer goes through here: MOV, and whoever sets registers by name.
 *
 * SDM vol. 3B §17.2.3 and §17.2.4, on a processor without transactional memory and without bus-lock detection: dr6 has
 * ones in bits 4–11 and 16–31 and zero in 12; dr7 has one in bit 10 and zeros in 11, 12, 14 and 15.
 */

/** dr6 after 32 bits have been written to it. */
export const dr6Written = (value: bigint): bigint => (value & 0xe00fn) | 0xffff0ff0n;

/** dr7 after 32 bits have been written to it. */
export const dr7Written = (value: bigint): bigint => (value & 0xffff23ffn) | 0x400n;
