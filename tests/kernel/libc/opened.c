// An object that is opened while the program runs, with a variable of each thread's own, and a constructor.
#include <stdio.h>
static __thread int calls = 100;
__attribute__((constructor)) static void begin(void) { printf("opened begins\n"); }
__attribute__((destructor)) static void end(void) { printf("opened ends\n"); }
int opened(int x) { return calls += x; }
