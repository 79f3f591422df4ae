/**
 * The shared object that puts the kernel's malloc in the place of a dynamic program's own: `vitrine run --malloc kernel` preloads it. Each of its functions is a
 * jump into the kernel (kernel/program/kernel-functions.ts).
 */

/** Where the program finds it. */
export const MALLOC_OBJECT = "/vitrine/malloc.so";

/** An ELF file. */
export function mallocObject(): Uint8Array<ArrayBuffer> {
  throw new RangeError("there is no malloc object yet");
}
