/**
 * Which allocator malloc is, and how it is set up: by the command line. `policy=dense` changes the areas' sizes, `allocator=` puts another one in
 * their place, `debug=all` or `debug=size:N-M` sends objects to the debug area, `verify` looks at what the mempool's objects leave.
 */

import { hasOption, optionIs, optionNumber, optionText } from "../boot/command-line.ts";
import { newline, print } from "../console/print.ts";
import { sameText } from "../lib/text.ts";
import type { Allocator } from "./allocator.ts";
import { buddyAllocator } from "./allocators/binary-buddy.ts";
import { bumpAllocator } from "./allocators/bump.ts";
import { tlsfAllocator } from "./allocators/tlsf.ts";
import type { Counters } from "./counters.ts";
import { debugSizes, initMalloc, Policy, replaceMalloc } from "./malloc.ts";
import { initObjectCaches } from "./object-cache.ts";
import { initShortage } from "./shortage.ts";
import { parseSizes, type Sizes } from "./size-range.ts";
import { countTagged } from "./tagged.ts";
import { initQuarantine } from "./verified.ts";

/** Objects that verified caches keep back, unless `verify=` says another number. */
const QUARANTINE = 64;

/** The allocators that can take the areas' place. */
const others: array<ptr<Allocator>, 3> = [
  addressOf(buddyAllocator),
  addressOf(tlsfAllocator),
  addressOf(bumpAllocator),
];
/** Who serves malloc; null: the areas. */
let chosen: ptr<Allocator> | null = null;

/** By name; null for `tagged`, and for unknown names. */
export function findAllocator(name: ptr<u8>): ptr<Allocator> | null {
  for (let i: usize = 0; i < others.length; i++) if (sameText(others[i].name, name)) return others[i];
  return null;
}
/** From here on it serves malloc; null: the areas do. All objects of the one before have been freed. */
export function chooseAllocator(allocator: ptr<Allocator> | null): void {
  chosen = allocator;
  replaceMalloc(allocator);
}
/** What the allocator that serves malloc has counted. */
export function readCounters(into: ptr<Counters>): void {
  memset(into, 0, sizeof<Counters>());
  if (chosen !== null) chosen.count(into);
  else countTagged(into);
}

function warn(name: ptr<u8>, text: ptr<u8>): void {
  print("warning: unknown ");
  print(name);
  print(" ");
  print(text);
  newline();
}
function readAllocator(): void {
  const name = optionText("allocator");
  if (name === null || sameText(name, "tagged")) return;
  const allocator = findAllocator(name);
  if (allocator === null) warn("allocator", name);
  else chooseAllocator(allocator);
}
function readPolicy(): Policy {
  const name = optionText("policy");
  if (name === null || sameText(name, "seed")) return Policy.Seed;
  if (!sameText(name, "dense")) warn("policy", name);
  return sameText(name, "dense") ? Policy.Dense : Policy.Seed;
}
function readDebug(): void {
  const text = optionText("debug");
  if (text === null) return;
  const sizes: Sizes = zeroed();
  if (parseSizes(text, addressOf(sizes))) debugSizes(sizes.from, sizes.to);
  else warn("debug", text);
}
/** Physical memory is up. The debug area serves nobody before virtual memory is up, too. */
export function initAllocators(): void {
  initShortage();
  const verify = hasOption("verify");
  initQuarantine(!verify || optionIs("verify", "") ? QUARANTINE : optionNumber("verify", QUARANTINE));
  initMalloc(readPolicy(), verify);
  initObjectCaches(verify);
  readAllocator();
  readDebug();
}
