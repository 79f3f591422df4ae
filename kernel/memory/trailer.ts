/**
 * Verified caches (boot option `verify`): behind each object is a trailer that says whether it is out and how much of it was asked for, and
 * what nobody may write to is filled with patterns: looked at when an object comes back, and when it goes out again. Such caches
 * have no pools, and freed objects wait in a quarantine (verified.ts) before they are used again. After the buffer tags of X15's slab
 * allocator.
 *
 *     0              size       objectSize  +8     +12    +16     +24
 *     │ the caller's │ red zone │ red zone  │ size │ link │ state │      out
 *     │ free pattern …………………… │ red zone  │ –    │ link │ state │      free
 */
import type { Cache } from "./cache.ts";
import type { Trailer } from "./trailer-layout.ts";
import { Violation, violation } from "./violation.ts";

const LIVE: u64 = 0xa110_ca7e_d0b1_ec70;
const FREE: u64 = 0xf4ee_f4ee_d0b1_ec75;
const ZONE: u64 = 0xbbbb_bbbb_bbbb_bbbb;
const ZONE_BYTE: u8 = 0xbb;
/** Free objects, and what nobody has written yet of live ones. */
const FREE_BYTE: u8 = 0xdf;
const FRESH_BYTE: u8 = 0xcd;

function trailerOf(cache: ptr<Cache>, object: usize): ptr<Trailer> {
  return pointer<Trailer>(object + usize(cache.objectSize));
}
/** The first byte from `from` up to `end` that is not `byte`, by its address; 0 if all are. */
function firstOther(from: usize, end: usize, byte: u8): usize {
  for (let at = from; at < end; at++) {
    if (pointer<u8>(at).value !== byte) return at;
  }
  return 0;
}
/** Constructed objects stay as their owner left them; the others are filled. */
function fill(cache: ptr<Cache>, object: usize, byte: u8): void {
  if (cache.construct === null) memset(pointer<u8>(object), byte, usize(cache.objectSize));
}

/** An object of a new slab. */
export function initTrailer(cache: ptr<Cache>, object: usize): void {
  const trailer = trailerOf(cache, object);
  trailer.zone = ZONE;
  trailer.size = 0;
  trailer.state = FREE ^ object;
  fill(cache, object, FREE_BYTE);
}
/** Nobody has written to a free object; whether that is so. */
export function examineFree(cache: ptr<Cache>, object: usize): bool {
  const trailer = trailerOf(cache, object);
  if (trailer.state !== (FREE ^ object)) {
    violation(Violation.ModifiedFree, "state of a free object", object, FREE ^ object, trailer.state);
    return false;
  }
  if (trailer.zone !== ZONE) {
    violation(Violation.ModifiedFree, "red zone of a free object", object, ZONE, trailer.zone);
    return false;
  }
  if (cache.construct !== null) return true;
  const written = firstOther(object, object + usize(cache.objectSize), FREE_BYTE);
  if (written === 0) return true;
  violation(Violation.ModifiedFree, "byte", written, u64(FREE_BYTE), u64(pointer<u8>(written).value));
  return false;
}
/** A live object has kept inside of its bounds; whether that is so. */
export function examineLive(cache: ptr<Cache>, object: usize): bool {
  const trailer = trailerOf(cache, object);
  if (trailer.state === (FREE ^ object)) {
    violation(Violation.DoubleFree, "state", object, LIVE ^ object, trailer.state);
    return false;
  }
  if (trailer.state !== (LIVE ^ object) || trailer.size > cache.objectSize) {
    violation(Violation.Overflow, "state", object, LIVE ^ object, trailer.state);
    return false;
  }
  const written = firstOther(object + usize(trailer.size), object + usize(cache.objectSize) + 8, ZONE_BYTE);
  if (written === 0) return true;
  violation(
    Violation.Overflow,
    "byte of the red zone",
    written,
    u64(ZONE_BYTE),
    u64(pointer<u8>(written).value),
  );
  return false;
}
/** A free object goes to a caller that asked for `size` bytes. */
export function openObject(cache: ptr<Cache>, object: usize, size: u32): void {
  const trailer = trailerOf(cache, object);
  fill(cache, object, FRESH_BYTE);
  memset(pointer<u8>(object + usize(size)), ZONE_BYTE, usize(cache.objectSize - size) + 8);
  trailer.size = size;
  trailer.state = LIVE ^ object;
}
/** An object has come back. */
export function closeObject(cache: ptr<Cache>, object: usize): void {
  const trailer = trailerOf(cache, object);
  fill(cache, object, FREE_BYTE);
  trailer.zone = ZONE;
  trailer.state = FREE ^ object;
}
/** What was asked for. */
export function sizeAskedFor(cache: ptr<Cache>, object: usize): usize {
  return usize(trailerOf(cache, object).size);
}
