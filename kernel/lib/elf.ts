/**
 * ELF files as they are laid out: System V gABI chapters 4 and 5, the AMD64 supplement §4.4, GNU's hash table, versions and RELR. What is
 * right and wrong in a file is decided by those who read one (program/elf.ts, libc/linker).
 */
export const ELF_MAGIC: u32 = 0x464c_457f;
export const CLASS_64: u8 = 2;
export const LITTLE_ENDIAN: u8 = 1;

export class ElfHeader extends Struct {
  magic: u32;
  class: u8;
  encoding: u8;
  identVersion: u8;
  abi: u8;
  padding: array<u8, 8>;
  type: u16;
  machine: u16;
  version: u32;
  entry: u64;
  programHeaders: u64;
  sectionHeaders: u64;
  flags: u32;
  headerSize: u16;
  programHeaderSize: u16;
  programHeaderCount: u16;
  sectionHeaderSize: u16;
  sectionHeaderCount: u16;
  namesIndex: u16;
}
static_assert(sizeof<ElfHeader>() === 64);

export class ProgramHeader extends Struct {
  type: u32;
  flags: u32;
  fileOffset: u64;
  linear: u64;
  physical: u64;
  fileSize: u64;
  memorySize: u64;
  alignment: u64;
}
static_assert(sizeof<ProgramHeader>() === 56);

export const ET_EXEC: u16 = 2;
export const ET_DYN: u16 = 3;
export const EM_X86_64: u16 = 62;
export const PT_LOAD: u32 = 1;
export const PT_DYNAMIC: u32 = 2;
export const PT_INTERP: u32 = 3;
export const PT_PHDR: u32 = 6;
export const PT_TLS: u32 = 7;
export const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
export const PT_GNU_STACK: u32 = 0x6474_e551;
export const PT_GNU_RELRO: u32 = 0x6474_e552;
export const PF_X: u32 = 1;
export const PF_W: u32 = 2;
export const PF_R: u32 = 4;

export class SectionHeader extends Struct {
  name: u32;
  type: u32;
  flags: u64;
  linear: u64;
  fileOffset: u64;
  size: u64;
  link: u32;
  information: u32;
  alignment: u64;
  entrySize: u64;
}
static_assert(sizeof<SectionHeader>() === 64);
export const SHT_SYMTAB: u32 = 2;
export const SHT_DYNSYM: u32 = 11;

export class Dynamic extends Struct {
  tag: u64;
  word: u64;
}
/** Tags. */
export enum Tag {
  Null = 0,
  Needed = 1,
  PltRelSize = 2,
  Hash = 4,
  StringTable = 5,
  SymbolTable = 6,
  Rela = 7,
  RelaSize = 8,
  StringSize = 10,
  Init = 12,
  Fini = 13,
  Soname = 14,
  Rpath = 15,
  Symbolic = 16,
  JumpRel = 23,
  InitArray = 25,
  FiniArray = 26,
  InitArraySize = 27,
  FiniArraySize = 28,
  RunPath = 29,
  Flags = 30,
  PreinitArray = 32,
  PreinitArraySize = 33,
  RelrSize = 35,
  Relr = 36,
}
export const DT_GNU_HASH: u64 = 0x6fff_fef5;
export const DT_VERSYM: u64 = 0x6fff_fff0;
export const DT_VERDEF: u64 = 0x6fff_fffc;
export const DT_VERDEFNUM: u64 = 0x6fff_fffd;
export const DT_VERNEED: u64 = 0x6fff_fffe;
export const DT_VERNEEDNUM: u64 = 0x6fff_ffff;
export const DF_SYMBOLIC: u64 = 2;

export class ElfSymbol extends Struct {
  name: u32;
  info: u8;
  other: u8;
  section: u16;
  at: u64;
  size: u64;
}
static_assert(sizeof<ElfSymbol>() === 24);
export const STB_LOCAL: u8 = 0;
export const STB_GLOBAL: u8 = 1;
export const STB_WEAK: u8 = 2;
export const STT_NOTYPE: u8 = 0;
export const STT_OBJECT: u8 = 1;
export const STT_FUNC: u8 = 2;
export const STT_TLS: u8 = 6;
export const STT_GNU_IFUNC: u8 = 10;
export const STV_DEFAULT: u8 = 0;
export const STV_PROTECTED: u8 = 3;
export const SHN_UNDEF: u16 = 0;
export const SHN_ABS: u16 = 0xfff1;

export class Rela extends Struct {
  place: u64;
  type: Relocation;
  symbol: u32;
  addend: i64;
}
static_assert(sizeof<Rela>() === 24);
export enum Relocation {
  None = 0,
  Word64 = 1,
  Pc32 = 2,
  Plt32 = 4,
  Copy = 5,
  GlobDat = 6,
  JumpSlot = 7,
  Relative = 8,
  Word32 = 10,
  Word32S = 11,
  DtpMod64 = 16,
  DtpOff64 = 17,
  TpOff64 = 18,
  TpOff32 = 23,
  Pc64 = 24,
  Size32 = 32,
  Size64 = 33,
  TlsDesc = 36,
  Irelative = 37,
}

export class VersionNeed extends Struct {
  version: u16;
  count: u16;
  file: u32;
  aux: u32;
  next: u32;
}
export class VersionNeedAux extends Struct {
  hash: u32;
  flags: u16;
  other: u16;
  name: u32;
  next: u32;
}
export class VersionDefinition extends Struct {
  version: u16;
  flags: u16;
  index: u16;
  count: u16;
  hash: u32;
  aux: u32;
  next: u32;
}
export class VersionDefinitionAux extends Struct {
  name: u32;
  next: u32;
}
