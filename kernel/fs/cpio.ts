/**
 * cpio archives in the "new ASCII" format, as Linux takes them for its first root (Documentation/driver-api/early-userspace/buffer-format):
 * unpacked below a directory of a file system in memory. What files hold stays in the archive, which must stay as it is, until it is
 * touched. Several archives may follow each other, with zeros between; compressed ones are refused.
 *
 *     0        6       14      …  94         102      110             data
 *     │ 070701 │ inode │ mode  …  │ namesize │ check │ name 0 pad to 4 │ contents, pad to 4 │ next
 *                13 fields of 8 hexadecimal digits
 */
import { linkAt, makeAt, symlinkAt } from "./changes.ts";
import { EEXIST, EINVAL, ENOMEM } from "./errno.ts";
import { dropName, holdName, type Name } from "./name.ts";
import {
  type Attributes,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  SET_GROUP,
  SET_MODE,
  SET_MODIFIED,
  SET_OWNER,
} from "./node.ts";
import { endWalk, MAY_MISS, PARENT, PATH_MAX, resolve, type Walk } from "./path.ts";
import { setSource } from "./ramfs.ts";

const HEADER: usize = 110;
const MAGIC: ptr<u8> = "07070";
const DIGITS: u64 = 8;
/** Which of the fields. */
const INODE: u64 = 0;
const MODE: u64 = 1;
const OWNER: u64 = 2;
const GROUP: u64 = 3;
const LINKS: u64 = 4;
const MODIFIED: u64 = 5;
const SIZE: u64 = 6;
const DEVICE_MAJOR: u64 = 9;
const DEVICE_MINOR: u64 = 10;
const NAME_SIZE: u64 = 11;
const FIELDS = 13;
const SECOND: i64 = 1_000_000_000;

export class Archive extends Struct {
  bytes: ptr<u8>;
  length: usize;
  /** How far it has been read; after an error, where the entry begins that is wrong. */
  at: usize;
  /** What is wrong; null: nothing. */
  fault: ptr<u8> | null;
  /** Files that were made. */
  entries: u64;
  fields: array<u64, typeof FIELDS>;
  /** Files with several names whose others may come: by inode, a few at a time. */
  linked: array<Linked, 64>;
}
class Linked extends Struct {
  inode: u64;
  name: ptr<Name> | null;
}

