/** Obstacks (GNU <obstack.h>): chunks of memory in which objects grow one behind the other. The macros of programs work on the structure, so that it is glibc's. */
import { free } from "./kernel-calls.ts";
import { vasprintf } from "./stdio/print.ts";
import { type Arguments, variadic } from "./variadic.ts";

class Chunk extends Struct {
  limit: ptr<u8>;
  previous: ptr<Chunk> | null;
  contents: array<u8, 8>;
}
class Obstack extends Struct {
  chunkBytes: usize;
  chunk: ptr<Chunk> | null;
  objectBase: ptr<u8>;
  nextFree: ptr<u8>;
  chunkLimit: ptr<u8>;
  temporary: usize;
  alignmentMask: i32;
  make: usize;
  release: usize;
  extra: usize;
  /** 1: the functions take `extra` first; 2: the object may be empty; 4: memory has run out. */
  flags: u32;
}
static_assert(offsetof<Obstack>("alignmentMask") === 48 && offsetof<Obstack>("flags") === 80);
const HEAD: usize = 16;
const USUAL: usize = 4064;

/** @export */
export let obstack_alloc_failed_handler: usize = 0;
/** @export */
export let obstack_exit_failure: i32 = 1;

function makeChunk(stack: ptr<Obstack>, bytes: usize): ptr<Chunk> {
  const memory =
    (stack.flags & 1) !== 0
      ? functionAt<(extra: usize, bytes: usize) => usize>(stack.make)(stack.extra, bytes)
      : functionAt<(bytes: usize) => usize>(stack.make)(bytes);
  if (memory === 0) {
    if (obstack_alloc_failed_handler !== 0) functionAt<() => void>(obstack_alloc_failed_handler)();
    trap();
  }
  return pointer<Chunk>(memory);
}
function releaseChunk(stack: ptr<Obstack>, chunk: ptr<Chunk>): void {
  if ((stack.flags & 1) !== 0)
    functionAt<(extra: usize, chunk: usize) => void>(stack.release)(stack.extra, address(chunk));
  else functionAt<(chunk: usize) => void>(stack.release)(address(chunk));
}
function aligned(stack: ptr<Obstack>, at: usize): ptr<u8> {
  const mask = usize(u32(stack.alignmentMask));
  return pointer<u8>((at + mask) & ~mask);
}
function begin(stack: ptr<Obstack>, bytes: i32, alignment: i32, make: usize, release: usize): i32 {
  stack.make = make;
  stack.release = release;
  stack.chunkBytes = bytes <= 0 ? USUAL : usize(bytes);
  stack.alignmentMask = (alignment === 0 ? 16 : alignment) - 1;
  const chunk = makeChunk(stack, stack.chunkBytes);
  stack.chunk = chunk;
  chunk.previous = null;
  chunk.limit = pointer<u8>(address(chunk) + stack.chunkBytes);
  stack.objectBase = aligned(stack, address(chunk) + HEAD);
  stack.nextFree = stack.objectBase;
  stack.chunkLimit = chunk.limit;
  stack.flags &= ~u32(6);
  return 1;
}
/** @export */
export function _obstack_begin(
  stack: ptr<Obstack>,
  bytes: i32,
  alignment: i32,
  make: usize,
  release: usize,
): i32 {
  stack.flags = 0;
  return begin(stack, bytes, alignment, make, release);
}
/** @export */
export function _obstack_begin_1(
  stack: ptr<Obstack>,
  bytes: i32,
  alignment: i32,
  make: usize,
  release: usize,
  extra: usize,
): i32 {
  stack.flags = 1;
  stack.extra = extra;
  return begin(stack, bytes, alignment, make, release);
}
/** The growing object moves to a chunk with room for `more`. @export */
export function _obstack_newchunk(stack: ptr<Obstack>, more: i32): void {
  const old = stack.chunk;
  const size = address(stack.nextFree) - address(stack.objectBase);
  const wanted = size + usize(more) + (size >> 3) + usize(u32(stack.alignmentMask)) + 100 + HEAD;
  const bytes = wanted < stack.chunkBytes ? stack.chunkBytes : wanted;
  const chunk = makeChunk(stack, bytes);
  stack.chunk = chunk;
  chunk.previous = old;
  chunk.limit = pointer<u8>(address(chunk) + bytes);
  stack.chunkLimit = chunk.limit;
  const base = aligned(stack, address(chunk) + HEAD);
  memcpy(base, stack.objectBase, size);
  // A chunk that held nothing else goes.
  if (old !== null && (stack.flags & 2) === 0 && stack.objectBase === aligned(stack, address(old) + HEAD)) {
    chunk.previous = old.previous;
    releaseChunk(stack, old);
  }
  stack.objectBase = base;
  stack.nextFree = base.offset(size);
  stack.flags &= ~u32(2);
}
/** The object and all behind it go; of null all. @export */
export function _obstack_free(stack: ptr<Obstack>, object: usize): void {
  let chunk = stack.chunk;
  while (chunk !== null && !(object > address(chunk) && object <= address(chunk.limit))) {
    const previous = chunk.previous;
    releaseChunk(stack, chunk);
    chunk = previous;
    stack.flags |= 2;
  }
  stack.chunk = chunk;
  if (chunk === null) return;
  stack.objectBase = pointer<u8>(object);
  stack.nextFree = stack.objectBase;
  stack.chunkLimit = chunk.limit;
}
/** @export @naked */
export function obstack_free(): void {
  asm`jmp ${_obstack_free}`;
}
/** @export */
export function _obstack_allocated_p(stack: ptr<Obstack>, object: usize): i32 {
  for (let chunk = stack.chunk; chunk !== null; chunk = chunk.previous)
    if (object > address(chunk) && object <= address(chunk.limit)) return 1;
  return 0;
}
/** @export */
export function _obstack_memory_used(stack: ptr<Obstack>): usize {
  let bytes: usize = 0;
  for (let chunk = stack.chunk; chunk !== null; chunk = chunk.previous)
    bytes += address(chunk.limit) - address(chunk);
  return bytes;
}
/** @export */
export function obstack_vprintf(stack: ptr<Obstack>, format: ptr<u8>, args: ptr<Arguments>): i32 {
  let text: ptr<u8> = "";
  const length = vasprintf(addressOf(text), format, args);
  if (length < 0) return -1;
  if (address(stack.nextFree) + usize(length) > address(stack.chunkLimit)) _obstack_newchunk(stack, length);
  memcpy(stack.nextFree, text, usize(length));
  stack.nextFree = stack.nextFree.offset(length);
  free(text);
  return length;
}
function obstackArguments(args: ptr<Arguments>): i32 {
  const stack = cast<Obstack>(args.pointer());
  return obstack_vprintf(stack, args.pointer(), args);
}
/** @export @naked */
export function obstack_printf(): void {
  asm`mov r11, ${obstackArguments}; jmp ${variadic}`;
}
