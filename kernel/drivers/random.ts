/**
 * Random bytes for /dev/urandom and getrandom: ChaCha20 under a key that every request replaces by output of its own, so that what has been given
 * cannot be computed from what is kept (Bernstein's fast key erasure). The first key is the entropy device's, else RDSEED's or
 * RDRAND's; with none of them it is the clock's, and a warning says so: such bytes can be guessed.
 */
import { cpuidAB, cpuidCD } from "../arch/instructions.ts";
import { printLine } from "../console/print.ts";
import type { Mutex } from "../thread/mutex.ts";
import { type ChaChaBlock, type ChaChaKey, chachaBlock } from "./chacha20.ts";
import { entropy } from "./entropy.ts";

/** CPUID: leaf 1, ECX; leaf 7, EBX. */
const HAS_RDRAND: u64 = 1 << 30;
const HAS_RDSEED: u64 = 1 << (18 + 32);
/** How often the instructions may have nothing to give. */
const TRIES: u32 = 64;
const BLOCK: usize = 64;
const KEY: usize = 32;

class Generator extends Struct {
  lock: Mutex;
  key: ChaChaKey;
  seeded: bool;
}
const generator: Generator = zeroed();

/** The carry flag says whether there was a number; there is none for 0 in the other half. */
function rdseed(to: ptr<u64>): bool {
  const good = asm<u64>({
    in: { rdi: to },
    out: "rax",
    clobbers: ["rcx", "memory"],
  })`rdseed rcx; setc al; movzx eax, al; mov [rdi], rcx`;
  return good !== 0;
}
function rdrand(to: ptr<u64>): bool {
  const good = asm<u64>({
    in: { rdi: to },
    out: "rax",
    clobbers: ["rcx", "memory"],
  })`rdrand rcx; setc al; movzx eax, al; mov [rdi], rcx`;
  return good !== 0;
}
function draw(instruction: fn<(to: ptr<u64>) => bool>, to: ptr<u64>): bool {
  for (let i: u32 = 0; i < TRIES; i++) if (instruction(to)) return true;
  return false;
}
/** A key from the processor's own generator. */
function keyOfProcessor(to: ptr<u64>): bool {
  const hasSeed = truncate<u32>(cpuidAB(0, 0)) >= 7 && (cpuidAB(7, 0) & HAS_RDSEED) !== 0;
  const hasRandom = (cpuidCD(1, 0) & HAS_RDRAND) !== 0;
  if (!hasSeed && !hasRandom) return false;
  for (let i: usize = 0; i < KEY / 8; i++) if (!draw(hasSeed ? rdseed : rdrand, to.offset(i))) return false;
  return true;
}
function seed(): void {
  const key = cast<u64>(addressOf(generator.key));
  if (entropy(cast<u8>(key), KEY) || keyOfProcessor(key)) return;
  printLine("warning: no source of random numbers: keys made here can be guessed");
  for (let i: usize = 0; i < KEY / 8; i++) key[i] = readTsc() * 0x9e37_79b9_7f4a_7c15;
}
/** `count` bytes that nobody can foresee. It may sleep. */
export function randomBytes(to: ptr<u8>, count: usize): void {
  generator.lock.lock();
  if (!generator.seeded) seed();
  generator.seeded = true;
  const key = generator.key;
  const nonce: array<u32, 3> = zeroed();
  const block: ChaChaBlock = zeroed();
  chachaBlock(addressOf(key), 0, addressOf(nonce[0]), addressOf(block));
  memcpy(addressOf(generator.key), addressOf(block), KEY);
  generator.lock.unlock();
  for (let done: usize = 0; done < count; done += BLOCK) {
    const counter = done / BLOCK + 1;
    nonce[0] = truncate<u32>(counter >> 32);
    chachaBlock(addressOf(key), truncate<u32>(counter), addressOf(nonce[0]), addressOf(block));
    memcpy(to.offset(done), addressOf(block), count - done < BLOCK ? count - done : BLOCK);
  }
}
