// Compression in the manner of LZ4: the last place of each hash of four bytes, literals and matches with lengths in nibbles.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LENGTH 32768
#define HASH_BITS 12
#define MIN_MATCH 4
#define PLACES 4096
static uint8_t source[LENGTH];
static uint8_t packed[40000];
static uint8_t unpacked[LENGTH];
static uint32_t places[PLACES];

static uint32_t word(const uint8_t *at) {
  uint32_t word;
  memcpy(&word, at, 4);
  return word;
}

static size_t put_length(uint8_t *to, size_t at, size_t length) {
  size_t out = at;
  size_t rest = length;
  while (rest >= 255) {
    to[out++] = 255;
    rest -= 255;
  }
  to[out++] = (uint8_t)rest;
  return out;
}

static size_t compress(const uint8_t *from, size_t length, uint8_t *to) {
  size_t at = 0;
  size_t anchor = 0;
  size_t out = 0;
  for (size_t i = 0; i < PLACES; i++) places[i] = 0;
  while (at + MIN_MATCH < length) {
    uint32_t here = word(from + at);
    uint32_t hash = (here * 2654435761u) >> (32 - HASH_BITS);
    size_t before = places[hash];
    places[hash] = (uint32_t)at;
    if (before >= at || at - before > 65535 || word(from + before) != here) {
      at++;
      continue;
    }
    size_t size = MIN_MATCH;
    while (at + size < length && from[before + size] == from[at + size]) size++;
    size_t literals = at - anchor;
    size_t more = size - MIN_MATCH;
    to[out++] = (uint8_t)((literals < 15 ? literals : 15) << 4 | (more < 15 ? more : 15));
    if (literals >= 15) out = put_length(to, out, literals - 15);
    for (size_t i = 0; i < literals; i++) to[out++] = from[anchor + i];
    size_t back = at - before;
    to[out++] = (uint8_t)back;
    to[out++] = (uint8_t)(back >> 8);
    if (more >= 15) out = put_length(to, out, more - 15);
    at += size;
    anchor = at;
  }
  size_t literals = length - anchor;
  to[out++] = (uint8_t)((literals < 15 ? literals : 15) << 4);
  if (literals >= 15) out = put_length(to, out, literals - 15);
  for (size_t i = 0; i < literals; i++) to[out++] = from[anchor + i];
  return out;
}

static size_t expand(const uint8_t *from, size_t length, uint8_t *to) {
  size_t at = 0;
  size_t out = 0;
  for (;;) {
    uint8_t token = from[at++];
    size_t literals = token >> 4;
    if (literals == 15) {
      uint8_t more = 255;
      while (more == 255) {
        more = from[at++];
        literals += more;
      }
    }
    for (size_t i = 0; i < literals; i++) to[out++] = from[at++];
    if (at >= length) return out;
    size_t back = (size_t)from[at] | (size_t)from[at + 1] << 8;
    at += 2;
    size_t size = token & 15;
    if (size == 15) {
      uint8_t more = 255;
      while (more == 255) {
        more = from[at++];
        size += more;
      }
    }
    size += MIN_MATCH;
    size_t start = out - back;
    for (size_t i = 0; i < size; i++) to[out++] = to[start + i];
  }
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 5;
  size_t phrase = 0;
  for (size_t i = 0; i < LENGTH; i++) {
    // Phrases from before, with new letters now and then.
    if ((i & 15) == 0) {
      x = x * 1664525 + 1013904223;
      phrase = x >> 20;
    }
    x = x * 1664525 + 1013904223;
    bool again = i > 4096 && x >> 28 != 0;
    source[i] = again ? source[phrase + (i & 15)] : (uint8_t)((x >> 26) + 32);
  }
  for (uint64_t round = 0; round < rounds; round++) {
    source[round % LENGTH] += 1;
    size_t size = compress(source, LENGTH, packed);
    size_t back = expand(packed, size, unpacked);
    hash = hash * 31 + size + back + unpacked[(round * 77) % LENGTH];
  }
  return hash;
}
