/* Arguments by the kind of the parameter: mostly what a call takes, else what is wrong in a way that such a parameter can be wrong. */
#ifndef DRAW_H
#define DRAW_H
#include "state.h"

enum kind {
  NONE,
  /* Descriptors: any; no devices and nothing whose node all share; for the *at calls; a new number; epolls and timers mostly. */
  ANY_FD, FILE_FD, DIR_FD, NEW_FD, EPOLL_FD, TIMER_FDS, SOCKET_FD,
  /* The two ends of close_range. */
  FIRST_FD, LAST_FD,
  /* Any path; one that nothing outside of the folder has. */
  PATH, OWN_PATH, NAME, ATTRIBUTE,
  /* Numbers: bytes, a few; an offset; one of the row's values, one of its other values, any of its bits. */
  SIZE, FEW, OFFSET, VALUE, OTHER, BITS, MODE, SIGNAL, PROCESS, CLOCK, OWN_USER, OWN_GROUP, USER, TIMER_ID, MILLISECONDS,
  /* Memory: bytes, and structures, which stand there. */
  BYTES, INT, LENGTH_POINTER, POSITION, MASK, MASK_BYTES, MASK_ARGUMENT, INTERVAL, SHORT_TIME, TIMES, MICRO_TIMES, UNIX_TIMES, LONG_TIMER,
  MICRO_TIMER, VECTOR, VECTOR_COUNT, POLLS, EVENTS, FD_SET, ADDRESS, ADDRESS_BYTES, MESSAGE, LIMIT, ACTION, ALTERNATE_STACK, EVENT_NOTICE, LOCK,
  CAPABILITY, OPEN_HOW, CLONE_ARGS, GROUPS, PRIORITY, PROCESSORS, FUTEX_WORD, QUEUED,
  /* Memory that calls change: its address and bytes, and the break. */
  GROUND_ADDRESS, GROUND_BYTES, BREAK,
};

struct row {
  const char *name;
  int number;
  u8 kinds[6];
  u32 flags;
  /* For VALUE, OTHER and BITS, each ended by END. */
  const long *values, *others, *bits;
  /* Leaves out of the comparison what differs. */
  void (*scrub)(const u64 *args);
  /* Mends arguments that would do harm, or run on for long. */
  void (*tame)(u64 *args);
};
#define END 0x7e57e57e57e5
#define LIST(...) ((const long[]){__VA_ARGS__, END})

extern const struct row rows[];
extern const u32 row_count;

/* Before a call's arguments. */
void draw_begin(void);
/* Whether something is to be wrong, once in so many; in every second call hardly anything is. */
int wrong(u32 one_in);
/* The argument at `index`; those before it are in `args`. */
u64 draw(const struct row *row, u32 index, const u64 *args);
#endif
