/** Bytes of the "C" locale: which is what, by ASCII. */

export function isUpper(byte: u8): bool {
  return byte >= char("A") && byte <= char("Z");
}
export function isLower(byte: u8): bool {
  return byte >= char("a") && byte <= char("z");
}
export function isDigit(byte: u8): bool {
  return byte >= char("0") && byte <= char("9");
}
export function isLetter(byte: u8): bool {
  return isUpper(byte) || isLower(byte);
}
export function isHexDigit(byte: u8): bool {
  return (
    isDigit(byte) || (byte >= char("A") && byte <= char("F")) || (byte >= char("a") && byte <= char("f"))
  );
}
export function isSpace(byte: u8): bool {
  return byte === 32 || (byte >= 9 && byte <= 13);
}
export function lower(byte: u8): u8 {
  return isUpper(byte) ? byte + 32 : byte;
}
export function upper(byte: u8): u8 {
  return isLower(byte) ? byte - 32 : byte;
}