function fail(archive: ptr<Archive>, fault: ptr<u8>): i64 {
  archive.fault = fault;
  return -EINVAL;
}
function alignUp(offset: usize): usize {
  return (offset + 3) & ~usize(3);
}
/** False: something else than eight hexadecimal digits. */
function readField(archive: ptr<Archive>, index: u64): bool {
  let value: u64 = 0;
  for (let i: u64 = 0; i < DIGITS; i++) {
    const byte = archive.bytes[archive.at + 6 + index * DIGITS + i];
    const letter = byte | 0x20;
    let digit: u8 = 16;
    if (byte >= char("0") && byte <= char("9")) digit = byte - char("0");
    else if (letter >= char("a") && letter <= char("f")) digit = letter - char("a") + 10;
    if (digit === 16) return false;
    value = value * 16 + u64(digit);
  }
  archive.fields[index] = value;
  return true;
}
/** The header at `at`; its name and contents lie within the archive. */
function readHeader(archive: ptr<Archive>): i64 {
  const rest = archive.length - archive.at;
  if (rest < HEADER) return fail(archive, "the archive ends within a header");
  for (let i: usize = 0; i < 5; i++)
    if (archive.bytes[archive.at + i] !== MAGIC[i]) return fail(archive, "no cpio header of the newc format");
  const kind = archive.bytes[archive.at + 5];
  if (kind !== char("1") && kind !== char("2")) return fail(archive, "no cpio header of the newc format");
  for (let i: u64 = 0; i < FIELDS; i++)
    if (!readField(archive, i)) return fail(archive, "a field that is no hexadecimal number");
  const nameSize = archive.fields[NAME_SIZE];
  if (nameSize === 0 || nameSize > PATH_MAX) return fail(archive, "a name of an impossible length");
  const start = alignUp(archive.at + HEADER + nameSize);
  if (start > archive.length || archive.fields[SIZE] > archive.length - start)
    return fail(archive, "the archive ends within a file");
  if (archive.bytes[archive.at + HEADER + nameSize - 1] !== 0) return fail(archive, "a name without an end");
  return 0;
}
function isTrailer(name: ptr<u8>): bool {
  const trailer: ptr<u8> = "TRAILER!!!";
  for (let i: usize = 0; i < 11; i++) if (name[i] !== trailer[i]) return false;
  return true;
}
/** Zeros up to the next header. */
function skipZeros(archive: ptr<Archive>): void {
  while (archive.at < archive.length && archive.bytes[archive.at] === 0) archive.at++;
}
function setAttributes(archive: ptr<Archive>, name: ptr<Name>): void {
  const set = name.node.operations.setAttributes;
  if (set === null) return;
  const wanted: Attributes = zeroed();
  wanted.mode = truncate<u32>(archive.fields[MODE]);
  wanted.owner = truncate<u32>(archive.fields[OWNER]);
  wanted.group = truncate<u32>(archive.fields[GROUP]);
  wanted.modified = i64(archive.fields[MODIFIED]) * SECOND;
  const isLink = (wanted.mode & S_IFMT) === S_IFLNK;
  const changes = SET_OWNER | SET_GROUP | SET_MODIFIED | (isLink ? 0 : SET_MODE);
  name.node.lock.lock();
  set(name.node, addressOf(wanted), changes);
  name.node.lock.unlock();
}
/** Where the other names of a file are remembered; null: it has none, or there is no room, and it becomes a file of its own. */
function linkedOf(archive: ptr<Archive>): ptr<Linked> | null {
  if (archive.fields[LINKS] < 2 || (archive.fields[MODE] & u64(S_IFMT)) !== u64(S_IFREG)) return null;
  let unused: ptr<Linked> | null = null;
  for (let i: usize = 0; i < archive.linked.length; i++) {
    const linked = addressOf(archive.linked[i]);
    if (linked.name === null) unused = linked;
    else if (linked.inode === archive.fields[INODE]) return linked;
  }
  return unused;
}
/** What the entry holds is the file's, unless it has contents already. */
function fillFile(name: ptr<Name>, contents: ptr<u8>, size: usize): i64 {
  const node = name.node;
  if (size === 0 || node.attributes.size !== 0 || (node.attributes.mode & S_IFMT) !== S_IFREG) return 0;
  return setSource(node, contents, size) ? 0 : -ENOMEM;
}
function makeEntry(archive: ptr<Archive>, walk: ptr<Walk>, contents: ptr<u8>): i64 {
  const mode = truncate<u32>(archive.fields[MODE]) & 0xffff;
  const size = archive.fields[SIZE];
  const type = mode & S_IFMT;
  if (type === S_IFLNK) {
    if (size === 0 || size >= PATH_MAX) return fail(archive, "a link of an impossible length");
    return symlinkAt(walk, contents, size);
  }
  const linked = linkedOf(archive);
  if (linked !== null && linked.name !== null) {
    const status = linkAt(linked.name, walk);
    return status < 0 ? status : fillFile(linked.name, contents, size);
  }
  const device = (archive.fields[DEVICE_MAJOR] << 8) | (archive.fields[DEVICE_MINOR] & 0xff);
  let made: ptr<Name> | null = null;
  let status = makeAt(walk, mode, device, addressOf(made));
  if (made === null) return status;
  status = fillFile(made, contents, size);
  setAttributes(archive, made);
  if (linked !== null && status === 0) {
    linked.inode = archive.fields[INODE];
    linked.name = holdName(made);
  }
  dropName(made);
  return status;
}
/** The entry at `at`, whose header has been read. */
function unpackEntry(archive: ptr<Archive>, root: ptr<Name>): i64 {
  const name = archive.bytes.offset(archive.at + HEADER);
  const contents = archive.bytes.offset(alignUp(archive.at + HEADER + archive.fields[NAME_SIZE]));
  let length: usize = 0;
  while (name[length] !== 0) length++;
  if (length === 0) return fail(archive, "an empty name");
  const walk: Walk = zeroed();
  let status = resolve(root, root, name, length, MAY_MISS | PARENT, addressOf(walk));
  if (status < 0) return fail(archive, "a file in a directory that is not there");
  status = makeEntry(archive, addressOf(walk), contents);
  const isThere = status === -EEXIST && (archive.fields[MODE] & u64(S_IFMT)) === u64(S_IFDIR);
  if (isThere && walk.name !== null) setAttributes(archive, walk.name);
  endWalk(addressOf(walk));
  if (status < 0 && !isThere && archive.fault === null)
    archive.fault = status === -EEXIST ? "a name that is there already" : "there is no memory for it";
  return isThere ? 0 : status;
}
function forgetLinks(archive: ptr<Archive>): void {
  for (let i: usize = 0; i < archive.linked.length; i++) {
    const name = archive.linked[i].name;
    archive.linked[i].name = null;
    if (name !== null) dropName(name);
  }
}
/**
 * Unpacks below `root`, a directory of a ramfs. Paths do not lead out of it. On an error what came before stays, and `fault` and `at` say what
 * is wrong and where.
 */
export function unpackCpio(archive: ptr<Archive>, root: ptr<Name>): i64 {
  let status: i64 = 0;
  skipZeros(archive);
  while (status === 0 && archive.at < archive.length) {
    status = readHeader(archive);
    if (status < 0) break;
    const trailer = isTrailer(archive.bytes.offset(archive.at + HEADER));
    if (trailer) forgetLinks(archive);
    else {
      status = unpackEntry(archive, root);
      if (status < 0) break;
      archive.entries++;
    }
    archive.at = alignUp(alignUp(archive.at + HEADER + archive.fields[NAME_SIZE]) + archive.fields[SIZE]);
    if (trailer) skipZeros(archive);
    else if (archive.at >= archive.length) status = fail(archive, "the archive ends without a trailer");
  }
  forgetLinks(archive);
  return status;
}
