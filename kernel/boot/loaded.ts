/**
 * What the loader has left, in the same words whichever protocol it spoke: the memory map, the command line, modules, the RSDP.
 * Command line and map are copied, so that the loader's own structures may be overwritten; modules stay where they are.
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
  /** Its command line, or null; the loader's memory. */
  text: ptr<u8> | null;
}

export const entries: array<MapEntry, typeof MAX_ENTRIES> = zeroed();
export let entryCount: usize = 0;
/** Entries that there was no room for. */
export let entriesLost: u32 = 0;
export const modules: array<Module, typeof MAX_MODULES> = zeroed();
export let moduleCount: usize = 0;
/** Ends in a zero; cut off if it is longer than fits. */
export const commandLine: array<u8, typeof TEXT_SIZE> = zeroed();
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
/** More modules than 16 are not known to anyone: their memory is used. */
export function addModule(start: usize, end: usize, text: usize): void {
  if (moduleCount === modules.length || end <= start) return;
  modules[moduleCount] = { start, end, text: text === 0 ? null : pointer<u8>(text) };
  moduleCount++;
}
export function setCommandLine(text: usize): void {
  if (text === 0) return;
  const from = pointer<u8>(text);
  let length: usize = 0;
  while (length + 1 < TEXT_SIZE && from[length] !== 0) {
    commandLine[length] = from[length];
    length++;
  }
  commandLine[length] = 0;
}
export function setRsdp(physical: usize): void {
  rsdpAddress = physical;
}
