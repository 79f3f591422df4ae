/* What every part of the program has: a line for each answer of the system. No addresses, times or numbers of processes in it. */
#ifndef REPORT_H
#define REPORT_H
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAY(...) (printf(__VA_ARGS__), putchar('\n'), (void)0)
/* The call's text and whether it failed, and how. */
#define TRY(call)                                                                    \
  do {                                                                               \
    errno = 0;                                                                       \
    long result_ = (long)(call);                                                     \
    if (result_ < 0) SAY("%s: %s", #call, strerror(errno));                          \
    else SAY("%s: %ld", #call, result_);                                             \
  } while (0)
/* Only whether it failed: for descriptors and the like. */
#define GOES(call)                                                                   \
  do {                                                                               \
    errno = 0;                                                                       \
    SAY("%s: %s", #call, (long)(call) < 0 ? strerror(errno) : "done");               \
  } while (0)

void threads(void);
void signals(void);
void memory(void);
void files(void);
void pipes(void);
void polling(void);
void clocks(void);
void limits(void);
void robust(void);
void queued(void);
/* The last: it gives up being root. */
void locked(void);
#endif
