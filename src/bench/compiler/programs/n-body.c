// Bodies that attract each other, in steps of equal time.
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define BODIES 5

struct body {
  double x, y, z;
  double vx, vy, vz;
  double mass;
};
static struct body bodies[BODIES];

static void advance(double step) {
  for (size_t i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    for (size_t j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double dx = a->x - b->x;
      double dy = a->y - b->y;
      double dz = a->z - b->z;
      double square = dx * dx + dy * dy + dz * dz;
      double pull = step / (square * sqrt(square));
      a->vx -= dx * b->mass * pull;
      a->vy -= dy * b->mass * pull;
      a->vz -= dz * b->mass * pull;
      b->vx += dx * a->mass * pull;
      b->vy += dy * a->mass * pull;
      b->vz += dz * a->mass * pull;
    }
  }
  for (size_t i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    a->x += step * a->vx;
    a->y += step * a->vy;
    a->z += step * a->vz;
  }
}

static double energy(void) {
  double sum = 0;
  for (size_t i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    sum += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
    for (size_t j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double dx = a->x - b->x;
      double dy = a->y - b->y;
      double dz = a->z - b->z;
      sum -= (a->mass * b->mass) / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}

uint64_t run(uint64_t rounds) {
  for (size_t i = 0; i < BODIES; i++) {
    double at = (double)i;
    struct body *a = &bodies[i];
    a->x = at * 4.5 + 1.0;
    a->y = at * 1.25 - 2.0;
    a->z = 3.0 - at;
    a->vx = 0.5 - at * 0.125;
    a->vy = at * 0.25 - 0.5;
    a->vz = 0.0625 * at;
    a->mass = 8.0 / (at + 1.0);
  }
  for (uint64_t round = 0; round < rounds; round++) advance(0.001);
  return (uint64_t)(int64_t)(energy() * 1e9);
}
