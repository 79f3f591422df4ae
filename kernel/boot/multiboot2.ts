/** Multiboot 2's information: tags one after the other (Multiboot2 Specification 2.0 §3.6). Tags that are of no use here are passed over. */
import { addEntry, addModule, RAM, setCommandLine, setRsdp } from "./loaded.ts";

export const MULTIBOOT2_MAGIC: u32 = 0x36d7_6289;

class Information extends Struct {
  size: u32;
  reserved: u32;
}
class Tag extends Struct {
  type: u32;
  size: u32;
}
class ModuleTag extends Struct {
  type: u32;
  size: u32;
  start: u32;
  end: u32;
  text: u8;
}
class MemoryTag extends Struct {
  type: u32;
  size: u32;
  /** KiB from 0, and from 1 MiB to the first hole. */
  lower: u32;
  upper: u32;
}
class MapTag extends Struct {
  type: u32;
  size: u32;
  entrySize: u32;
  entryVersion: u32;
}
class MapEntry extends Struct {
  address: u64;
  length: u64;
  type: u32;
  reserved: u32;
}
const END: u32 = 0;
const COMMAND_LINE: u32 = 1;
const MODULE: u32 = 3;
const MEMORY: u32 = 4;
const MAP: u32 = 6;
const OLD_RSDP: u32 = 14;
const NEW_RSDP: u32 = 15;

let basic: ptr<MemoryTag> | null = null;
let hasMap: bool = false;

function readMap(tag: ptr<MapTag>): void {
  const end = address(tag) + usize(tag.size);
  let next = address(tag) + sizeof<MapTag>();
  if (usize(tag.entrySize) < sizeof<MapEntry>()) return;
  for (; next + usize(tag.entrySize) <= end; next += usize(tag.entrySize)) {
    const entry = pointer<MapEntry>(next);
    addEntry(entry.address, entry.length, entry.type);
  }
  hasMap = true;
}
function read(tag: ptr<Tag>): void {
  const content = address(tag) + sizeof<Tag>();
  switch (tag.type) {
    case COMMAND_LINE:
      setCommandLine(content, false);
      break;
    case MODULE: {
      const loaded = cast<ModuleTag>(tag);
      addModule(usize(loaded.start), usize(loaded.end), address(addressOf(loaded.text)));
      break;
    }
    case MEMORY:
      basic = cast<MemoryTag>(tag);
      break;
    case MAP:
      readMap(cast<MapTag>(tag));
      break;
    // A copy of the root pointer itself.
    case OLD_RSDP:
    case NEW_RSDP:
      setRsdp(content);
      break;
  }
}
export function readMultiboot2(at: ptr<unknown>): void {
  const end = address(at) + usize(cast<Information>(at).size);
  let next = address(at) + sizeof<Information>();
  while (next + sizeof<Tag>() <= end) {
    const tag = pointer<Tag>(next);
    if (tag.type === END || usize(tag.size) < sizeof<Tag>()) break;
    read(tag);
    next += (usize(tag.size) + 7) & ~u64(7);
  }
  const sizes = basic;
  if (hasMap || sizes === null) return;
  addEntry(0, u64(sizes.lower) << 10, RAM);
  addEntry(0x10_0000, u64(sizes.upper) << 10, RAM);
}
