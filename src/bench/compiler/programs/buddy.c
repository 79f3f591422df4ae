// A buddy allocator over 4096 pages with a list of free blocks for each order, as kernels have it.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORDERS 11
#define PAGES 4096
#define NONE 0xffffffffu
#define HELD 512

struct page {
  uint32_t next;
  uint32_t previous;
  uint8_t order;
  bool free;
};
static struct page pages[PAGES];
static uint32_t heads[ORDERS];
static uint32_t held[HELD];

static void push(uint32_t page, uint32_t order) {
  struct page *p = &pages[page];
  p->order = (uint8_t)order;
  p->free = true;
  p->previous = NONE;
  p->next = heads[order];
  if (p->next != NONE) pages[p->next].previous = page;
  heads[order] = page;
}

static void take(uint32_t page) {
  struct page *p = &pages[page];
  if (p->previous == NONE) heads[p->order] = p->next;
  else pages[p->previous].next = p->next;
  if (p->next != NONE) pages[p->next].previous = p->previous;
  p->free = false;
}

static uint32_t allocate(uint32_t order) {
  uint32_t at = order;
  while (at < ORDERS && heads[at] == NONE) at++;
  if (at == ORDERS) return NONE;
  uint32_t page = heads[at];
  take(page);
  while (at > order) {
    at--;
    push(page + (1u << at), at);
  }
  pages[page].order = (uint8_t)order;
  return page;
}

static void release(uint32_t page) {
  uint32_t at = page;
  uint32_t order = pages[at].order;
  while (order < ORDERS - 1) {
    uint32_t buddy = at ^ (1u << order);
    if (!pages[buddy].free || pages[buddy].order != order) break;
    take(buddy);
    at &= ~(1u << order);
    order++;
  }
  push(at, order);
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 1;
  for (uint32_t order = 0; order < ORDERS; order++) heads[order] = NONE;
  for (uint32_t page = 0; page < PAGES; page += 1 << (ORDERS - 1)) push(page, ORDERS - 1);
  for (size_t i = 0; i < HELD; i++) held[i] = NONE;
  for (uint64_t round = 0; round < rounds; round++) {
    for (uint32_t i = 0; i < 10000; i++) {
      x = x * 1664525 + 1013904223;
      uint32_t place = x >> 23;
      if (held[place] != NONE) {
        release(held[place]);
        held[place] = NONE;
      } else {
        held[place] = allocate((uint32_t)__builtin_ctz((x >> 8) | 0x20));
        hash = hash * 31 + held[place];
      }
    }
  }
  for (size_t i = 0; i < HELD; i++)
    if (held[i] != NONE) release(held[i]);
  return hash;
}
