/** Numbers that look random and repeat: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016). */

const FACTOR: u64 = 0x2545_f491_4f6c_dd1d;

export class Random extends Struct {
  state: u64;

  /** Any number; 0 is as good as others. */
  seed(value: u64): void {
    this.state = value * 2 + 0x9e37_79b9_7f4a_7c15;
    for (let i: u32 = 0; i < 4; i++) this.next();
  }
  next(): u64 {
    let x = this.state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    this.state = x;
    return x * FACTOR;
  }
  /** 0 to `limit` − 1, each as likely but for a part in 2⁶⁴ of `limit`. */
  below(limit: u64): u64 {
    return mulHigh(this.next(), limit);
  }
  /** `low` to `high`, both included. */
  between(low: u64, high: u64): u64 {
    return low + this.below(high - low + 1);
  }
  /** True `parts` times in `whole`. */
  chance(parts: u64, whole: u64): bool {
    return this.below(whole) < parts;
  }
}
