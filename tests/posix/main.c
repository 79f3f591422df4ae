/* POSIX behaviour: run natively, under Linux in the machine, and on the unikernel, it says the same everywhere. */
#include "report.h"
#include <stdlib.h>

static const struct { const char *name; void (*run)(void); } parts[] = {
    {"files", files},   {"pipes", pipes},     {"polling", polling}, {"memory", memory},
    {"clocks", clocks}, {"signals", signals}, {"threads", threads}, {"limits", limits},
};
/* Arguments: the parts to run; none: all. */
int main(int argc, char **argv) {
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
