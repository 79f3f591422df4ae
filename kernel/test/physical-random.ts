/** Random requests of all kinds, each checked against the model; in the end the memory is as it was. */
import type { Random } from "../bench/random.ts";
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { allocateFrames, allocatePage, freeFrames, freePage } from "../memory/physical.ts";
import { checkPhysical } from "../memory/physical-check.ts";
import { check, checkEqual } from "./check.ts";
import { dropModel, freeBlocksDigest, makeModel, modelGive, modelTake } from "./physical-model.ts";

const OPERATIONS: u64 = 10_000;
const CHECK_EVERY: u64 = 1000;
const SLOTS = 300;

/** @base u32 */
enum Kind {
  Nothing = 0,
  Page = 1,
  Block = 2,
  Range = 3,
}
class Slot extends Struct {
  kind: Kind;
  order: u32;
  physical: usize;
  pages: usize;
}
const slots: array<Slot, typeof SLOTS> = zeroed();
const random: Random = zeroed();
let succeeded: u64 = 0;

/** What an allocation gave goes into a slot. False: it was wrong. */
function taken(slot: ptr<Slot>, kind: Kind, physical: usize, pages: usize, align: usize): bool {
  if (physical === NONE) return true;
  succeeded++;
  slot.kind = kind;
  slot.physical = physical;
  slot.pages = pages;
  return modelTake(physical, pages, align);
}
function allocate(slot: ptr<Slot>): bool {
  if (random.chance(1, 3)) return taken(slot, Kind.Page, allocatePage(), 1, 1);
  if (random.chance(1, 2)) {
    const order = u32(random.below(random.chance(1, 8) ? 11 : 5));
    slot.order = order;
    const pages = usize(1) << usize(order);
    return taken(slot, Kind.Block, allocateFrames(order), pages, pages);
  }
  const pages = random.between(1, random.chance(1, 10) ? 1500 : 40);
  const align = usize(1) << random.below(8);
  const below = random.chance(1, 3) ? random.between(1, 16) << 22 : NONE;
  const physical = allocateContiguous(pages, align, below);
  return (
    taken(slot, Kind.Range, physical, pages, align) &&
    (physical === NONE || physical + pages * PAGE_SIZE <= below)
  );
}
function release(slot: ptr<Slot>): void {
  modelGive(slot.physical, slot.pages);
  if (slot.kind === Kind.Page) freePage(slot.physical);
  else if (slot.kind === Kind.Block) freeFrames(slot.physical, slot.order);
  else {
    const front = random.below(slot.pages + 1);
    freeContiguous(slot.physical + front * PAGE_SIZE, slot.pages - front);
    freeContiguous(slot.physical, front);
  }
  slot.kind = Kind.Nothing;
}

export function randomRequests(): void {
  const digest = freeBlocksDigest();
  check(makeModel(), "there is memory for the model");
  random.seed(2);
  for (let i: u64 = 0; i < OPERATIONS; i++) {
    const slot = addressOf(slots[random.below(SLOTS)]);
    if (slot.kind !== Kind.Nothing) release(slot);
    else if (!allocate(slot)) {
      checkEqual(i, OPERATIONS, "an allocation is usable, nobody else's, aligned and below its limit");
      break;
    }
    if (i % CHECK_EVERY === 0) check(checkPhysical(), "all invariants hold");
  }
  check(succeeded > OPERATIONS / 4, "many requests succeeded");
  for (let i: usize = 0; i < slots.length; i++)
    if (slots[i].kind !== Kind.Nothing) release(addressOf(slots[i]));
  dropModel();
  check(checkPhysical(), "all invariants hold in the end");
  checkEqual(freeBlocksDigest(), digest, "the same blocks are free");
}
