// 2 to the 200 and 30!, as arrays of digits.
// expect: 1606938044258990275541962092341162602522202993782792835301376
// expect: 265252859812191058636308480000000
import { newline, printChar } from "../../../kernel/lib/linux.ts";

class Big extends Struct {
  digits: array<u8, 80>;
  count: usize;
  multiply(by: u32): void {
    let carry: u32 = 0;
    for (let i: usize = 0; i < this.count || carry > 0; i++) {
      if (i >= this.count) this.count = i + 1;
      carry += u32(this.digits[i]) * by;
      this.digits[i] = u8(carry % 10);
      carry /= 10;
    }
  }
  show(): void {
    for (let i = this.count; i > 0; i--) printChar(this.digits[i - 1] + char("0"));
    newline();
  }
}
export function main(): i32 {
  const a: Big = init({ digits: [1], count: 1 });
  for (let i: u32 = 0; i < 200; i++) a.multiply(2);
  a.show();
  const b: Big = init({ digits: [1], count: 1 });
  for (let i: u32 = 2; i <= 30; i++) b.multiply(i);
  b.show();
  return 0;
}
