/** Without memory: each request for memory of a workload of mappings fails in turn; it is told, and nothing is lost. */
import { writeFile } from "../fs/contents.ts";
import { ENOMEM } from "../fs/errno.ts";
import type { FileSystem, Node } from "../fs/node.ts";
import { dropNode } from "../fs/node-cache.ts";
import { destroyRamfs, makeRamfs, makeUnnamed } from "../fs/ramfs.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { failAfter, freeFrameCount, injectedFailures } from "../memory/physical.ts";
import { adviseMemory } from "../program/memory/advise.ts";
import { MAP_FIXED, mapFile, mapZeros, unmapMemory } from "../program/memory/map.ts";
import { PROT_READ, PROT_WRITE } from "../program/memory/mapping.ts";
import { clearMemory, type ProgramMemory } from "../program/memory/program-memory.ts";
import { protectMemory } from "../program/memory/protect.ts";
import { remapMemory } from "../program/memory/remap.ts";
import { levelSize } from "../vm/entry.ts";
import { checkInvariants } from "../vm/walker.ts";
import { check } from "./check.ts";
import { checkFrames, closeMemory, openProgram, putByte } from "./mappings-program.ts";

const READ_WRITE: u32 = PROT_READ | PROT_WRITE;
const START: usize = 0x4000_0000;
const MOST: u64 = 200;
const MAYMOVE: u64 = 1;
const FIXED: u64 = 2;
const HUGEPAGE: u64 = 14;
const memory: ProgramMemory = zeroed();

/** Only lack of memory may be told. */
function may(status: i64): void {
  check(status >= 0 || status === -ENOMEM, "done, or ENOMEM");
}
function workload(node: ptr<Node>): void {
  const m = addressOf(memory);
  const size = 2 * levelSize(1);
  may(mapZeros(m, START, size, READ_WRITE, MAP_FIXED));
  may(adviseMemory(m, START, size, HUGEPAGE));
  for (let i: usize = 0; i < 6; i++) putByte(START + i * PAGE_SIZE, 1);
  putByte(START + size - 1, 1);
  // In the middle of what may be large.
  may(protectMemory(m, START + 3 * PAGE_SIZE, 8 * PAGE_SIZE, u64(PROT_READ)));
  may(unmapMemory(m, START + levelSize(1) + 5 * PAGE_SIZE, PAGE_SIZE));
  may(remapMemory(m, START, 3 * PAGE_SIZE, 5 * PAGE_SIZE, MAYMOVE | FIXED, START + 0x100_0000_0000));
  may(mapFile(m, 0, 8 * PAGE_SIZE, READ_WRITE, 0, node, 0, null));
  may(mapFile(m, START, 8 * PAGE_SIZE, READ_WRITE, MAP_FIXED, node, 0, null));
  for (let i: usize = 0; i < 4; i++) putByte(START + i * PAGE_SIZE, 2);
  may(remapMemory(m, START, 8 * PAGE_SIZE, 16 * PAGE_SIZE, MAYMOVE, 0));
}
export function everyRequestFails(): void {
  const files: ptr<FileSystem> | null = makeRamfs("test");
  const node = files === null ? null : makeUnnamed(files, 0o600);
  if (files === null || node === null) return;
  for (let i: usize = 0; i < 8; i++) writeFile(node, i * PAGE_SIZE, "x", 1);
  openProgram(addressOf(memory));
  workload(node);
  clearMemory(addressOf(memory));
  const free = freeFrameCount();
  let n: u64 = 1;
  for (; n < MOST; n++) {
    const before = injectedFailures();
    failAfter(n);
    workload(node);
    failAfter(0);
    clearMemory(addressOf(memory));
    checkFrames(free);
    if (n % 8 === 1) check(checkInvariants(), "page tables as they must be");
    if (injectedFailures() === before) break;
  }
  check(n > 10 && n < MOST, "requests that have failed");
  closeMemory(addressOf(memory));
  dropNode(node);
  destroyRamfs(files);
}
