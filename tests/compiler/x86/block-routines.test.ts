// Copies and fills of every length and overlap, against C's memcpy, memmove and memset: nothing beside them may change.
import { describe, expect, it } from "vitest";
import { parseProgram } from "../../../src/compiler/ir/parser.ts";
import { missing, requireTool } from "../../support/tools.ts";
import { RELEASE, runWithC } from "./native.ts";

const IR = `
function @copy(i64, i64, i64) {
b0(v0: i64, v1: i64, v2: i64):
  memcpy v0, v1, v2
  return
}
function @move(i64, i64, i64) -> i64 {
b0(v0: i64, v1: i64, v2: i64):
  memmove v0, v1, v2
  v3: i64 = add v0, v1
  v4: i64 = add v3, v2
  return v4
}
function @fill(i64, i8, i64) {
b0(v0: i64, v1: i8, v2: i64):
  memset v0, v1, v2
  return
}
`;
const C = `
#include <stdio.h>
#include <string.h>
#define SIZE 8192
#define MIDDLE 3000
typedef unsigned char u8;
void copy(u8 *to, const u8 *from, unsigned long n);
unsigned long move(u8 *to, const u8 *from, unsigned long n);
void fill(u8 *to, int byte, unsigned long n);
static u8 original[SIZE], ours[SIZE], theirs[SIZE];
static int bad;
static void check(const char *what, long n, long distance) {
  if (memcmp(ours, theirs, SIZE) != 0 && bad++ < 10) printf("%s of %ld bytes, %ld away\\n", what, n, distance);
}
static void reset(void) {
  memcpy(ours, original, SIZE);
  memcpy(theirs, original, SIZE);
}
int main(void) {
  unsigned x = 1;
  for (int i = 0; i < SIZE; i++) original[i] = (x = x * 1664525 + 1013904223) >> 24;
  for (long n = 0; n < 2200; n += n < 300 ? 1 : 61) {
    for (long align = 0; align < 3; align++) {
      reset();
      copy(ours + 5000 + align, ours + 17, n);
      memcpy(theirs + 5000 + align, theirs + 17, n);
      check("copy", n, align);
      reset();
      fill(ours + 100 + align, 0x1f7 + n, n);
      memset(theirs + 100 + align, 0x1f7 + n, n);
      check("fill", n, align);
    }
    for (long distance = -n - 20; distance < n + 20; distance += n < 40 ? 1 : n < 400 ? 17 : 67) {
      reset();
      if (move(ours + MIDDLE + distance, ours + MIDDLE, n) != (unsigned long)(ours + MIDDLE + distance) + (unsigned long)(ours + MIDDLE) + n)
        bad++;
      memmove(theirs + MIDDLE + distance, theirs + MIDDLE, n);
      check("move", n, distance);
    }
  }
  printf("%d\\n", bad);
}`;

describe("routines for blocks of memory", () => {
  it.for(["linux", "kernel"] as const)("do for %s what C's do", (target, ctx) => {
    if (process.platform !== "linux" || process.arch !== "x64") missing(ctx, "an x86-64 Linux");
    const ran = runWithC(requireTool(ctx, "gcc"), parseProgram(IR), C, { ...RELEASE, target });
    expect(ran.signal).toBeNull();
    expect(ran.stdout).toBe("0\n");
  });
});
