// A parser by recursive descent that computes expressions with variables.
//   sum = product { ("+" | "-") product } ; product = factor { ("*" | "/" | "%") factor } ;
//   factor = number | letter | "(" sum ")" | "-" factor
const SOURCE =
  "(12 + x * 34) / (y % 7 + 1) - -5 * (z + 42 * (x - y)) + ((1 + 2) * (3 + 4) - w) * 100 % 97 + (x + (y + (z + (w))))";

class Parser extends Struct {
  text: ptr<u8>;
  at: usize;
  variables: array<i64, 26>;

  peek(): u8 {
    while (this.text[this.at] === char(" ")) this.at++;
    return this.text[this.at];
  }

  factor(): i64 {
    const c = this.peek();
    if (c >= char("0") && c <= char("9")) {
      let number: i64 = 0;
      while (this.text[this.at] >= char("0") && this.text[this.at] <= char("9")) {
        number = number * 10 + i64(this.text[this.at] - char("0"));
        this.at++;
      }
      return number;
    }
    if (c >= char("a") && c <= char("z")) {
      this.at++;
      return this.variables[c - char("a")];
    }
    this.at++;
    if (c === char("-")) return -this.factor();
    const inner = this.sum();
    this.peek();
    this.at++;
    return inner;
  }

  product(): i64 {
    let left = this.factor();
    for (;;) {
      switch (this.peek()) {
        case char("*"):
          this.at++;
          left *= this.factor();
          break;
        case char("/"):
          this.at++;
          left /= this.factor();
          break;
        case char("%"):
          this.at++;
          left %= this.factor();
          break;
        default:
          return left;
      }
    }
  }

  sum(): i64 {
    let left = this.product();
    for (;;) {
      const c = this.peek();
      if (c !== char("+") && c !== char("-")) return left;
      this.at++;
      const right = this.product();
      left = c === char("+") ? left + right : left - right;
    }
  }
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  const parser: Parser = init({ text: SOURCE });
  for (let round: u64 = 0; round < rounds; round++) {
    parser.variables[char("x") - char("a")] = i64(round);
    parser.variables[char("y") - char("a")] = i64(round & 15);
    parser.variables[char("z") - char("a")] += 3;
    parser.variables[char("w") - char("a")] = 0 - i64(round % 5);
    parser.at = 0;
    hash = hash * 31 + truncate<u64>(parser.sum());
  }
  return hash;
}
