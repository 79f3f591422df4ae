// Reads an ELF64 header and program headers (gABI) from bytes, checks them, and prints what `readelf -hl` tells of them.
// expect: class 64, little-endian, type EXEC, machine x86-64, entry 0x400078
// expect: LOAD at 0x400000 file 0xa0 memory 0x2000 rwx: r-x
// expect: NOTE at 0x400094 file 0xc memory 0xc rwx: r--
// expect: note from Xen, type 18, value 0x100000
// expect: short, bad magic, 32-bit, header outside
import { newline, print, printHex, printU64 } from "../../../kernel/lib/linux.ts";

/** @base u16 */
enum FileType {
  Relocatable = 1,
  Executable,
  Shared,
}
/** @base u32 */
enum SegmentType {
  Load = 1,
  Dynamic,
  Interpreter,
  Note,
}
/** @base u32 */
enum Rights {
  Execute = 1,
  Write = 2,
  Read = 4,
}
class Header extends Struct {
  magic: array<u8, 4>;
  class_: u8;
  data: u8;
  version: u8;
  abi: u8;
  padding: array<u8, 8>;
  type: FileType;
  machine: u16;
  version2: u32;
  entry: u64;
  programHeaders: u64;
  sectionHeaders: u64;
  flags: u32;
  headerSize: u16;
  programHeaderSize: u16;
  programHeaderCount: u16;
  sectionHeaderSize: u16;
  sectionHeaderCount: u16;
  names: u16;
}
class Segment extends Struct {
  type: SegmentType;
  rights: Rights;
  start: u64;
  virtualAddress: u64;
  physicalAddress: u64;
  fileSize: u64;
  memorySize: u64;
  align: u64;
}
class Note extends Struct {
  nameSize: u32;
  size: u32;
  type: u32;
}
static_assert(sizeof<Header>() === 64 && offsetof<Header>("entry") === 24);
static_assert(sizeof<Segment>() === 56);

class File extends Struct {
  header: Header;
  segments: array<Segment, 2>;
  note: Note;
  name: array<u8, 4>;
  physicalEntry: u64;
}
const file: File = {
  header: {
    magic: bytes("\x7fELF"),
    class_: 2,
    data: 1,
    version: 1,
    abi: 0,
    padding: [],
    type: FileType.Executable,
    machine: 62,
    version2: 1,
    entry: 0x400078,
    programHeaders: sizeof<Header>(),
    sectionHeaders: 0,
    flags: 0,
    headerSize: 64,
    programHeaderSize: 56,
    programHeaderCount: 2,
    sectionHeaderSize: 0,
    sectionHeaderCount: 0,
    names: 0,
  },
  segments: [
    {
      type: SegmentType.Load,
      rights: Rights.Read | Rights.Execute,
      start: 0,
      virtualAddress: 0x400000,
      physicalAddress: 0x400000,
      fileSize: 0xa0,
      memorySize: 0x2000,
      align: 4096,
    },
    {
      type: SegmentType.Note,
      rights: Rights.Read,
      start: offsetof<File>("note"),
      virtualAddress: 0x400094,
      physicalAddress: 0x400094,
      fileSize: 12,
      memorySize: 12,
      align: 4,
    },
  ],
  note: { nameSize: 4, size: 8, type: 18 },
  name: bytes("Xen"),
  physicalEntry: 0x100000,
};

/** What is wrong with it; null if nothing is. */
function fault(bytes: ptr<u8>, length: usize): ptr<u8> | null {
  if (length < sizeof<Header>()) return "short";
  const magic = "\x7fELF";
  for (let i: usize = 0; i < 4; i++) if (bytes[i] !== magic[i]) return "bad magic";
  const header = cast<Header>(bytes);
  if (header.class_ !== 2) return "32-bit";
  const end = header.programHeaders + u64(header.programHeaderCount) * u64(header.programHeaderSize);
  return end > length ? "header outside" : null;
}
function showRights(rights: Rights): void {
  print((rights & Rights.Read) === Rights.Read ? "r" : "-");
  print((rights & Rights.Write) === Rights.Write ? "w" : "-");
  print((rights & Rights.Execute) === Rights.Execute ? "x" : "-");
}
function showNote(note: ptr<Note>): void {
  const name = cast<u8>(note.offset(1));
  print("note from ");
  print(name);
  print(", type ");
  printU64(u64(note.type));
  print(", value ");
  printHex(cast<u64>(name.offset((note.nameSize + 3) & ~u32(3))).value);
  newline();
}
function show(bytes: ptr<u8>): void {
  const header = cast<Header>(bytes);
  print("class 64, ");
  print(header.data === 1 ? "little-endian" : "big-endian");
  print(header.type === FileType.Executable ? ", type EXEC" : ", type ?");
  print(header.machine === 62 ? ", machine x86-64" : ", machine ?");
  print(", entry ");
  printHex(header.entry);
  newline();
  for (let i: usize = 0; i < usize(header.programHeaderCount); i++) {
    const segment = cast<Segment>(bytes.offset(header.programHeaders + i * u64(header.programHeaderSize)));
    switch (segment.type) {
      case SegmentType.Load:
        print("LOAD");
        break;
      case SegmentType.Note:
        print("NOTE");
        break;
      default:
        print("?");
    }
    print(" at ");
    printHex(segment.virtualAddress);
    print(" file ");
    printHex(segment.fileSize);
    print(" memory ");
    printHex(segment.memorySize);
    print(" rwx: ");
    showRights(segment.rights);
    newline();
  }
  const note = cast<Segment>(bytes.offset(header.programHeaders + u64(header.programHeaderSize)));
  if (note.type === SegmentType.Note) showNote(cast<Note>(bytes.offset(note.start)));
}
export function main(): i32 {
  const bytes = cast<u8>(addressOf(file));
  const copy: File = file;
  if (fault(bytes, sizeof<File>()) !== null) return 1;
  show(bytes);
  const faults: array<ptr<u8> | null, 4> = zeroed();
  faults[0] = fault(bytes, 63);
  copy.header.magic[3] = char("G");
  faults[1] = fault(cast<u8>(addressOf(copy)), sizeof<File>());
  copy.header.magic[3] = char("F");
  copy.header.class_ = 1;
  faults[2] = fault(cast<u8>(addressOf(copy)), sizeof<File>());
  copy.header.class_ = 2;
  copy.header.programHeaderCount = 3;
  faults[3] = fault(cast<u8>(addressOf(copy)), sizeof<File>());
  for (let i: usize = 0; i < 4; i++) {
    const text = faults[i];
    if (i > 0) print(", ");
    print(text !== null ? text : "nothing");
  }
  newline();
  return 0;
}
