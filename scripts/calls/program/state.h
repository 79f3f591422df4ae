/*
 * What every call finds: the same descriptors, files, memory, signals, identity and limits, whatever the call before it has done.
 */
#ifndef STATE_H
#define STATE_H
#include "system.h"

/* Descriptors of the program's own, which no call is given. */
enum { OUTPUT = 200, NOTHING, WORK, TOP };
/* Descriptors that calls are given; 0 to 2 are /dev/null. */
enum {
  FILE_RW = 3, FILE_RO, FILE_APPEND, DIR_WORK, DIR_FULL, PATH_FILE, PATH_DIR, PIPE_IN, PIPE_OUT, PIPE_ENDED, PIPE_BROKEN, PAIR_A, PAIR_B,
  EVENT, EPOLL, TIMER_FD, MEMFD, LONE_SOCKET, DEVICE_ZERO, DEVICE_NULL, PATH_LINK, FIXED_END,
};

/* Memory for arguments, by pages of 4096 bytes: others between them are not mapped. */
#define PAGE 4096ul
#define ARENA 0x100000000000ul
enum { WRITABLE_PAGES = 4, EDGE_PAGE = 5, READABLE_PAGE = 7, FORBIDDEN_PAGE = 9, BEYOND_PAGE = 12 };
#define WRITABLE ARENA
#define EDGE (ARENA + EDGE_PAGE * PAGE)
#define READABLE (ARENA + READABLE_PAGE * PAGE)
#define FORBIDDEN (ARENA + FORBIDDEN_PAGE * PAGE)
/* A page of a mapped file behind its end. */
#define BEYOND (ARENA + BEYOND_PAGE * PAGE)

/* Memory that calls change: see map_ground(). */
#define GROUND (ARENA + 0x1000000)
enum { GROUND_PAGES = 64 };

/* What a call may change, and so has to be made anew behind it. */
enum {
  FDS = 1, FILES = 2, MEMORY = 4, SIGNALS = 8, TIMERS = 16, IDS = 32, LIMITS = 64,
  /* It may wait: a signal every 50 ms ends that. */
  WAITS = 128,
  /* Not compared: what it has written; its result, but for whether it failed. */
  SECRET = 256, VAGUE = 512,
  /* The result is an address. */
  PLACE = 1024,
};

extern u64 own_pid, own_uid, own_gid, first_break, fixture_timer;

/* Once. The folder is empty and nobody else's. */
void begin(const char *folder);
/* Before a call: memory for its arguments, and what its flags name. */
void prepare(u32 flags);
/* After a call. */
void recover(u32 flags);

/* A signal in 50 ms, and again, until recover(). */
void interrupt_soon(void);

/* What the call has written into the memory for arguments, as a hash; 0: nothing. */
void remember(void);
u64 written(void);
/* That part is not compared. */
void forget(u64 address, u64 bytes);
#endif
