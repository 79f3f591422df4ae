/** A number that is to be printed, in its parts. */

export class Numeral extends Struct {
  /** Sign, 0x. */
  prefix: array<u8, 4>;
  prefixLength: usize;
  /** Zeros stand in for blanks, behind the prefix. */
  padsZeros: bool;
  zeros: i64;
  digits: ptr<u8>;
  length: usize;
  /** Zeros behind the digits, before the exponent or what else there is in the tail; zeros behind that. */
  middle: i64;
  tail: array<u8, 12>;
  tailLength: usize;
  late: i64;

  sign(byte: u8): void {
    this.prefix[this.prefixLength] = byte;
    this.prefixLength++;
  }
  end(byte: u8): void {
    this.tail[this.tailLength] = byte;
    this.tailLength++;
  }
  /** A sign and at least `least` digits. */
  exponent(exponent: i64, least: i64): void {
    this.end(exponent < 0 ? char("-") : char("+"));
    const digits: array<u8, 8> = zeroed();
    let at: usize = 8;
    let rest = exponent < 0 ? 0 - exponent : exponent;
    let written: i64 = 0;
    while (rest !== 0 || written < least) {
      at--;
      digits[at] = truncate<u8>(rest % 10) + char("0");
      rest /= 10;
      written++;
    }
    for (; at < 8; at++) this.end(digits[at]);
  }
}
