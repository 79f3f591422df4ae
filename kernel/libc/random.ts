/** Numbers that look random: glibc's additive generator (random(3), TYPE_3), since programs print what they got from srand(1); drand48's family (POSIX). */
import { failWith } from "./errno.ts";
import type { Lock } from "./lock.ts";
import { systemCall } from "./system.ts";

const DEGREE = 31;
const APART = 3;
class Generator extends Struct {
  words: array<i32, typeof DEGREE>;
  front: u32;
  rear: u32;
  isSeeded: bool;
  lock: Lock;
}
const generator: Generator = zeroed();

function step(): i32 {
  const sum = generator.words[generator.front] + generator.words[generator.rear];
  generator.words[generator.front] = sum;
  generator.front = (generator.front + 1) % u32(DEGREE);
  generator.rear = (generator.rear + 1) % u32(DEGREE);
  return i32(truncate<u32>(sum) >> 1);
}
function seed(number: u32): void {
  let word = truncate<i32>(number === 0 ? 1 : number);
  generator.words[0] = word;
  // 16807 · w mod 2³¹ − 1, without overflow.
  for (let i: u32 = 1; i < u32(DEGREE); i++) {
    const high = word / 127_773;
    const low = word % 127_773;
    word = 16_807 * low - 2836 * high;
    if (word < 0) word += 0x7fff_ffff;
    generator.words[i] = word;
  }
  generator.front = u32(APART);
  generator.rear = 0;
  generator.isSeeded = true;
  for (let i: u32 = 0; i < 310; i++) step();
}
/** @export */
export function srandom(number: u32): void {
  generator.lock.lock();
  seed(number);
  generator.lock.unlock();
}
/** @export */
export function srand(number: u32): void {
  srandom(number);
}
/** @export */
export function random(): i64 {
  generator.lock.lock();
  if (!generator.isSeeded) seed(1);
  const number = i64(step());
  generator.lock.unlock();
  return number;
}
/** @export */
export function rand(): i32 {
  return i32(random());
}
/** @export */
export function rand_r(state: ptr<u32>): i32 {
  let next = state.value;
  next = next * 1_103_515_245 + 12_345;
  let result = (next >> 16) & 0x7ff;
  next = next * 1_103_515_245 + 12_345;
  result = (result << 10) ^ ((next >> 16) & 0x3ff);
  next = next * 1_103_515_245 + 12_345;
  result = (result << 10) ^ ((next >> 16) & 0x3ff);
  state.value = next;
  return i32(result);
}
let state48: u64 = 0;
function step48(): u64 {
  state48 = (state48 * 0x5_deec_e66d + 11) & 0xffff_ffff_ffff;
  return state48;
}
/** @export */
export function srand48(number: i64): void {
  state48 = ((truncate<u64>(number) & 0xffff_ffff) << 16) | 0x330e;
}
/** @export */
export function drand48(): f64 {
  return f64(step48()) / 281_474_976_710_656;
}
/** @export */
export function lrand48(): i64 {
  return i64(step48() >> 17);
}
/** @export */
export function mrand48(): i64 {
  return i64(truncate<i32>(step48() >> 16));
}
const EIO: i32 = 5;
/** Bytes that nobody can foretell, of the kernel (getrandom(2)). */
function fillRandom(to: ptr<u8>, bytes: usize): void {
  for (let done: usize = 0; done < bytes; ) {
    const count = systemCall(318, address(to.offset(done)), bytes - done, 0);
    if (count > 0) done += usize(count);
  }
}
/** @export */
export function getentropy(to: ptr<u8>, bytes: usize): i32 {
  if (bytes > 256) return failWith(EIO);
  fillRandom(to, bytes);
  return 0;
}
/** @export */
export function arc4random(): u32 {
  let number: u32 = 0;
  fillRandom(cast<u8>(addressOf(number)), 4);
  return number;
}
/** @export */
export function arc4random_buf(to: ptr<u8>, bytes: usize): void {
  fillRandom(to, bytes);
}
/** Below `bound`, each as likely. @export */
export function arc4random_uniform(bound: u32): u32 {
  if (bound < 2) return 0;
  const least = (0 - bound) % bound;
  let number = arc4random();
  while (number < least) number = arc4random();
  return number % bound;
}
