// Bits 44 to 46 of what malloc gives, which say whose it is, and that what it gives can be used: also by the kernel.
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int area(const void *object) { return (uintptr_t)object >> 44 & 7; }
int main(void) {
  printf("%d %d %d %d\n", area(malloc(64)), area(malloc(2048)), area(malloc(4096)), area(malloc(10000)));
  char *text = calloc(1, 100);
  strcpy(text, "written from there\n");
  text = realloc(text, 50000);
  fflush(stdout);
  write(1, text, strlen(text));
  printf("%d %d\n", area(text), malloc_usable_size(text) >= 50000);
  void *aligned = NULL;
  printf("%d %d\n", posix_memalign(&aligned, 4096, 100), (int)((uintptr_t)aligned % 4096));
  printf("%d\n", posix_memalign(&aligned, 3, 100) == 22);
  free(text);
  free(NULL);
  return malloc(SIZE_MAX / 2) == NULL ? 0 : 1;
}
