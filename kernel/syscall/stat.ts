/** stat(2) and statx(2), access(2), statfs(2): what is known of a file. */
import { EACCES, EBADF, EFAULT, EINVAL, ENOSYS, EROFS } from "../fs/errno.ts";
import { dropFile } from "../fs/file.ts";
import { type Node, type Room, S_IFBLK, S_IFCHR, S_IFDIR, S_IFMT } from "../fs/node.ts";
import { FOLLOW } from "../fs/path.ts";
import { copyIn, copyOut } from "../program/user.ts";
import type { Call } from "./call.ts";
import { anyFileIn } from "./descriptor.ts";
import {
  AT_EMPTY_PATH,
  AT_SYMLINK_NOFOLLOW,
  HERE,
  leave,
  type Place,
  reach,
  reachAt,
  reachDescriptor,
} from "./paths.ts";

const SECOND: i64 = 1_000_000_000;
const AT_NO_AUTOMOUNT: u32 = 0x800;
const AT_STATX_SYNC: u32 = 0x6000;
const AT_EACCESS: u32 = 0x200;

/** struct stat (asm/stat.h). */
class Stat extends Struct {
  device: u64;
  number: u64;
  links: u64;
  mode: u32;
  owner: u32;
  group: u32;
  padding: u32;
  deviceOf: u64;
  size: u64;
  blockSize: u64;
  blocks: u64;
  accessed: i64;
  accessedNs: i64;
  modified: i64;
  modifiedNs: i64;
  changed: i64;
  changedNs: i64;
  unused: array<u64, 3>;
}
static_assert(sizeof<Stat>() === 144);

/** A device's number as the kernel has it, major << 8 | minor, as the C library does. */
function encodeDevice(device: u64): u64 {
  const minor = device & 0xff;
  return minor | ((device >> 8) << 8);
}
function seconds(time: i64): i64 {
  const rest = time % SECOND;
  return rest < 0 ? time / SECOND - 1 : time / SECOND;
}
function nanosecondsOf(time: i64): i64 {
  const rest = time % SECOND;
  return rest < 0 ? rest + SECOND : rest;
}
/** Brings attributes up to date. */
export function refreshNode(node: ptr<Node>): i64 {
  const refresh = node.operations.refresh;
  return refresh === null ? 0 : refresh(node);
}
function putStat(node: ptr<Node>, to: usize): i64 {
  const status = refreshNode(node);
  if (status < 0) return status;
  const attributes = addressOf(node.attributes);
  const stat: Stat = zeroed();
  stat.device = node.fileSystem.device;
  stat.number = node.number;
  stat.links = u64(attributes.links);
  stat.mode = attributes.mode;
  stat.owner = attributes.owner;
  stat.group = attributes.group;
  stat.deviceOf = encodeDevice(attributes.device);
  stat.size = attributes.size;
  stat.blockSize = attributes.blockSize;
  stat.blocks = attributes.blocks;
  stat.accessed = seconds(attributes.accessed);
  stat.accessedNs = nanosecondsOf(attributes.accessed);
  stat.modified = seconds(attributes.modified);
  stat.modifiedNs = nanosecondsOf(attributes.modified);
  stat.changed = seconds(attributes.changed);
  stat.changedNs = nanosecondsOf(attributes.changed);
  return copyOut(to, addressOf(stat), sizeof<Stat>()) ? 0 : -EFAULT;
}
/** Reaches what a path and AT_ flags mean: the path may be empty, and a link at its end is followed unless they say no. */
export function reachByFlags(directory: u64, path: usize, flags: u32, place: ptr<Place>): i64 {
  if ((flags & AT_EMPTY_PATH) !== 0) {
    let first: u8 = 1;
    if (copyIn(addressOf(first), path, 1) && first === 0) return reachDescriptor(directory, place);
  }
  return reachAt(directory, path, flags, (flags & AT_SYMLINK_NOFOLLOW) !== 0 ? 0 : FOLLOW, place);
}
function statAt(directory: u64, path: usize, to: usize, flags: u32): i64 {
  const known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC;
  if ((flags & ~known) !== 0) return -EINVAL;
  const place: Place = zeroed();
  const status = reachByFlags(directory, path, flags, addressOf(place));
  if (status < 0) return status;
  const put = place.node === null ? -EBADF : putStat(place.node, to);
  leave(addressOf(place));
  return put;
}
export function sysStat(call: ptr<Call>): i64 {
  return statAt(HERE, call.args[0], call.args[1], 0);
}
export function sysLstat(call: ptr<Call>): i64 {
  return statAt(HERE, call.args[0], call.args[1], AT_SYMLINK_NOFOLLOW);
}
export function sysNewfstatat(call: ptr<Call>): i64 {
  return statAt(call.args[0], call.args[1], call.args[2], truncate<u32>(call.args[3]));
}
export function sysFstat(call: ptr<Call>): i64 {
  const file = anyFileIn(call, 0);
  if (file === null) return -EBADF;
  const status = putStat(file.node, call.args[1]);
  dropFile(file);
  return status;
}

/** struct statx_timestamp. */
class Timestamp extends Struct {
  seconds: i64;
  nanoseconds: u32;
  padding: u32;
}
class Statx extends Struct {
  mask: u32;
  blockSize: u32;
  attributes: u64;
  links: u32;
  owner: u32;
  group: u32;
  mode: u16;
  padding: u16;
  number: u64;
  size: u64;
  blocks: u64;
  attributesMask: u64;
  accessed: Timestamp;
  born: Timestamp;
  changed: Timestamp;
  modified: Timestamp;
  deviceOfMajor: u32;
  deviceOfMinor: u32;
  deviceMajor: u32;
  deviceMinor: u32;
  mount: u64;
  rest: array<u64, 13>;
}
static_assert(sizeof<Statx>() === 256);
/** STATX_BASIC_STATS, and the bit that may never be set. */
const BASIC: u32 = 0x7ff;
const RESERVED: u32 = 0x8000_0000;

