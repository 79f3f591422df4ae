/** malloc's kin, one by one, whoever serves it: alignment, clearing, resizing in place and elsewhere. */
import {
  alignedAlloc,
  calloc,
  free,
  freeSized,
  malloc,
  mallocUsableSize,
  posixMemalign,
  realloc,
} from "../memory/malloc.ts";
import { isPlain } from "./areas.ts";
import { check, checkEqual } from "./check.ts";
import { isMarkedBy, mark } from "./objects.ts";

/** No two live objects are at one address, also without a size. */
export function emptyObjects(): void {
  const first = malloc(0);
  const second = malloc(0);
  check(first !== null && second !== null && address(first) !== address(second), "objects of their own");
  free(first);
  free(second);
  free(null);
  freeSized(null, 10);
  checkEqual(mallocUsableSize(null), 0, "null has no size");
}
export function allSizesAndAlignments(): void {
  for (let align: usize = 1; align <= 64 << 10; align *= 2) {
    for (let size: usize = 1; size < 20_000; size += size / 3 + 1) {
      const object = alignedAlloc(align, size);
      check(object !== null && address(object) % align === 0, "aligned");
      check(address(object) % 16 === 0, "to 16 at least");
      const usable = mallocUsableSize(object);
      check(usable >= size, "large enough");
      memset(pointer<u8>(address(object)), 0xff, usable);
      freeSized(object, size);
    }
  }
  let place: ptr<unknown> | null = null;
  checkEqual(u64(posixMemalign(addressOf(place), 512, 700)), 0, "posix_memalign");
  check(place !== null && address(place) % 512 === 0, "gives an aligned object");
  free(place);
}
/** Of memory that others have written to. */
export function clearedObjects(): void {
  for (let size: usize = 1; size < 40_000; size = size * 2 + 7) {
    const dirty = malloc(size);
    if (dirty !== null) memset(dirty, 0xaa, size);
    free(dirty);
    const object = calloc(1, size);
    check(object !== null, "there is memory");
    if (object === null) return;
    const bytes = cast<u8>(object);
    for (let i: usize = 0; i < size; i++) {
      if (bytes[i] === 0) continue;
      check(false, "cleared");
      break;
    }
    free(object);
  }
}
/** Through all sizes, up and down, with the contents. */
export function resizing(): void {
  let object = malloc(1);
  let size: usize = 1;
  mark(cast<u8>(object), size, 1);
  for (let step: u64 = 0; step < 90; step++) {
    const next = step < 45 ? size + size / 3 + 1 : size - size / 4;
    const moved = realloc(object, next);
    check(moved !== null, "there is memory");
    if (moved === null) break;
    check(isMarkedBy(cast<u8>(moved), size < next ? size : next, size, 1), "the contents are kept");
    check(mallocUsableSize(moved) >= next, "large enough");
    object = moved;
    size = next;
    mark(cast<u8>(object), size, 1);
  }
  check(realloc(object, 0) === null, "size 0 frees it");
  object = realloc(null, 50);
  check(object !== null, "null is allocated");
  free(object);
}
/** What need not move stays: within its class, and pages that have free ones behind them. */
export function resizingInPlace(): void {
  if (!isPlain()) return;
  const small = malloc(100);
  check(realloc(small, 112) === small && realloc(small, 97) === small, "within its class");
  free(small);
  const page = malloc(4096);
  check(realloc(page, 2500) === page && realloc(page, 4000) === page, "within its page");
  free(page);
  const large = malloc(400 << 10);
  const shrunk = realloc(large, 100 << 10);
  check(shrunk === large, "shrunk");
  const grown = realloc(shrunk, 400 << 10);
  check(grown === large, "grown into the pages that it gave back");
  free(grown);
}
