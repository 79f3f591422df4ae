// A function that no library has: the program runs until it is called.
#include <stdio.h>
int absent_function(int);
int main(void) {
  printf("before\n");
  fflush(stdout);
  return absent_function(1);
}
