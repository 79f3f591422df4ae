/** The text of the boot option `debug`: which sizes it means. */

/** Bytes, both included. */
export class Sizes extends Struct {
  from: usize;
  to: usize;
}

const ALL: usize = 1 << 44;

function isDigit(byte: u8): bool {
  return byte >= char("0") && byte <= char("9");
}
/** Length of `prefix` if the text begins so, else 0. */
function skip(text: ptr<u8>, prefix: ptr<u8>): usize {
  let i: usize = 0;
  for (; prefix[i] !== 0; i++) if (text[i] !== prefix[i]) return 0;
  return i;
}
/** `all`, `size:N` or `size:N-M`, in decimal. False: something else. */
export function parseSizes(text: ptr<u8>, into: ptr<Sizes>): bool {
  const all = skip(text, "all");
  if (all !== 0 && text[all] === 0) {
    into.value = { from: 0, to: ALL };
    return true;
  }
  let i = skip(text, "size:");
  if (i === 0 || !isDigit(text[i])) return false;
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
