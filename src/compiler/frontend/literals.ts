/**
 * Literals from the source text, since tsc's values are rounded to 53 bits; and text to UTF-8.
 */

/** The value of a number or bigint literal as it is written. With a fraction or exponent it is a JavaScript number. */
export function numberValue(text: string): bigint | number {
  const plain = text.replace(/_/g, "").replace(/n$/, "");
  if (/^0[xob]/i.test(plain) || /^\d+$/.test(plain)) return BigInt(plain);
  return Number(plain);
}

/** UTF-8 (RFC 3629); a lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      out.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
    }
  }
  return Uint8Array.from(out);
}

/** With the zero that ends it. */
export function utf8WithZero(text: string): Uint8Array {
  const bytes = utf8(text);
  const out = new Uint8Array(bytes.length + 1);
  out.set(bytes);
  return out;
}
