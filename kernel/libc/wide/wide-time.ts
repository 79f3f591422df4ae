/** wcsftime (ISO C §7.31.5): strftime's text, as wide characters. */

import { free, malloc } from "../kernel-calls.ts";
import { type BrokenTime, strftime } from "../time.ts";
import { narrow } from "./wide-print.ts";

/** @export */
export function wcsftime(to: ptr<u32>, room: usize, format: ptr<u32>, when: ptr<BrokenTime>): usize {
  const pattern = narrow(format);
  if (pattern === null) return 0;
  const text = malloc(room === 0 ? 1 : room);
  let length: usize = 0;
  if (text !== null && room > 0) {
    length = strftime(text, room, pattern, when);
    for (let i: usize = 0; i < length; i++) to[i] = u32(text[i]);
    to[length] = 0;
  }
  free(text);
  free(pattern);
  return length;
}
/** @export @naked */
export function wcsftime_l(): void {
  asm`jmp ${wcsftime}`;
}
/** @export @naked */
export function __wcsftime_l(): void {
  asm`jmp ${wcsftime}`;
}
