/**
 * Nodes of memory: which processors and RAM belong together (SRAT, ACPI 6.5 §5.2.16), and how far they are from each other
 * (SLIT, §5.2.17). Proximity domains get numbers from 0 in their order of appearance. Without tables all is node 0.
 */
import { findTable, HEADER_SIZE, signature } from "./acpi.ts";

export const MAX_NODES = 8;
const MAX_RANGES = 32;
const MAX_PROCESSORS = 64;
/** What SLIT says of a node and itself; what is assumed of others. */
const LOCAL: u8 = 10;
const REMOTE: u8 = 20;

export class NodeRange extends Struct {
  start: usize;
  end: usize;
  node: u32;
}
class ProcessorNode extends Struct {
  apicId: u32;
  node: u32;
}
const domains: array<u32, typeof MAX_NODES> = zeroed();
export let nodeCount: u32 = 1;
let domainCount: u32 = 0;
export const nodeRanges: array<NodeRange, typeof MAX_RANGES> = zeroed();
export let nodeRangeCount: usize = 0;
const processors: array<ProcessorNode, typeof MAX_PROCESSORS> = zeroed();
let processorCount: usize = 0;
const distances: array<array<u8, typeof MAX_NODES>, typeof MAX_NODES> = zeroed();

class Entry extends Struct {
  type: u8;
  length: u8;
}
/** @packed */
class ApicAffinity extends Struct {
  type: u8;
  length: u8;
  domainLow: u8;
  apicId: u8;
  flags: u32;
  sapicEid: u8;
  domainHigh: array<u8, 3>;
}
/** @packed */
class MemoryAffinity extends Struct {
  type: u8;
  length: u8;
  domain: u32;
  reserved: u16;
  start: u64;
  size: u64;
  reserved2: u32;
  flags: u32;
}
/** @packed */
class X2ApicAffinity extends Struct {
  type: u8;
  length: u8;
  reserved: u16;
  domain: u32;
  apicId: u32;
  flags: u32;
}
const APIC: u8 = 0;
const MEMORY: u8 = 1;
const X2APIC: u8 = 2;
const ENABLED: u32 = 1;
/** SRAT: entries begin behind twelve reserved bytes. */
const SRAT_ENTRIES: usize = HEADER_SIZE + 12;

/** Domains beyond the eighth belong to node 0. */
function nodeOf(domain: u32): u32 {
  for (let node: u32 = 0; node < domainCount; node++) {
    if (domains[node] === domain) return node;
  }
  if (domainCount === MAX_NODES) return 0;
  domains[domainCount] = domain;
  domainCount++;
  return domainCount - 1;
}
function addProcessor(apicId: u32, domain: u32): void {
  if (processorCount === processors.length) return;
  processors[processorCount] = { apicId, node: nodeOf(domain) };
  processorCount++;
}
function read(entry: ptr<Entry>): void {
  if (entry.type === MEMORY) {
    const memory = cast<MemoryAffinity>(entry);
    if ((memory.flags & ENABLED) === 0 || memory.size === 0 || nodeRangeCount === nodeRanges.length) return;
    nodeRanges[nodeRangeCount] = {
      start: memory.start,
      end: memory.start + memory.size,
      node: nodeOf(memory.domain),
    };
    nodeRangeCount++;
  } else if (entry.type === APIC) {
    const apic = cast<ApicAffinity>(entry);
    const high = apic.domainHigh;
    const domain = u32(apic.domainLow) | (u32(high[0]) << 8) | (u32(high[1]) << 16) | (u32(high[2]) << 24);
    if ((apic.flags & ENABLED) !== 0) addProcessor(u32(apic.apicId), domain);
  } else if (entry.type === X2APIC) {
    const apic = cast<X2ApicAffinity>(entry);
    if ((apic.flags & ENABLED) !== 0) addProcessor(apic.apicId, apic.domain);
  }
}
function readAffinities(): void {
  const table = findTable(signature("SRAT"));
  if (table === null) return;
  const end = address(table) + usize(table.length);
  for (let at = address(table) + SRAT_ENTRIES; at + sizeof<Entry>() <= end; ) {
    const entry = pointer<Entry>(at);
    if (usize(entry.length) < sizeof<Entry>() || at + usize(entry.length) > end) break;
    read(entry);
    at += usize(entry.length);
  }
  if (domainCount > 0) nodeCount = domainCount;
}
/** A square of bytes, by domain. */
function readDistances(): void {
  for (let a: u32 = 0; a < MAX_NODES; a++) {
    for (let b: u32 = 0; b < MAX_NODES; b++) distances[a][b] = a === b ? LOCAL : REMOTE;
  }
  const table = findTable(signature("SLIT"));
  if (table === null) return;
  const size = pointer<u64>(address(table) + HEADER_SIZE).value;
  const square = pointer<u8>(address(table) + HEADER_SIZE + 8);
  if (size > 0xff || HEADER_SIZE + 8 + size * size > usize(table.length)) return;
  for (let a: u32 = 0; a < domainCount; a++) {
    for (let b: u32 = 0; b < domainCount; b++) {
      if (usize(domains[a]) < size && usize(domains[b]) < size)
        distances[a][b] = square[usize(domains[a]) * size + usize(domains[b])];
    }
  }
}

export function readNodes(): void {
  readAffinities();
  readDistances();
}
/** Of a processor. */
export function nodeOfApic(apicId: u32): u32 {
  for (let i: usize = 0; i < processorCount; i++) {
    if (processors[i].apicId === apicId) return processors[i].node;
  }
  return 0;
}
/** Of RAM. */
export function nodeOfAddress(physical: usize): u32 {
  for (let i: usize = 0; i < nodeRangeCount; i++) {
    if (physical >= nodeRanges[i].start && physical < nodeRanges[i].end) return nodeRanges[i].node;
  }
  return 0;
}
/** 10: the same node; 20: twice as far. 255: out of reach. */
export function distance(from: u32, to: u32): u32 {
  return u32(distances[from][to]);
}
