// A parser by recursive descent that computes expressions with variables.
//   sum = product { ("+" | "-") product } ; product = factor { ("*" | "/" | "%") factor } ;
//   factor = number | letter | "(" sum ")" | "-" factor
#include <stddef.h>
#include <stdint.h>

static const char source[] =
    "(12 + x * 34) / (y % 7 + 1) - -5 * (z + 42 * (x - y)) + ((1 + 2) * (3 + 4) - w) * 100 % 97 + (x + (y + (z + (w))))";

struct parser {
  const uint8_t *text;
  size_t at;
  int64_t variables[26];
};

static int64_t sum(struct parser *p);

static uint8_t peek(struct parser *p) {
  while (p->text[p->at] == ' ') p->at++;
  return p->text[p->at];
}

static int64_t factor(struct parser *p) {
  uint8_t c = peek(p);
  if (c >= '0' && c <= '9') {
    int64_t number = 0;
    while (p->text[p->at] >= '0' && p->text[p->at] <= '9') {
      number = number * 10 + (int64_t)(p->text[p->at] - '0');
      p->at++;
    }
    return number;
  }
  if (c >= 'a' && c <= 'z') {
    p->at++;
    return p->variables[c - 'a'];
  }
  p->at++;
  if (c == '-') return -factor(p);
  int64_t inner = sum(p);
  peek(p);
  p->at++;
  return inner;
}

static int64_t product(struct parser *p) {
  int64_t left = factor(p);
  for (;;) {
    switch (peek(p)) {
      case '*':
        p->at++;
        left *= factor(p);
        break;
      case '/':
        p->at++;
        left /= factor(p);
        break;
      case '%':
        p->at++;
        left %= factor(p);
        break;
      default:
        return left;
    }
  }
}

static int64_t sum(struct parser *p) {
  int64_t left = product(p);
  for (;;) {
    uint8_t c = peek(p);
    if (c != '+' && c != '-') return left;
    p->at++;
    int64_t right = product(p);
    left = c == '+' ? left + right : left - right;
  }
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  struct parser parser = {.text = (const uint8_t *)source};
  for (uint64_t round = 0; round < rounds; round++) {
    parser.variables['x' - 'a'] = (int64_t)round;
    parser.variables['y' - 'a'] = (int64_t)(round & 15);
    parser.variables['z' - 'a'] += 3;
    parser.variables['w' - 'a'] = 0 - (int64_t)(round % 5);
    parser.at = 0;
    hash = hash * 31 + (uint64_t)sum(&parser);
  }
  return hash;
}
