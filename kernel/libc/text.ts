/** Texts that a zero ends, for the libc's own use. */

export function lengthOf(text: ptr<u8>): usize {
  let length: usize = 0;
  while (text[length] !== 0) length++;
  return length;
}
export function same(a: ptr<u8>, b: ptr<u8>): bool {
  let i: usize = 0;
  while (a[i] !== 0 && a[i] === b[i]) i++;
  return a[i] === b[i];
}
export function startsWith(text: ptr<u8>, start: ptr<u8>): bool {
  let i: usize = 0;
  while (start[i] !== 0 && text[i] === start[i]) i++;
  return start[i] === 0;
}
/** Where a byte is first; null: nowhere. */
export function find(text: ptr<u8>, byte: u8): ptr<u8> | null {
  for (let i: usize = 0; text[i] !== 0; i++) if (text[i] === byte) return text.offset(i);
  return null;
}
/** A text in a fixed place: what does not fit is left out. */
export class Line extends Struct {
  length: usize;
  text: array<u8, 1024>;

  byte(byte: u8): void {
    if (this.length + 1 < 1024) {
      this.text[this.length] = byte;
      this.length++;
      this.text[this.length] = 0;
    }
  }
  add(text: ptr<u8>): void {
    for (let i: usize = 0; text[i] !== 0; i++) this.byte(text[i]);
  }
  bytes(text: ptr<u8>, length: usize): void {
    for (let i: usize = 0; i < length; i++) this.byte(text[i]);
  }
}
