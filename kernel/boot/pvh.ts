/** PVH's hvm_start_info (Xen's public/arch-x86/hvm/start_info.h), versions 0 and 1. Version 0 has no memory map. */
import { addEntry, addModule, setCommandLine, setRsdp } from "./loaded.ts";

export const PVH_MAGIC: u32 = 0x336e_c578;

class StartInfo extends Struct {
  magic: u32;
  version: u32;
  flags: u32;
  moduleCount: u32;
  modules: u64;
  commandLine: u64;
  rsdp: u64;
  /** From version 1 on. */
  memoryMap: u64;
  memoryMapEntries: u32;
  reserved: u32;
}
static_assert(sizeof<StartInfo>() === 56);
class ModuleEntry extends Struct {
  address: u64;
  size: u64;
  commandLine: u64;
  reserved: u64;
}
class MemoryEntry extends Struct {
  address: u64;
  size: u64;
  type: u32;
  reserved: u32;
}
static_assert(sizeof<ModuleEntry>() === 32 && sizeof<MemoryEntry>() === 24);

export function readPvh(at: ptr<unknown>): void {
  const info = cast<StartInfo>(at);
  setCommandLine(info.commandLine, false);
  setRsdp(info.rsdp);
  const modules = pointer<ModuleEntry>(info.modules);
  for (let i: usize = 0; i < usize(info.moduleCount); i++) {
    const entry = modules.offset(i);
    addModule(entry.address, entry.address + entry.size, entry.commandLine);
  }
  if (info.version === 0) return;
  const map = pointer<MemoryEntry>(info.memoryMap);
  for (let i: usize = 0; i < usize(info.memoryMapEntries); i++) {
    const entry = map.offset(i);
    addEntry(entry.address, entry.size, entry.type);
  }
}
