/**
 * Random calls of memory against a model, which says for each page of a window what is mapped there, with which rights and what its byte is. As
 * many programs' threads as there are processors do it in turn, so that translations have to be forgotten everywhere.
 */

import { cpuCount } from "../arch/cpu.ts";
import type { Random } from "../bench/random.ts";
import { writeFile } from "../fs/contents.ts";
import type { FileSystem, Node } from "../fs/node.ts";
import { dropNode } from "../fs/node-cache.ts";
import { destroyRamfs, makeRamfs, makeUnnamed } from "../fs/ramfs.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { adviseMemory } from "../program/memory/advise.ts";
import {
  MAP_FIXED,
  MAP_SHARED,
  mapFile,
  mapMemory,
  mapZeros,
  unmapMemory,
  type Wanted,
} from "../program/memory/map.ts";
import { PROT_READ, PROT_WRITE } from "../program/memory/mapping.ts";
import type { ProgramMemory } from "../program/memory/program-memory.ts";
import { protectMemory } from "../program/memory/protect.ts";
import { remapMemory } from "../program/memory/remap.ts";
import { levelSize } from "../vm/entry.ts";
import { checkInvariants } from "../vm/walker.ts";
import { check, checkEqual } from "./check.ts";
import { closeMemory, getByte, openProgram, putByte, runTwice } from "./mappings-program.ts";
import { runApart } from "./together.ts";

const OPERATIONS: u64 = 900;
const CHECK_EVERY: u64 = 300;
const PAGES: usize = 1536;
const START: usize = 0x1000_0000;
/** Of the file, whose page n begins with n + 100. */
const FILE_PAGES: usize = 64;
const DONTNEED: u64 = 4;
const MAYMOVE: u64 = 1;
const FIXED: u64 = 2;

/** @base u8 */
enum Kind {
  Nothing,
  Zeros,
  Private,
  Shared,
}
class Page extends Struct {
  kind: Kind;
  rights: u8;
  /** The file's page. */
  index: u8;
  /** The page has been written privately: it has this byte. */
  written: bool;
  byte: u8;
}
const model: array<Page, typeof PAGES> = zeroed();
const moving: array<Page, typeof PAGES> = zeroed();
/** The first byte of each of the file's pages. */
const contents: array<u8, typeof FILE_PAGES> = zeroed();
const memory: ProgramMemory = zeroed();
const random: Random = zeroed();
let node: ptr<Node> | null = null;

