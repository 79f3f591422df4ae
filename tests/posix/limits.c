#include "report.h"
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

/* A line of /proc/self/limits. */
static void show(const char *name) {
  char line[100];
  FILE *file = fopen("/proc/self/limits", "r");
  while (fgets(line, sizeof line, file))
    if (strncmp(line, name, strlen(name)) == 0) SAY("%.*s|", (int)strcspn(line, "\n"), line);
  fclose(file);
}
void limits(void) {
  struct rlimit limit;
  TRY(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
  show("Max core");
  show("Max nice");
  TRY(getrlimit(RLIMIT_STACK, &limit));
  SAY("stack %lu", (unsigned long)limit.rlim_cur);
  TRY(getrlimit(99, &limit));
  TRY(getrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 10;
  TRY(setrlimit(RLIMIT_NOFILE, &limit));
  int last = -1;
  for (int fd; (fd = open("/dev/null", O_RDONLY)) >= 0;) last = fd;
  SAY("last %d: %s", last, strerror(errno));
  for (int i = 3; i < 10; i++) close(i);
  TRY(dup2(0, 10));
  limit.rlim_cur = limit.rlim_max + 1;
  TRY(setrlimit(RLIMIT_STACK, &(struct rlimit){10, 5}));
  TRY(setrlimit(RLIMIT_NOFILE, &(struct rlimit){100, limit.rlim_max}));
  char name[16];
  TRY(prctl(PR_SET_NAME, "a long name of a thread"));
  TRY(prctl(PR_GET_NAME, name));
  SAY("%s", name);
  TRY(prctl(9999));
  struct utsname names;
  TRY(uname(&names));
  SAY("%s %s", names.sysname, names.machine);
  TRY(uname((void *)8));
  TRY(getppid() > 0);
  TRY(getpgid(0) >= 0);
  TRY(getpgid(99999));
  TRY(kill(99999, 0));
  TRY(waitpid(-1, NULL, 0));
  TRY(umask(077));
  TRY(umask(022));
  TRY(syscall(SYS_getrandom, name, 16, 0));
  TRY(syscall(SYS_getrandom, name, 16, 99));
  TRY(syscall(SYS_getrandom, 8, 16, 0));
  TRY(syscall(999));
  TRY(syscall(SYS_gettid) == getpid());
  struct sysinfo information;
  TRY(sysinfo(&information));
  TRY(sysinfo((void *)8));
  TRY(getpagesize());
  TRY(sysconf(_SC_CLK_TCK));
  TRY(getpriority(PRIO_PROCESS, 0));
}
