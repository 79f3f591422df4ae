/** What lies on an ext2 disk (D. Poirier, "The Second Extended File System", 2019; Linux's ext2.h): structures, numbers, flags. */

export const SUPER_OFFSET: u64 = 1024;
export const SUPER_BYTES: usize = 1024;
export const MAGIC: u16 = 0xef53;
/** State: unmounted in order; errors were found. */
export const CLEAN: u16 = 1;
export const HAS_ERRORS: u16 = 2;
export const DYNAMIC_REVISION: u32 = 1;
/** Of revision 0. */
export const OLD_INODE_SIZE: u16 = 128;
export const OLD_FIRST_INODE: u32 = 11;
export const ROOT_INODE: u32 = 2;

/** Features that change how everything is read. */
export const INCOMPAT_FILETYPE: u32 = 2;
export const INCOMPAT_KNOWN: u32 = INCOMPAT_FILETYPE;
/** Features that only who writes must know. */
export const RO_SPARSE_SUPER: u32 = 1;
export const RO_LARGE_FILE: u32 = 2;
export const RO_KNOWN: u32 = RO_SPARSE_SUPER | RO_LARGE_FILE;

export class SuperBlock extends Struct {
  inodes: u32;
  blocks: u32;
  reservedBlocks: u32;
  freeBlocks: u32;
  freeInodes: u32;
  firstDataBlock: u32;
  /** 1024 << this. */
  blockSizeShift: u32;
  fragmentSizeShift: u32;
  blocksPerGroup: u32;
  fragmentsPerGroup: u32;
  inodesPerGroup: u32;
  mounted: u32;
  written: u32;
  mounts: u16;
  mostMounts: u16;
  magic: u16;
  state: u16;
  errors: u16;
  minorRevision: u16;
  checked: u32;
  checkInterval: u32;
  system: u32;
  revision: u32;
  reservedUser: u16;
  reservedGroup: u16;
  firstInode: u32;
  inodeSize: u16;
  groupNumber: u16;
  compatible: u32;
  incompatible: u32;
  readOnlyCompatible: u32;
  made: at<0x108, u32>;
  rest: at<0x10c, array<u8, 756>>;
}
static_assert(sizeof<SuperBlock>() === SUPER_BYTES && offsetof<SuperBlock>("magic") === 56);

export class GroupDescriptor extends Struct {
  blockBitmap: u32;
  inodeBitmap: u32;
  inodeTable: u32;
  freeBlocks: u16;
  freeInodes: u16;
  directories: u16;
  padding: u16;
  reserved: array<u8, 12>;
}
static_assert(sizeof<GroupDescriptor>() === 32);

export const DIRECT = 12;
export const POINTERS = 15;
export class DiskInode extends Struct {
  mode: u16;
  owner: u16;
  size: u32;
  accessed: u32;
  changed: u32;
  modified: u32;
  /** When it was deleted; 0: it was not. */
  deleted: u32;
  group: u16;
  links: u16;
  /** Units of 512 bytes. */
  blocks: u32;
  flags: u32;
  system: u32;
  pointers: array<u32, typeof POINTERS>;
  generation: u32;
  /** The block of its extended attributes. */
  attributes: u32;
  /** Of regular files. */
  sizeHigh: u32;
  fragment: u32;
  fragmentSize: u32;
  ownerHigh: u16;
  groupHigh: u16;
  reserved: u32;
}
static_assert(sizeof<DiskInode>() === 128 && offsetof<DiskInode>("pointers") === 40);
/** A directory has a tree of hashes, which is not kept up here. */
export const INDEXED: u32 = 0x1000;

/** The head of a block of extended attributes, which several inodes may share. */
export class AttributeBlock extends Struct {
  magic: u32;
  references: u32;
}

/** An entry of a directory; its name follows. */
export class DirectoryEntry extends Struct {
  /** 0: the entry is free. */
  inode: u32;
  /** To the next one, a multiple of 4. */
  length: u16;
  nameLength: u8;
  /** With INCOMPAT_FILETYPE; else the high half of the name's length, 0. */
  type: u8;
}
export const ENTRY_HEADER: u32 = 8;
export const LINKS_MAX: u32 = 32000;
