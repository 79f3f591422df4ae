// An interpreter of bytecode for a stack machine, by a switch: it counts primes by trial division.
#include <stddef.h>
#include <stdint.h>

enum { PUSH, LOAD, STORE, ADD, MULTIPLY, REMAINDER, LESS, EQUAL, JUMP, JUMP_IF_ZERO, HALT };
struct instruction {
  uint8_t op;
  uint8_t operand;
};
// for (n = 2; n < limit; n++) { for (d = 2; d * d < n + 1; d++) if (n % d == 0) goto next; count++; next: }
// n, d, count and limit are the locals 0 to 3.
static const struct instruction code[] = {
  {PUSH, 2},
  {STORE, 0},
  {LOAD, 0},
  {LOAD, 3},
  {LESS, 0},
  {JUMP_IF_ZERO, 34},
  {PUSH, 2},
  {STORE, 1},
  {LOAD, 1},
  {LOAD, 1},
  {MULTIPLY, 0},
  {LOAD, 0},
  {PUSH, 1},
  {ADD, 0},
  {LESS, 0},
  {JUMP_IF_ZERO, 25},
  {LOAD, 0},
  {LOAD, 1},
  {REMAINDER, 0},
  {JUMP_IF_ZERO, 29},
  {LOAD, 1},
  {PUSH, 1},
  {ADD, 0},
  {STORE, 1},
  {JUMP, 8},
  {LOAD, 2},
  {PUSH, 1},
  {ADD, 0},
  {STORE, 2},
  {LOAD, 0},
  {PUSH, 1},
  {ADD, 0},
  {STORE, 0},
  {JUMP, 2},
  {HALT, 0},
};
static int64_t stack[16];
static int64_t locals[8];

static int64_t execute(void) {
  size_t pc = 0;
  size_t top = 0;
  for (;;) {
    const struct instruction *instruction = &code[pc++];
    size_t operand = instruction->operand;
    switch (instruction->op) {
      case PUSH:
        stack[top++] = (int64_t)operand;
        break;
      case LOAD:
        stack[top++] = locals[operand];
        break;
      case STORE:
        locals[operand] = stack[--top];
        break;
      case ADD:
        top--;
        stack[top - 1] += stack[top];
        break;
      case MULTIPLY:
        top--;
        stack[top - 1] *= stack[top];
        break;
      case REMAINDER:
        top--;
        stack[top - 1] %= stack[top];
        break;
      case LESS:
        top--;
        stack[top - 1] = stack[top - 1] < stack[top];
        break;
      case EQUAL:
        top--;
        stack[top - 1] = stack[top - 1] == stack[top];
        break;
      case JUMP:
        pc = operand;
        break;
      case JUMP_IF_ZERO:
        if (stack[--top] == 0) pc = operand;
        break;
      default:
        return locals[2];
    }
  }
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  for (uint64_t round = 0; round < rounds; round++) {
    locals[2] = 0;
    locals[3] = 1000 + (int64_t)(round & 63);
    hash = hash * 31 + (uint64_t)execute();
  }
  return hash;
}
