/** The text of the boot option `debug`: which sizes it means. */
import { sameText, startsWith, textLength } from "../lib/text.ts";

/** Bytes, both included. */
export class Sizes extends Struct {
  from: usize;
  to: usize;
}

const SIZE: ptr<u8> = "size:";
const ALL: usize = 1 << 44;

function isDigit(byte: u8): bool {
  return byte >= char("0") && byte <= char("9");
}
/** `all`, `size:N` or `size:N-M`, in decimal. False: something else. */
export function parseSizes(text: ptr<u8>, into: ptr<Sizes>): bool {
  if (sameText(text, "all")) {
    into.value = { from: 0, to: ALL };
    return true;
  }
  let i = textLength(SIZE);
  if (!startsWith(text, SIZE) || !isDigit(text[i])) return false;
  let from: usize = 0;
  for (; isDigit(text[i]); i++) from = from * 10 + usize(text[i] - char("0"));
  let to = from;
  if (text[i] === char("-") && isDigit(text[i + 1])) {
    to = 0;
    for (i++; isDigit(text[i]); i++) to = to * 10 + usize(text[i] - char("0"));
  }
  into.value = { from, to };
  return text[i] === 0 && from <= to;
}