function at(page: usize): usize {
  return START + (page << PAGE_SHIFT);
}
function set(page: usize, count: usize, kind: Kind, rights: u32, index: usize): void {
  for (let i: usize = 0; i < count; i++)
    model[page + i] = init<Page>({
      kind,
      rights: u8(rights),
      index: kind < Kind.Private ? 0 : u8(index + i),
    });
}
function anyRights(): u32 {
  const rights = u32(random.below(4));
  // What can be written can be read.
  return (rights & PROT_WRITE) !== 0 ? PROT_READ | PROT_WRITE : rights;
}
function map(page: usize, count: usize): void {
  const rights = anyRights();
  const kind = truncate<u8>(1 + random.below(3)) as Kind;
  const size = count << PAGE_SHIFT;
  const index = random.below(FILE_PAGES);
  if (kind !== Kind.Zeros && (node === null || index + count > FILE_PAGES)) return;
  let status: i64 = 0;
  if (kind === Kind.Zeros || node === null)
    status = mapZeros(addressOf(memory), at(page), size, rights, MAP_FIXED);
  else if (kind === Kind.Private)
    status = mapFile(addressOf(memory), at(page), size, rights, MAP_FIXED, node, index << PAGE_SHIFT, null);
  else {
    const wanted: Wanted = init({
      address: at(page),
      bytes: size,
      protection: u64(rights),
      flags: MAP_FIXED | MAP_SHARED,
      node,
      position: index << PAGE_SHIFT,
      mayWrite: true,
    });
    status = mapMemory(addressOf(memory), addressOf(wanted));
  }
  checkEqual(u64(status), at(page), "mapped");
  set(page, count, kind, rights, index);
}
function unmap(page: usize, count: usize): void {
  checkEqual(u64(-unmapMemory(addressOf(memory), at(page), count << PAGE_SHIFT)), 0, "unmapped");
  set(page, count, Kind.Nothing, 0, 0);
}
function protect(page: usize, count: usize): void {
  const rights = anyRights();
  const status = protectMemory(addressOf(memory), at(page), count << PAGE_SHIFT, u64(rights));
  let done: usize = 0;
  while (done < count && model[page + done].kind !== Kind.Nothing) {
    model[page + done].rights = u8(rights);
    done++;
  }
  checkEqual(u64(-status), done === count ? 0 : 12, "protected as far as it is mapped");
}
function forget(page: usize, count: usize): void {
  const status = adviseMemory(addressOf(memory), at(page), count << PAGE_SHIFT, DONTNEED);
  let isWhole = true;
  for (let i: usize = 0; i < count; i++) {
    if (model[page + i].kind === Kind.Nothing) isWhole = false;
    model[page + i].written = false;
  }
  checkEqual(u64(-status), isWhole ? 0 : 12, "advised");
}
/** Whether all of it could be one mapping. */
function isOne(page: usize, count: usize): bool {
  const first = addressOf(model[page]);
  for (let i: usize = 0; i < count; i++) {
    const other = addressOf(model[page + i]);
    if (other.kind !== first.kind || other.rights !== first.rights) return false;
    if (first.kind >= Kind.Private && usize(other.index) !== usize(first.index) + i) return false;
  }
  return first.kind !== Kind.Nothing;
}
function move(page: usize, count: usize): void {
  const to = random.below(PAGES - 40);
  if (!isOne(page, count) || (to < page + count && page < to + count)) return;
  const status = remapMemory(
    addressOf(memory),
    at(page),
    count << PAGE_SHIFT,
    count << PAGE_SHIFT,
    MAYMOVE | FIXED,
    at(to),
  );
  checkEqual(u64(status), at(to), "moved");
  for (let i: usize = 0; i < count; i++) moving[i] = model[page + i];
  set(page, count, Kind.Nothing, 0, 0);
  for (let i: usize = 0; i < count; i++) model[to + i] = moving[i];
}
function write(page: usize): void {
  const said = addressOf(model[page]);
  const byte = truncate<u8>(random.next());
  const done = putByte(at(page), byte);
  checkEqual(
    u64(done),
    u64(said.kind !== Kind.Nothing && (u32(said.rights) & PROT_WRITE) !== 0),
    "may be written",
  );
  if (!done) return;
  if (said.kind === Kind.Shared) contents[said.index] = byte;
  else {
    said.written = true;
    said.byte = byte;
  }
}
/** What a page should say; 256: it cannot be read. */
function expected(page: usize): u64 {
  const said = addressOf(model[page]);
  if (said.kind === Kind.Nothing || said.rights === 0) return 256;
  if (said.written) return u64(said.byte);
  return said.kind === Kind.Zeros ? 0 : u64(contents[said.index]);
}
function look(page: usize): void {
  checkEqual(getByte(at(page)), expected(page), "what the page says");
}
let bad: u64 = 0;
/** On one of the processors. */
function lookAtAll(_index: u64): void {
  for (let page: usize = 0; page < PAGES; page++)
    if (getByte(at(page)) !== expected(page)) atomicAdd(addressOf(bad), 1);
}
function checkAll(): void {
  bad = 0;
  runApart(cpuCount, lookAtAll);
  checkEqual(bad, 0, "pages that say something else on some processor");
  check(checkInvariants(), "page tables as they must be");
}
function step(): void {
  const page = random.below(PAGES - 100);
  const count = random.chance(1, 10) ? random.between(1, 100) : random.between(1, 9);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      map(page, count);
      break;
    case 3:
      // A large part, of 2 MiB and more with its neighbours.
      if (random.chance(1, 8)) {
        const from = random.below(PAGES / 512) * 512;
        mapZeros(addressOf(memory), at(from), levelSize(1), 3, MAP_FIXED);
        set(from, 512, Kind.Zeros, 3, 0);
      } else unmap(page, count);
      break;
    case 4:
    case 5:
      protect(page, count);
      break;
    case 6:
      forget(page, count);
      break;
    case 7:
      move(page, count);
      break;
    default:
      write(page);
  }
}
function run(seed: u64): void {
  const files: ptr<FileSystem> | null = makeRamfs("test");
  node = files === null ? null : makeUnnamed(files, 0o600);
  if (files === null || node === null) return;
  for (let i: usize = 0; i < FILE_PAGES; i++) {
    contents[i] = u8(100 + i);
    writeFile(node, i << PAGE_SHIFT, addressOf(contents[i]), 1);
  }
  writeFile(node, FILE_PAGES * PAGE_SIZE - 1, "", 1);
  openProgram(addressOf(memory));
  set(0, PAGES, Kind.Nothing, 0, 0);
  random.seed(seed);
  for (let i: u64 = 0; i < OPERATIONS; i++) {
    step();
    for (let n: u32 = 0; n < 4; n++) look(random.below(PAGES));
    if (i % CHECK_EVERY === CHECK_EVERY - 1) checkAll();
  }
  closeMemory(addressOf(memory));
  dropNode(node);
  destroyRamfs(files);
}
function runFirst(): void {
  run(21);
}
export function callsAtRandom(): void {
  runTwice(runFirst);
  run(22);
  run(23);
}
