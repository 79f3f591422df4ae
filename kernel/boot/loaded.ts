/**
 * What the loader has left, in the same words whichever protocol it spoke: the memory map, the command line, modules, the RSDP.
 * Texts and the map are copied, so that the loader's own structures may be overwritten; modules stay where they are.
 */

const MAX_ENTRIES = 128;
const MAX_MODULES = 16;
const TEXT_SIZE = 2048;

/** Address range types (ACPI 6.5 table 15.2): all others are not for use. */
export const RAM: u32 = 1;

/** As the firmware tells it: entries may overlap, touch, be empty, in any order. */
export class MapEntry extends Struct {
  start: u64;
  /** The first address behind it. */
  end: u64;
  type: u32;
}
export class Module extends Struct {
  start: usize;
  end: usize;
  /** Its command line; empty without one. Cut off where there is no more room for texts. */
  text: ptr<u8>;
}

export const entries: array<MapEntry, typeof MAX_ENTRIES> = zeroed();
export let entryCount: usize = 0;
/** Entries that there was no room for. */
export let entriesLost: u32 = 0;
export const modules: array<Module, typeof MAX_MODULES> = zeroed();
export let moduleCount: usize = 0;
/** Texts of modules, each with its zero. */
const texts: array<u8, typeof TEXT_SIZE> = zeroed();
let textsUsed: usize = 0;
/** Ends in a zero; cut off if it is longer than fits. */
export const commandLine: array<u8, typeof TEXT_SIZE> = zeroed();
/** The first word may be the kernel's file, as multiboot has it; not all loaders do so. */
export let kernelNameFirst: bool = false;
/** Physical; 0: the loader does not say. */
export let rsdpAddress: usize = 0;

/** An entry that runs over the end of the address space is cut there. */
export function addEntry(start: u64, size: u64, type: u32): void {
  if (size === 0) return;
  if (entryCount === entries.length) {
    entriesLost++;
    return;
  }
  const end = start + size;
  entries[entryCount] = { start, end: end < start ? 0xffff_ffff_ffff_ffff : end, type };
  entryCount++;
}
function keepText(from: ptr<u8>): ptr<u8> {
  if (textsUsed === TEXT_SIZE) return "";
  const kept = addressOf(texts[textsUsed]);
  const length = copyText(from, kept, TEXT_SIZE - textsUsed);
  textsUsed += length + 1;
  return kept;
}
/** With its zero, in at most `room` bytes. Gives the length without the zero. */
function copyText(from: ptr<u8>, to: ptr<u8>, room: usize): usize {
  let length: usize = 0;
  for (; length + 1 < room && from[length] !== 0; length++) to[length] = from[length];
  to[length] = 0;
  return length;
}
/** More modules than 16 are not known to anyone: their memory is used. */
export function addModule(start: usize, end: usize, text: usize): void {
  if (moduleCount === modules.length || end <= start) return;
  modules[moduleCount] = { start, end, text: text === 0 ? "" : keepText(pointer<u8>(text)) };
  moduleCount++;
}
/** `nameFirst`: the protocol has the kernel's file as its first word. */
export function setCommandLine(text: usize, nameFirst: bool): void {
  if (text === 0) return;
  kernelNameFirst = nameFirst;
  copyText(pointer<u8>(text), addressOf(commandLine[0]), TEXT_SIZE);
}
export function setRsdp(physical: usize): void {
  rsdpAddress = physical;
}