function stamp(to: ptr<Timestamp>, time: i64): void {
  to.seconds = seconds(time);
  to.nanoseconds = u32(nanosecondsOf(time));
}
function putStatx(node: ptr<Node>, to: usize): i64 {
  const status = refreshNode(node);
  if (status < 0) return status;
  const attributes = addressOf(node.attributes);
  const statx: Statx = zeroed();
  statx.mask = BASIC;
  statx.blockSize = u32(attributes.blockSize);
  statx.links = attributes.links;
  statx.owner = attributes.owner;
  statx.group = attributes.group;
  statx.mode = truncate<u16>(attributes.mode);
  statx.number = node.number;
  statx.size = attributes.size;
  statx.blocks = attributes.blocks;
  stamp(addressOf(statx.accessed), attributes.accessed);
  stamp(addressOf(statx.changed), attributes.changed);
  stamp(addressOf(statx.modified), attributes.modified);
  statx.deviceOfMajor = truncate<u32>(attributes.device >> 8);
  statx.deviceOfMinor = truncate<u32>(attributes.device) & 0xff;
  statx.deviceMinor = truncate<u32>(node.fileSystem.device);
  return copyOut(to, addressOf(statx), sizeof<Statx>()) ? 0 : -EFAULT;
}
export function sysStatx(call: ptr<Call>): i64 {
  const flags = truncate<u32>(call.args[2]);
  const mask = truncate<u32>(call.args[3]);
  if ((mask & RESERVED) !== 0 || (flags & AT_STATX_SYNC) === AT_STATX_SYNC) return -EINVAL;
  const known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC;
  if ((flags & ~known) !== 0) return -EINVAL;
  const place: Place = zeroed();
  const status = reachByFlags(call.args[0], call.args[1], flags, addressOf(place));
  if (status < 0) return status;
  const put = place.node === null ? -EBADF : putStatx(place.node, call.args[4]);
  leave(addressOf(place));
  return put;
}

const W_OK: u32 = 2;
const X_OK: u32 = 1;
/** The program is root: only what nobody may is refused. */
function mayAccess(node: ptr<Node>, mode: u32): i64 {
  const type = node.attributes.mode & S_IFMT;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  if ((mode & X_OK) !== 0 && type !== S_IFDIR && (node.attributes.mode & 0o111) === 0) return -EACCES;
  return (mode & W_OK) !== 0 && node.fileSystem.readOnly && !isDevice ? -EROFS : 0;
}
function accessAt(directory: u64, path: usize, mode: u32, flags: u32): i64 {
  if ((mode & ~u32(7)) !== 0) return -EINVAL;
  if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
  const place: Place = zeroed();
  let status = reachByFlags(directory, path, flags, addressOf(place));
  if (status < 0) return status;
  if (mode !== 0 && place.node !== null) {
    status = refreshNode(place.node);
    if (status === 0) status = mayAccess(place.node, mode);
  }
  leave(addressOf(place));
  return status;
}
export function sysAccess(call: ptr<Call>): i64 {
  return accessAt(HERE, call.args[0], truncate<u32>(call.args[1]), 0);
}
export function sysFaccessat(call: ptr<Call>): i64 {
  return accessAt(call.args[0], call.args[1], truncate<u32>(call.args[2]), 0);
}
export function sysFaccessat2(call: ptr<Call>): i64 {
  return accessAt(call.args[0], call.args[1], truncate<u32>(call.args[2]), truncate<u32>(call.args[3]));
}

/** struct statfs. */
class Statfs extends Struct {
  type: u64;
  blockSize: u64;
  blocks: u64;
  free: u64;
  available: u64;
  files: u64;
  freeFiles: u64;
  identity: u64;
  nameLength: u64;
  fragment: u64;
  flags: u64;
  spare: array<u64, 4>;
}
static_assert(sizeof<Statfs>() === 120);
const ST_RDONLY: u64 = 1;
const ST_VALID: u64 = 0x20;

function putStatfs(node: ptr<Node>, to: usize): i64 {
  const fileSystem = node.fileSystem;
  const room: Room = zeroed();
  const statistics = fileSystem.statistics;
  if (statistics === null) return -ENOSYS;
  const status = statistics(fileSystem, addressOf(room));
  if (status < 0) return status;
  const statfs: Statfs = zeroed();
  statfs.type = room.type;
  statfs.blockSize = room.blockSize;
  statfs.blocks = room.blocks;
  statfs.free = room.free;
  statfs.available = room.free;
  statfs.files = room.files;
  statfs.freeFiles = room.freeFiles;
  statfs.identity = fileSystem.device;
  statfs.nameLength = 255;
  statfs.fragment = room.blockSize;
  statfs.flags = ST_VALID | (fileSystem.readOnly ? ST_RDONLY : 0);
  return copyOut(to, addressOf(statfs), sizeof<Statfs>()) ? 0 : -EFAULT;
}
export function sysStatfs(call: ptr<Call>): i64 {
  const place: Place = zeroed();
  const status = reach(HERE, call.args[0], FOLLOW, addressOf(place));
  if (status < 0) return status;
  const put = place.node === null ? -EBADF : putStatfs(place.node, call.args[1]);
  leave(addressOf(place));
  return put;
}
export function sysFstatfs(call: ptr<Call>): i64 {
  const file = anyFileIn(call, 0);
  if (file === null) return -EBADF;
  const status = putStatfs(file.node, call.args[1]);
  dropFile(file);
  return status;
}
