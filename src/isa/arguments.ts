/**
 * Checks of the arguments that a program gives to the library: plain JavaScript has no types, and what is wrong is
 * said at once, by name. It converts numbers to bigints and nothing else.
 */

const kind = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;

/** Throws TypeError for what is not an object with properties. */
export function checkOptions(value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`the options are an object, not ${kind(value)}`);
}

/** Throws TypeError for what is not a string. */
export function checkString(name: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`${name} is a string, not ${kind(value)}`);
}

/** Throws TypeError for what is not a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw new TypeError(`${name} is a function, not ${kind(value)}`);
}

/** Throws TypeError for what is not a Uint8Array. */
export function checkBytes(name: string, value: unknown): void {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} is a Uint8Array, not ${kind(value)}`);
}

/** Throws TypeError for what is neither number nor bigint. */
export function checkNumber(name: string, value: unknown): void {
  if (typeof value !== "number" && typeof value !== "bigint")
    throw new TypeError(`${name} is a number or a bigint, not ${kind(value)}`);
}

/** Throws RangeError for another code size than 16, 32 and 64. */
export function checkMode(mode: unknown): void {
  if (mode !== 16 && mode !== 32 && mode !== 64)
    throw new RangeError(`mode is 16, 32 or 64, not ${String(mode)}`);
}

/** A whole number as a bigint. Throws TypeError for another type, RangeError for what no number holds exactly. */
export function wholeNumber(name: string, value: number | bigint): bigint {
  checkNumber(name, value);
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new RangeError(
      `${name} is ${value}, not a whole number that a JavaScript number holds exactly; give a bigint`,
    );
  return BigInt(value);
}

/** A 64-bit address as a bigint. Throws TypeError and RangeError. */
export function addressArgument(name: string, value: number | bigint): bigint {
  const address = wholeNumber(name, value);
  if (address < 0n || address >= 1n << 64n)
    throw new RangeError(`${name} is ${address}, not an address of 64 bits`);
  return address;
}
