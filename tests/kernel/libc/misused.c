/* What is freed that is no object: each case by its number ends the program; without a number a handler goes on behind all of them. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static sigjmp_buf back;
static void leave(int signal) { siglongjmp(back, signal); }
static char *volatile small, *volatile large;
static void misuse(int number) {
  switch (number) {
  case 0: free(small + 16); break;
  case 1: free(large + 4096); break;
  case 2: small = realloc(small + 8, 10); break;
  case 3: free(small + 1); break;
  case 4: free(large), free(large); break;
  }
}
int main(int argc, char **argv) {
  small = malloc(100);
  large = malloc(100000);
  if (argc > 1) misuse(atoi(argv[1]));
  else {
    signal(SIGABRT, leave);
    for (volatile int i = 0; i < 5; i++) {
      int signal = sigsetjmp(back, 1);
      if (signal == 0) misuse(i), puts("not found out");
      else printf("%d: signal %d\n", i, signal);
    }
    free(small);
    printf("goes on: %d\n", malloc(200) != NULL);
  }
  return 0;
}
