// Base64 there and back (RFC 4648), with a text in UTF-8 decoded on the way.
#include <stddef.h>
#include <stdint.h>

#define LENGTH 12000
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t plain[LENGTH];
static uint8_t coded[16384];
static uint8_t back[LENGTH];
static uint8_t values[256];

static size_t encode(const uint8_t *from, size_t length, uint8_t *to) {
  size_t out = 0;
  for (size_t i = 0; i < length; i += 3) {
    uint32_t word = (uint32_t)from[i] << 16 | (uint32_t)from[i + 1] << 8 | from[i + 2];
    to[out] = (uint8_t)alphabet[word >> 18];
    to[out + 1] = (uint8_t)alphabet[(word >> 12) & 63];
    to[out + 2] = (uint8_t)alphabet[(word >> 6) & 63];
    to[out + 3] = (uint8_t)alphabet[word & 63];
    out += 4;
  }
  return out;
}

static size_t decode(const uint8_t *from, size_t length, uint8_t *to) {
  size_t out = 0;
  for (size_t i = 0; i < length; i += 4) {
    uint32_t word = 0;
    for (size_t j = 0; j < 4; j++) word = word << 6 | values[from[i + j]];
    to[out++] = (uint8_t)(word >> 16);
    to[out++] = (uint8_t)(word >> 8);
    to[out++] = (uint8_t)word;
  }
  return out;
}

// The sum of the code points.
static uint64_t code_points(const uint8_t *text, size_t length) {
  uint64_t sum = 0;
  size_t at = 0;
  while (at < length) {
    uint8_t first = text[at++];
    if (first < 0x80) {
      sum += first;
      continue;
    }
    size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    uint32_t point = first & (0x3fu >> more);
    for (size_t i = 0; i < more && at < length; i++) point = point << 6 | (text[at++] & 0x3fu);
    sum += point;
  }
  return sum;
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 23;
  for (size_t i = 0; i < 64; i++) values[(uint8_t)alphabet[i]] = (uint8_t)i;
  for (size_t i = 0; i < LENGTH; i++) {
    x = x * 1664525 + 1013904223;
    plain[i] = (uint8_t)(x >> 24);
  }
  for (uint64_t round = 0; round < rounds; round++) {
    plain[round % LENGTH] += 1;
    size_t size = encode(plain, LENGTH, coded);
    size_t length = decode(coded, size, back);
    hash = hash * 31 + code_points(back, length);
  }
  return hash;
}
