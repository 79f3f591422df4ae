/** Stacks of threads. */
import { alignedAlloc, free } from "../memory/malloc.ts";

const PAGE: usize = 4096;

/** Bytes are rounded up to pages. Gives the end, where the stack begins; 0: there is no memory. */
export function makeStack(bytes: usize): usize {
  const size = (bytes + PAGE - 1) & ~(PAGE - 1);
  const start = alignedAlloc(PAGE, size);
  return start === null ? 0 : address(start) + size;
}
export function freeStack(top: usize, bytes: usize): void {
  free(pointer<unknown>(top - ((bytes + PAGE - 1) & ~(PAGE - 1))));
}
