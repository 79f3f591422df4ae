// Horspool's search for substrings, and counting the letters and words of a text.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LENGTH 65536
static uint8_t text[LENGTH];

static size_t find(const uint8_t *hay, size_t length, const uint8_t *needle, size_t size) {
  size_t skip[256];
  for (size_t i = 0; i < 256; i++) skip[i] = size;
  for (size_t i = 0; i + 1 < size; i++) skip[needle[i]] = size - 1 - i;
  size_t at = 0;
  while (at + size <= length) {
    size_t i = size - 1;
    while (hay[at + i] == needle[i]) {
      if (i == 0) return at;
      i--;
    }
    at += skip[hay[at + size - 1]];
  }
  return length;
}

static size_t words(const uint8_t *hay, size_t length) {
  size_t count = 0;
  bool inside = false;
  for (size_t i = 0; i < length; i++) {
    bool letter = hay[i] >= 'a' && hay[i] <= 'z';
    if (letter && !inside) count++;
    inside = letter;
  }
  return count;
}

static size_t text_length(const uint8_t *of) {
  size_t length = 0;
  while (of[length] != 0) length++;
  return length;
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 99;
  for (size_t i = 0; i < LENGTH - 1; i++) {
    x = x * 1664525 + 1013904223;
    uint8_t letter = (uint8_t)(x >> 27);
    text[i] = letter < 26 ? (uint8_t)('a' + letter) : ' ';
  }
  for (uint64_t round = 0; round < rounds; round++) {
    size_t size = 3 + (round & 7);
    const uint8_t *needle = &text[(round * 4099) % (LENGTH - 64)];
    hash = hash * 31 + find(text, LENGTH, needle, size);
    hash = hash * 31 + words(text, LENGTH) + text_length(text);
  }
  return hash;
}
