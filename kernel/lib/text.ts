/** Texts that a zero ends. What grows, is formatted or is compared without regard to case is no matter of this file. */

/** Bytes without the zero at the end. */
export function textLength(text: ptr<u8>): usize {
  let length: usize = 0;
  while (text[length] !== 0) length++;
  return length;
}
export function startsWith(text: ptr<u8>, start: ptr<u8>): bool {
  let i: usize = 0;
  while (start[i] !== 0 && text[i] === start[i]) i++;
  return start[i] === 0;
}
export function sameText(a: ptr<u8>, b: ptr<u8>): bool {
  let i: usize = 0;
  while (a[i] !== 0 && a[i] === b[i]) i++;
  return a[i] === b[i];
}
/** As isblank of C: no end of a line. */
export function isBlank(byte: u8): bool {
  return byte === char(" ") || byte === char("\t");
}
