/** Fields of ACPI tables and of AML: unsigned whole numbers below 2^53, least significant byte first. */

/** `bytes` bytes for each of `values`. Throws RangeError where one does not fit. */
export function littleEndian(bytes: number, ...values: number[]): number[] {
  return values.flatMap((value) => {
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * bytes)) {
      throw new RangeError(`${value} does not fit ${bytes} bytes of an ACPI table`);
    }
    return Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
  });
}

/** ASCII, padded with spaces or cut to `length` bytes. */
export const ascii = (text: string, length: number): number[] =>
  [...text.padEnd(length).slice(0, length)].map((c) => c.charCodeAt(0));
