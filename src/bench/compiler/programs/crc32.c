// CRC-32 (IEEE 802.3), a byte at a time by a table.
#include <stddef.h>
#include <stdint.h>

#define LENGTH 65536
#define POLYNOMIAL 0xedb88320u
static uint32_t table[256];
static uint8_t data[LENGTH];

static void prepare(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (uint32_t k = 0; k < 8; k++) c = (c & 1) != 0 ? POLYNOMIAL ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
}

static uint32_t crc32(const uint8_t *bytes, size_t length) {
  uint32_t c = ~0u;
  for (size_t i = 0; i < length; i++) c = table[(c ^ bytes[i]) & 0xff] ^ (c >> 8);
  return ~c;
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  prepare();
  for (size_t i = 0; i < LENGTH; i++) data[i] = (uint8_t)((i * 7) ^ (i >> 8));
  for (uint64_t round = 0; round < rounds; round++) {
    data[round % LENGTH] += 1;
    hash = hash * 31 + crc32(data, LENGTH);
  }
  return hash;
}
