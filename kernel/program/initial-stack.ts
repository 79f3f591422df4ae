/**
 * What a program finds on its stack: arguments, environment, and the auxiliary vector (System V ABI, AMD64 supplement, §3.4.1; getauxval(3)).
 *
 *     rsp →  argc   argv…   0   envp…   0   auxv pairs…   0 0   padding   texts   program's path   "x86_64"   16 random bytes
 *
 * It is put together in the kernel's memory and copied to the program's in one piece.
 */

import { cpuidCD } from "../arch/instructions.ts";
import { textLength } from "../lib/text.ts";
import { free, malloc } from "../memory/malloc.ts";
import { launchCount, launchText } from "./launch.ts";
import type { Loaded } from "./load.ts";
import { copyOut } from "./user.ts";

const AT_PHDR: u64 = 3;
const AT_PHENT: u64 = 4;
const AT_PHNUM: u64 = 5;
const AT_PAGESZ: u64 = 6;
const AT_BASE: u64 = 7;
const AT_FLAGS: u64 = 8;
const AT_ENTRY: u64 = 9;
const AT_UID: u64 = 11;
const AT_EUID: u64 = 12;
const AT_GID: u64 = 13;
const AT_EGID: u64 = 14;
const AT_PLATFORM: u64 = 15;
const AT_HWCAP: u64 = 16;
const AT_CLKTCK: u64 = 17;
const AT_SECURE: u64 = 23;
const AT_RANDOM: u64 = 25;
const AT_EXECFN: u64 = 31;
const AT_MINSIGSTKSZ: u64 = 51;
const PAIRS: usize = 20;
const RANDOM_BYTES: usize = 16;
const PLATFORM_BYTES: usize = 8;
/** A signal's frame with all of XSAVE's components. */
const LEAST_SIGNAL_STACK: u64 = 4096;

/** A block that will lie at `base` in the program. */
class Image extends Struct {
  bytes: ptr<u8>;
  base: usize;
  words: usize;
  texts: usize;

  word(value: u64): void {
    cast<u64>(this.bytes)[this.words] = value;
    this.words++;
  }
  pair(type: u64, value: u64): void {
    this.word(type);
    this.word(value);
  }
  /** Copies a text with its zero. Gives the address that it will have. */
  text(from: ptr<u8>): usize {
    const at = this.texts;
    const length = textLength(from) + 1;
    memcpy(addressOf(this.bytes[at]), from, length);
    this.texts += length;
    return this.base + at;
  }
}
function bytesOf(name: ptr<u8>): usize {
  let bytes: usize = 0;
  for (let i: usize = 0; ; i++) {
    const text = launchText(name, i);
    if (text === null) return bytes;
    bytes += textLength(text) + 1;
  }
}
/** The value of RSP; 0: no memory. `top`: of the stack; `random`: 16 bytes. */
export function makeInitialStack(
  top: usize,
  loaded: ptr<Loaded>,
  path: ptr<u8>,
  owner: u64,
  group: u64,
  random: ptr<u8>,
): usize {
  const args = loaded.args.count();
  const variables = launchCount("env=");
  const words: usize = 1 + args + 1 + variables + 1 + 2 * PAIRS;
  const texts = loaded.args.bytes() + bytesOf("env=") + textLength(path) + 1 + PLATFORM_BYTES + RANDOM_BYTES;
  const size = (words * 8 + texts + 15) & ~usize(15);
  const memory = malloc(size);
  if (memory === null) return 0;
  memset(memory, 0, size);
  const image: Image = init({ bytes: cast<u8>(memory), base: top - size, words: 0, texts: words * 8 });
  image.word(args);
  for (let i: usize = 0; i < args; i++) image.word(image.text(loaded.args.at(i)));
  image.word(0);
  for (let i: usize = 0; i < variables; i++) {
    const text = launchText("env=", i);
    if (text !== null) image.word(image.text(text));
  }
  image.word(0);
  image.pair(AT_MINSIGSTKSZ, LEAST_SIGNAL_STACK);
  // EDX of leaf 1, as Linux.
  image.pair(AT_HWCAP, cpuidCD(1, 0) >> 32);
  image.pair(AT_PAGESZ, 4096);
  image.pair(AT_CLKTCK, 100);
  image.pair(AT_PHDR, loaded.headers);
  image.pair(AT_PHENT, 56);
  image.pair(AT_PHNUM, loaded.headerCount);
  image.pair(AT_BASE, loaded.interpreterBase);
  image.pair(AT_FLAGS, 0);
  image.pair(AT_ENTRY, loaded.programEntry);
  image.pair(AT_UID, owner);
  image.pair(AT_EUID, owner);
  image.pair(AT_GID, group);
  image.pair(AT_EGID, group);
  image.pair(AT_SECURE, 0);
  image.pair(AT_EXECFN, image.text(path));
  image.pair(AT_PLATFORM, image.text("x86_64"));
  const randomAt = image.texts;
  memcpy(addressOf(image.bytes[randomAt]), random, RANDOM_BYTES);
  image.pair(AT_RANDOM, image.base + randomAt);
  const done = copyOut(image.base, memory, size);
  free(memory);
  return done ? top - size : 0;
}
