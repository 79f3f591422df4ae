/**
 * What the processor can do with page tables, and turning it on: no-execute, leaves of 1 GiB, global pages, write protection in ring 0.
 * SDM vol. 3 §4.1. Every processor calls `enterRoot`; the tables themselves are elsewhere.
 */
import {
  cpuidAB,
  cpuidCD,
  readCr0,
  readCr4,
  readMsr,
  writeCr0,
  writeCr3,
  writeCr4,
  writeMsr,
} from "../arch/instructions.ts";
import { GLOBAL, NO_EXECUTE } from "./entry.ts";

const EXTENDED: u32 = 0x8000_0000;
const EXTENDED_FEATURES: u32 = 0x8000_0001;
const SIZES: u32 = 0x8000_0008;
/** EDX of leaf 1. */
const HAS_GLOBAL: u64 = 1 << 13;
/** EDX of leaf 8000_0001. */
const HAS_NO_EXECUTE: u64 = 1 << 20;
const HAS_GIB_LEAVES: u64 = 1 << 26;

const EFER: u32 = 0xc000_0080;
const EFER_NXE: u64 = 0x800;
const CR0_WP: u64 = 0x1_0000;
const CR4_PGE: u64 = 0x80;

/** The highest level that may have leaves: 2, or 1 without leaves of 1 GiB. */
export let largestLeaf: u64 = 1;
/** Physical addresses are below this. */
export let physicalLimit: usize = 1 << 36;
/** Rights that this processor knows; the others are left out of entries, in which they would be reserved. */
let known: u64 = ~(NO_EXECUTE | GLOBAL);

/** Asks the processor. All of a machine's are alike. */
export function initPaging(): void {
  if (((cpuidCD(1, 0) >> 32) & HAS_GLOBAL) !== 0) known |= GLOBAL;
  if (truncate<u32>(cpuidAB(EXTENDED, 0)) < SIZES) return;
  const features = cpuidCD(EXTENDED_FEATURES, 0) >> 32;
  if ((features & HAS_NO_EXECUTE) !== 0) known |= NO_EXECUTE;
  if ((features & HAS_GIB_LEAVES) !== 0) largestLeaf = 2;
  physicalLimit = usize(1) << (cpuidAB(SIZES, 0) & 0xff);
}
/** `rights` without what the processor does not know. */
export function knownRights(rights: u64): u64 {
  return rights & known;
}
/** The calling processor's translations are the root's from here on. EFER.NXE comes first: NX is a reserved bit without it. */
export function enterRoot(root: usize): void {
  if ((known & NO_EXECUTE) !== 0) writeMsr(EFER, readMsr(EFER) | EFER_NXE);
  writeCr0(readCr0() | CR0_WP);
  writeCr3(root);
  if ((known & GLOBAL) !== 0) writeCr4(readCr4() | CR4_PGE);
}
