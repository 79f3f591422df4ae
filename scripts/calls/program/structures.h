/* Arguments that are addresses: what stands there, and whether it can be read and written. */
#ifndef STRUCTURES_H
#define STRUCTURES_H
#include "draw.h"

/* For the kinds of memory of draw.h. */
u64 draw_memory(const struct row *row, u32 index, const u64 *args);
/* Where bytes of that length have come to stand: mostly in memory that can be written, sometimes where it ends, or can only be read, or nowhere. */
u64 place(const void *bytes, u64 length);

/* Of draw.c: a number of bytes, of a few things, an offset in a file, permissions. */
u64 draw_size(void);
u64 draw_few(void);
u64 draw_offset(void);
u64 draw_mode(void);
#endif
