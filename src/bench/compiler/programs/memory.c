// memcpy, memmove and memset of sizes known only when it runs, small ones most, and copies of structures.
#include <stdint.h>
#include <string.h>

#define SPACE 16384
static uint8_t from[SPACE];
static uint8_t to[SPACE];

struct message {
  uint64_t head[6];
  uint32_t length;
  uint32_t kind;
};
static struct message ring[64];

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 7;
  for (size_t i = 0; i < SPACE; i++) from[i] = (uint8_t)(i * 13);
  for (uint64_t round = 0; round < rounds; round++) {
    for (uint32_t i = 0; i < 1000; i++) {
      x = x * 1664525 + 1013904223;
      // From 0 to 63 bytes, of 1 in 16 up to 4 KiB.
      size_t length = (x >> 12) & ((x >> 28) == 0 ? 4095 : 63);
      size_t at = (x >> 4) & 4095;
      memcpy(&to[at], &from[at & 255], length);
      memmove(&to[at + 5], &to[at], length);
      memset(&to[at & 1023], (uint8_t)x, length & 127);
      struct message message = ring[i & 63];
      ring[(i + 1) & 63] = message;
      ring[(i + 2) & 63].length = x;
      hash = hash * 31 + to[at + 1] + message.length;
    }
  }
  return hash;
}
