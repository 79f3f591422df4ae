// String functions on inputs made from a seed, qsort, bsearch, ctype: a line for each result.
#define _GNU_SOURCE
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static uint64_t state = 1234567;
static uint32_t next(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 33;
}
static int sign(int value) { return (value > 0) - (value < 0); }
static long place(const void *base, const void *at) { return at ? (const char *)at - (const char *)base : -1; }
static int order(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  return (x / 10 > y / 10) - (x / 10 < y / 10);
}
int main(void) {
  char a[64], b[64], c[256];
  for (int i = 0; i < 1500; i++) {
    int la = next() % 40, lb = next() % (i % 3 ? 4 : 40);
    for (int j = 0; j < la; j++) a[j] = "abAB c\xe9,;"[next() % 9];
    for (int j = 0; j < lb; j++) b[j] = "abAB c\xe9,;"[next() % 9];
    a[la] = b[lb] = 0;
    int n = next() % 20;
    memset(c, '#', sizeof c);
    printf("%zu %zu %d %d %d %d %d ", strlen(a), strnlen(a, n), sign(strcmp(a, b)), sign(strncmp(a, b, n)), sign(strcasecmp(a, b)), sign(strncasecmp(a, b, n)), sign(memcmp(a, b, la < lb ? la : lb)));
    printf("%ld %ld %ld %ld %ld %ld ", place(a, strchr(a, b[0])), place(a, strrchr(a, b[0])), place(a, strstr(a, b)), place(a, strcasestr(a, b)), place(a, strpbrk(a, b)), place(a, memchr(a, 'b', la)));
    printf("%zu %zu %ld ", strspn(a, b), strcspn(a, b), place(a, memmem(a, la, b, lb)));
    strcpy(c, a);
    strcat(c, b);
    strncat(c, a, n);
    printf("%zu ", strlen(c));
    strncpy(c, a, n);
    printf("%d ", c[n]);
    memmove(c + 3, c, 40);
    memmove(c, c + 5, 40);
    unsigned sum = 0;
    for (size_t j = 0; j < sizeof c; j++) sum = sum * 31 + (unsigned char)c[j];
    printf("%u ", sum);
    strcpy(c, a);
    char *rest = c, *part;
    while ((part = strsep(&rest, ",; "))) printf("[%s]", part);
    strcpy(c, a);
    for (part = strtok(c, ",; "); part; part = strtok(NULL, ",; ")) printf("<%s>", part);
    printf("\n");
  }
  for (int i = -1; i < 256; i++)
    printf("%d%d%d%d%d%d%d%d%d%d%d%d %d %d\n", !!isalnum(i), !!isalpha(i), !!isblank(i), !!iscntrl(i), !!isdigit(i), !!isgraph(i), !!islower(i), !!isprint(i), !!ispunct(i), !!isspace(i), !!isupper(i), !!isxdigit(i), tolower(i), toupper(i));
  static int table[1000];
  for (int size = 0; size < 1000; size = size * 2 + 1) {
    for (int i = 0; i < size; i++) table[i] = next() % 500;
    qsort(table, size, sizeof *table, order);
    unsigned sum = 0;
    for (int i = 0; i < size; i++) sum = sum * 31 + table[i];
    int key = 120;
    int *found = bsearch(&key, table, size, sizeof *table, order);
    printf("%d %u %d\n", size, sum, found ? *found / 10 : -1);
  }
  char *copy = strdup("copied"), *part = strndup("copied", 3);
  printf("%s %s %s %s %s\n", copy, part, strerror(2), strerror(0), strerror(9999));
  printf("%d %d %d\n", ffs(0), ffs(8), ffsl(1L << 40));
  free(copy);
  free(part);
  return 0;
}
