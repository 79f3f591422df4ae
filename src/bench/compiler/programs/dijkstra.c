// Dijkstra's shortest paths with a binary heap, in a graph of adjacency lists.
#include <stddef.h>
#include <stdint.h>

#define NODES 2000
#define DEGREE 5
#define HEAP 16384
#define FAR 0xffffffffu

struct edge {
  uint32_t to;
  uint32_t weight;
};
struct item {
  uint32_t distance;
  uint32_t node;
};
static struct edge edges[NODES][DEGREE];
static uint32_t distances[NODES];
static struct item heap[HEAP];
static size_t size;

static void push(uint32_t distance, uint32_t node) {
  size_t at = size++;
  while (at > 0) {
    size_t parent = (at - 1) / 2;
    if (heap[parent].distance <= distance) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at].distance = distance;
  heap[at].node = node;
}

static struct item pop(void) {
  struct item top = heap[0];
  struct item last = heap[--size];
  size_t at = 0;
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && heap[child + 1].distance < heap[child].distance) child++;
    if (last.distance <= heap[child].distance) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return top;
}

static uint64_t shortest(uint32_t from) {
  for (size_t i = 0; i < NODES; i++) distances[i] = FAR;
  distances[from] = 0;
  size = 0;
  push(0, from);
  while (size > 0) {
    struct item item = pop();
    if (item.distance > distances[item.node]) continue;
    for (size_t i = 0; i < DEGREE; i++) {
      struct edge *edge = &edges[item.node][i];
      uint32_t distance = item.distance + edge->weight;
      if (distance < distances[edge->to]) {
        distances[edge->to] = distance;
        push(distance, edge->to);
      }
    }
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < NODES; i++)
    if (distances[i] != FAR) sum += distances[i];
  return sum;
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  uint32_t x = 3;
  for (size_t i = 0; i < NODES; i++) {
    for (size_t j = 0; j < DEGREE; j++) {
      x = x * 1664525 + 1013904223;
      edges[i][j].to = (x >> 8) % NODES;
      edges[i][j].weight = (x >> 24) + 1;
    }
  }
  for (uint64_t round = 0; round < rounds; round++) hash = hash * 31 + shortest((uint32_t)(round % NODES));
  return hash;
}
