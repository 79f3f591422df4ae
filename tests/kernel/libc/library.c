// A shared object: constructors, thread-local variables of the general and local models, IFUNC, a weak symbol, a protected one.
#include <stdio.h>
#include <stdlib.h>

__thread int general = 11;
static __thread int own = 22;
static __thread char zeros[64];
int exported = 5;
int *place = &exported;
__attribute__((visibility("protected"))) int guarded(void) { return 33; }
__attribute__((weak)) int maybe(void);
__attribute__((constructor)) static void begin(void) { printf("library begins\n"); }
__attribute__((destructor)) static void end(void) { printf("library ends\n"); }
static int slow(int x) { return x * 2; }
static int (*choose(void))(int) { return slow; }
int chosen(int) __attribute__((ifunc("choose")));
int add(int x) {
  general += x;
  own += x;
  zeros[1] += x;
  return general * 10000 + own * 100 + zeros[1];
}
int twice(int x) { return chosen(x); }
int call_guarded(void) { return guarded(); }
int has_maybe(void) { return maybe != 0; }
int old_answer(void) { return 1; }
int new_answer(void) { return 2; }
__asm__(".symver old_answer, answer@V1");
__asm__(".symver new_answer, answer@@V2");
