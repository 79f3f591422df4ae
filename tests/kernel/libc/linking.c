// What the linker binds: a library that is needed, one that is opened, order of constructors, thread-local variables of both, versions, IFUNC, RTLD_NEXT.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern __thread int general;
extern int exported, *place;
int add(int), twice(int), chosen(int), guarded(void), call_guarded(void), has_maybe(void), answer(void);
static __thread int mine = 3;
static jmp_buf away;
static volatile sig_atomic_t caught;

__attribute__((constructor)) static void begin(void) { printf("program begins\n"); }
__attribute__((destructor)) static void end(void) { printf("program ends\n"); }
static void at_exit(void) { printf("at exit\n"); }
static void *thread(void *argument) {
  mine++;
  int sum = add(1);
  printf("thread %d %d %d\n", mine, general, sum);
  return argument;
}
static int visit(struct dl_phdr_info *info, size_t size, void *count) {
  if (info->dlpi_phnum > 0 && info->dlpi_phdr) ++*(int *)count;
  return 0;
}
static void handler(int number) { caught = number; }
static int dive(int depth) {
  if (depth == 0) longjmp(away, 7);
  return dive(depth - 1) + 1;
}
int main(int argc, char **argv) {
  pthread_t other;
  atexit(at_exit);
  printf("%d %d %d\n", exported, *place, place == &exported);
  exported = 6;
  int sum = add(3);
  printf("%d %d %d\n", *place, sum, general);
  printf("%d %d %d %d %d\n", twice(4), chosen(5), guarded(), call_guarded(), has_maybe());
  printf("answer %d\n", answer());
  pthread_create(&other, NULL, thread, NULL);
  pthread_join(other, NULL);
  printf("%d %d\n", mine, general);
  void *handle = dlopen(argv[1], RTLD_NOW);
  if (!handle) return printf("%s\n", dlerror()), 1;
  int (*function)(int) = (int (*)(int))dlsym(handle, "opened");
  printf("opened %d ", function(1));
  printf("%d\n", function(1));
  printf("%d ", dlsym(handle, "absent") == NULL);
  printf("%s\n", strstr(dlerror(), "absent") ? "absent" : "?");
  printf("%d\n", dlsym(RTLD_DEFAULT, "printf") != NULL);
  size_t (*length)(const char *) = (size_t (*)(const char *))dlsym(RTLD_NEXT, "strlen");
  printf("%zu\n", length("four"));
  Dl_info where;
  printf("%d %s\n", dladdr((void *)function, &where), where.dli_sname);
  printf("%d\n", dlclose(handle));
  printf("%d\n", dlopen("/no/such/library.so", RTLD_NOW) == NULL);
  int objects = 0;
  dl_iterate_phdr(visit, &objects);
  printf("%d\n", objects >= 2);
  int back = setjmp(away);
  if (back == 0) dive(10);
  printf("back with %d\n", back);
  signal(SIGUSR1, handler);
  raise(SIGUSR1);
  printf("caught %d\n", caught == SIGUSR1);
  fflush(stdout);
  return 42;
}
