/* POSIX behaviour: run natively, under Linux in the machine, and on the unikernel, it says the same everywhere. */
#include "report.h"
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct { const char *name; void (*run)(void); } parts[] = {
    {"files", files},   {"pipes", pipes},     {"polling", polling}, {"memory", memory},
    {"clocks", clocks}, {"signals", signals}, {"threads", threads}, {"limits", limits},
    {"robust", robust}, {"queued", queued},   {"locked", locked},
};
/* As the first process of Linux: what it needs is mounted, a child does the work, and then the machine is switched off. */
static void be_init(void) {
  mkdir("/proc", 0755);
  mkdir("/dev", 0755);
  mkdir("/tmp", 0777);
  mount("proc", "/proc", "proc", 0, "");
  mount("dev", "/dev", "devtmpfs", 0, "");
  mount("tmp", "/tmp", "tmpfs", 0, "");
  if (fork() == 0) return;
  wait(NULL);
  sync();
  reboot(RB_POWER_OFF);
}
/* Arguments: the parts to run; none, or as the first process: all. */
int main(int argc, char **argv) {
  if (getpid() == 1) be_init(), argc = 1;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    int wanted = argc < 2;
    for (int j = 1; j < argc; j++) wanted |= strcmp(argv[j], parts[i].name) == 0;
    if (!wanted) continue;
    SAY("-- %s", parts[i].name);
    parts[i].run();
  }
  return 0;
}
