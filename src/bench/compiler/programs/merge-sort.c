// Merge sort of linked lists by a comparison that is a function pointer.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT 4000

struct item {
  struct item *next;
  uint32_t key;
  uint32_t order;
};
static struct item items[COUNT];
typedef bool (*before_t)(struct item *a, struct item *b);

static struct item *merge(struct item *left, struct item *right, before_t before) {
  struct item *a = left;
  struct item *b = right;
  struct item *head = NULL;
  struct item **tail = &head;
  while (a != NULL && b != NULL) {
    if (before(b, a)) {
      *tail = b;
      tail = &b->next;
      b = b->next;
    } else {
      *tail = a;
      tail = &a->next;
      a = a->next;
    }
  }
  *tail = a != NULL ? a : b;
  return head;
}

static struct item *sort(struct item *list, uint32_t count, before_t before) {
  if (list == NULL || count < 2) {
    if (list != NULL) list->next = NULL;
    return list;
  }
  struct item *middle = list;
  for (uint32_t i = 0; i < count / 2; i++)
    if (middle != NULL) middle = middle->next;
  struct item *right = sort(middle, count - count / 2, before);
  return merge(sort(list, count / 2, before), right, before);
}

static bool by_key(struct item *a, struct item *b) { return a->key < b->key; }

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 17;
  for (uint64_t round = 0; round < rounds; round++) {
    for (size_t i = 0; i < COUNT; i++) {
      x = x * 1664525 + 1013904223;
      items[i].key = x >> 12;
      items[i].order = (uint32_t)i;
      items[i].next = i + 1 < COUNT ? &items[i + 1] : NULL;
    }
    struct item *at = sort(&items[0], COUNT, by_key);
    while (at != NULL) {
      hash = hash * 31 + at->order;
      at = at->next;
    }
  }
  return hash;
}
