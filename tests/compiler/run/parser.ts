// A calculator: recursive descent over a string.
// expect: 14
// expect: 20
// expect: -7
// expect: 3
// expect: error at 4
// expect: error at 2
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

class Parser extends Struct {
  text: ptr<u8>;
  at: usize;
  failed: bool;
  peek(): u8 {
    while (this.text[this.at] === char(" ")) this.at++;
    return this.text[this.at];
  }
  accept(c: u8): bool {
    if (this.peek() !== c) return false;
    this.at++;
    return true;
  }
  sum(): i64 {
    let left = this.product();
    for (;;) {
      if (this.accept(char("+"))) left += this.product();
      else if (this.accept(char("-"))) left -= this.product();
      else return left;
    }
  }
  product(): i64 {
    let left = this.atom();
    for (;;) {
      if (this.accept(char("*"))) left *= this.atom();
      else if (this.accept(char("/"))) {
        const right = this.atom();
        left = right === 0 ? 0 : left / right;
      } else return left;
    }
  }
  atom(): i64 {
    if (this.accept(char("-"))) return -this.atom();
    if (this.accept(char("("))) {
      const inner = this.sum();
      if (!this.accept(char(")"))) this.failed = true;
      return inner;
    }
    let n: i64 = 0;
    let digits: u32 = 0;
    for (let c = this.peek(); c >= char("0") && c <= char("9"); c = this.text[this.at]) {
      n = n * 10 + i64(c - char("0"));
      this.at++;
      digits++;
    }
    if (digits === 0) this.failed = true;
    return n;
  }
}
function calculate(text: ptr<u8>): void {
  const p: Parser = init({ text });
  const result = p.sum();
  if (p.failed || p.peek() !== 0) {
    print("error at ");
    printU64(p.at);
  } else printI64(result);
  newline();
}
export function main(): i32 {
  calculate("2 + 3 * 4");
  calculate("(2+3) * 4");
  calculate("-(3 + 4)");
  calculate("100 / 7 / 4");
  calculate("2 + )");
  calculate("1 2");
  return 0;
}
