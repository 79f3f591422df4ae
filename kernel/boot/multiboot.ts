/** Multiboot's information structure (version 0.6.96 §3.3). Symbols, drives, APM and video are not read. */
import { addEntry, addModule, RAM, setCommandLine } from "./loaded.ts";

export const MULTIBOOT_MAGIC: u32 = 0x2bad_b002;

/** Which fields are there. */
const HAS_MEMORY: u32 = 0x1;
const HAS_COMMAND_LINE: u32 = 0x4;
const HAS_MODULES: u32 = 0x8;
const HAS_MAP: u32 = 0x40;

class Information extends Struct {
  flags: at<0, u32>;
  /** KiB from 0, and from 1 MiB to the first hole. */
  lowerMemory: at<4, u32>;
  upperMemory: at<8, u32>;
  commandLine: at<16, u32>;
  moduleCount: at<20, u32>;
  modules: at<24, u32>;
  mapLength: at<44, u32>;
  map: at<48, u32>;
}
class ModuleEntry extends Struct {
  start: u32;
  end: u32;
  text: u32;
  reserved: u32;
}
/** @packed */
class MapEntry extends Struct {
  /** Of the rest. */
  size: u32;
  address: u64;
  length: u64;
  type: u32;
}
static_assert(offsetof<MapEntry>("type") === 20);

export function readMultiboot(at: ptr<unknown>): void {
  const info = cast<Information>(at);
  if ((info.flags & HAS_COMMAND_LINE) !== 0) setCommandLine(usize(info.commandLine), true);
  if ((info.flags & HAS_MODULES) !== 0) {
    const modules = pointer<ModuleEntry>(usize(info.modules));
    for (let i: usize = 0; i < usize(info.moduleCount); i++) {
      const entry = modules.offset(i);
      addModule(usize(entry.start), usize(entry.end), usize(entry.text));
    }
  }
  if ((info.flags & HAS_MAP) !== 0) {
    let next = usize(info.map);
    const end = next + usize(info.mapLength);
    while (next + sizeof<MapEntry>() <= end) {
      const entry = pointer<MapEntry>(next);
      addEntry(entry.address, entry.length, entry.type);
      next += usize(entry.size) + 4;
    }
  } else if ((info.flags & HAS_MEMORY) !== 0) {
    addEntry(0, u64(info.lowerMemory) << 10, RAM);
    addEntry(0x10_0000, u64(info.upperMemory) << 10, RAM);
  }
}
