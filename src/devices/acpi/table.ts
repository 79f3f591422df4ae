/** What all ACPI tables have: the header, the checksum, generic addresses (ACPI 6.3 §5.2.3.2, §5.2.6). */
import type { Bytes } from "./aml.ts";
import { ascii, littleEndian } from "./little-endian.ts";

export const HEADER_SIZE = 36;
const OEM_ID = "VITRIN";
const OEM_TABLE_ID = "VITRINE";
const CREATOR_ID = "VTRN";

/** The byte that makes the sum of all bytes zero, modulo 256. */
export const checksum = (bytes: Iterable<number>): number => {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xff;
};
export const oemId = (): number[] => ascii(OEM_ID, 6);

/** A whole table: header and `body`. Throws RangeError if the body has what is no byte. */
export function table(signature: string, revision: number, body: Bytes): Uint8Array {
  const wrong = body.findIndex((byte) => !(Number.isInteger(byte) && byte >= 0 && byte <= 0xff));
  if (wrong >= 0)
    throw new RangeError(`${body[wrong]} at ${HEADER_SIZE + wrong} of ${signature} is not a byte`);
  const bytes = Uint8Array.from([
    ...ascii(signature, 4),
    ...littleEndian(4, HEADER_SIZE + body.length),
    revision,
    0, // checksum, below
    ...oemId(),
    ...ascii(OEM_TABLE_ID, 8),
    ...littleEndian(4, 1), // OEM revision
    ...ascii(CREATOR_ID, 4),
    ...littleEndian(4, 1), // creator revision
    ...body,
  ]);
  bytes[9] = checksum(bytes);
  return bytes;
}

/** Address space identifiers. */
export const SYSTEM_MEMORY = 0;
export const SYSTEM_IO = 1;

/** Generic address structure: a register of `bits`, reached by accesses of `access` bytes (0: undefined). */
export const genericAddress = (
  space: number,
  address: number,
  bits: number,
  access: 0 | 1 | 2 | 4,
): number[] => [space, bits, 0, access === 4 ? 3 : access, ...littleEndian(8, address)];
export const NO_ADDRESS: Bytes = new Array<number>(12).fill(0);
