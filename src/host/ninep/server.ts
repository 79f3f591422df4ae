/**
 * A directory of the host as a 9P2000.L server: a request comes in, its answer goes out, nothing is kept waiting. Everything goes
 * through places (place.ts), which no request can lead out of the directory. Files of other kinds than regular ones and directories
 * can be seen and removed, but not opened: to open a pipe may wait, and to open a device may do anything.
 *
 * It has no extended attributes and no authentication; locks are always granted, as there is one client. Set-user-id bits are never set.
 */
import { Buffer } from "node:buffer";
import {
  type BigIntStats,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import type { FileBackend } from "../backends.ts";
import { ERRNO, errnoOf, NinepError } from "./errno.ts";
import { HEADER, Malformed, MessageReader, MessageWriter, type Qid, RLERROR, T } from "./messages.ts";
import { Place } from "./place.ts";

export interface ServerOptions {
  readonly readOnly?: boolean;
  /** Files that the client may have in hand at once; each takes a descriptor or two. */
  readonly mostFids?: number;
}

const VERSION = "9P2000.L";
const DEFAULT_MOST_FIDS = 400;
/** Bytes of a message: what we offer, and the least that is of use. */
const MOST_MESSAGE = 512 * 1024 + 64;
const LEAST_MESSAGE = 256;
const MOST_STEPS = 16;
/** An answer to Tread has its count besides its header. */
const READ_HEADER = HEADER + 4;

const QID = { directory: 0x80, symlink: 0x02, file: 0 } as const;
/** DT_ of a directory's entries. */
const ENTRY = {
  unknown: 0,
  fifo: 1,
  character: 2,
  directory: 4,
  block: 6,
  file: 8,
  symlink: 10,
  socket: 12,
} as const;
const FORMAT = 0o170000n;
const FORMATS = { directory: 0o040000n, file: 0o100000n, symlink: 0o120000n } as const;
/** Of modes that the client may give. */
const PERMISSIONS = 0o1777;
/** Tgetattr's valid: all but btime, gen and data version. */
const BASIC = 0x7ffn;
const SET = {
  mode: 1,
  uid: 2,
  gid: 4,
  size: 8,
  atime: 0x10,
  mtime: 0x20,
  atimeSet: 0x80,
  mtimeSet: 0x100,
} as const;
const UNLINK_DIRECTORY = 0x200;
const LOCK_UNLOCKED = 2;
/** What an open may ask for; others are for the client alone. */
const OPEN_FLAGS = constants.O_WRONLY | constants.O_RDWR | constants.O_TRUNC | constants.O_APPEND;
const WRITES = constants.O_WRONLY | constants.O_RDWR | constants.O_TRUNC | constants.O_APPEND;
/** Requests that a read-only server refuses whatever they say. Tremove is not among them: its fid is gone in any case. */
const CHANGES: ReadonlySet<number> = new Set([
  T.lcreate,
  T.setattr,
  T.mkdir,
  T.symlink,
  T.mknod,
  T.link,
  T.rename,
  T.renameat,
  T.unlinkat,
]);
const V9FS_MAGIC = 0x01021997;

type Handler = (read: MessageReader, write: MessageWriter) => void;

interface Fid {
  readonly place: Place;
  /** Of an open file. */
  fd: number | undefined;
  /** Of an open directory, as it was when it was read from its beginning. */
  names: readonly Buffer[] | undefined;
}
interface Attributes {
  readonly valid: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: bigint;
  readonly atime: number;
  readonly mtime: number;
}

export class NinepServer implements FileBackend {
  readonly #root: Place;
  readonly #readOnly: boolean;
  readonly #mostFids: number;
  readonly #fids = new Map<number, Fid>();
  readonly #handlers: ReadonlyMap<number, Handler>;
  #most = MOST_MESSAGE;

  /** Throws Node's system error for what is no directory that can be read. */
  constructor(path: string, options: ServerOptions = {}) {
    opendirSync(path).closeSync();
    this.#root = Place.root(path);
    this.#readOnly = options.readOnly ?? false;
    this.#mostFids = options.mostFids ?? DEFAULT_MOST_FIDS;
    this.#handlers = new Map<number, Handler>([
      [T.version, (read, write) => this.#version(read, write)],
      [T.attach, (read, write) => this.#attach(read, write)],
      [T.walk, (read, write) => this.#walk(read, write)],
      [T.clunk, (read) => this.#clunk(read.u32())],
      [T.flush, () => {}],
      [T.getattr, (read, write) => this.#getattr(read, write)],
      [T.setattr, (read) => this.#setattr(read)],
      [T.lopen, (read, write) => this.#open(read, write)],
      [T.lcreate, (read, write) => this.#create(read, write)],
      [T.read, (read, write) => this.#read(read, write)],
      [T.write, (read, write) => this.#write(read, write)],
      [T.readdir, (read, write) => this.#readdir(read, write)],
      [T.fsync, (read) => this.#fsync(read)],
      [T.statfs, (read, write) => this.#statfs(read, write)],
      [T.readlink, (read, write) => this.#readlink(read, write)],
      [T.lock, (read, write) => this.#lock(read, write)],
      [T.getlock, (read, write) => this.#getlock(read, write)],
      [T.mkdir, (read, write) => this.#mkdir(read, write)],
      [T.symlink, (read, write) => this.#symlink(read, write)],
      [T.link, (read) => this.#link(read)],
      [T.rename, (read) => this.#rename(read)],
      [T.renameat, (read) => this.#renameAt(read)],
      [T.unlinkat, (read) => this.#unlink(read)],
      [T.remove, (read) => this.#remove(read.u32())],
    ]);
  }

  /** The answer to a request, at most `room` bytes; undefined for what is no message: then nothing can be answered. */
  answer(request: Uint8Array, room: number): Uint8Array | undefined {
    if (request.length < HEADER || room < LEAST_MESSAGE) return undefined;
    const header = new MessageReader(request);
    const size = header.u32();
    const type = header.u8();
    const tag = header.u16();
    if (size < HEADER || size > request.length) return undefined;
    const read = new MessageReader(request.subarray(HEADER, size));
    const write = new MessageWriter(Math.min(room, this.#most));
    try {
      this.#do(type, read, write);
      return write.finish(type + 1, tag);
    } catch (error) {
      const errno = error instanceof Malformed ? ERRNO.EPROTO : errnoOf(error);
      if (errno === undefined) throw error;
      return new MessageWriter(HEADER + 4).u32(errno).finish(RLERROR, tag);
    }
  }
  /** All files are let go. */
  reset(): void {
    for (const fid of this.#fids.values()) letGo(fid);
    this.#fids.clear();
    this.#most = MOST_MESSAGE;
  }
  close(): void {
    this.reset();
    this.#root.release();
  }

  #do(type: number, read: MessageReader, write: MessageWriter): void {
    if (CHANGES.has(type)) this.#writable();
    const handler = this.#handlers.get(type);
    if (handler === undefined) throw new NinepError("EOPNOTSUPP");
    handler(read, write);
  }

  // ----------------------------------------------------------------------------------------------------- fids

  #fid(read: MessageReader): Fid {
    const fid = this.#fids.get(read.u32());
    if (fid === undefined) throw new NinepError("EBADF");
    return fid;
  }
  #add(number: number, place: Place): void {
    if (this.#fids.size >= this.#mostFids || this.#fids.has(number)) {
      place.release();
      throw new NinepError(this.#fids.has(number) ? "EBADF" : "EMFILE");
    }
    this.#fids.set(number, { place, fd: undefined, names: undefined });
  }
  #writable(): void {
    if (this.#readOnly) throw new NinepError("EROFS");
  }

  #version(read: MessageReader, write: MessageWriter): void {
    const most = Math.min(read.u32(), MOST_MESSAGE);
    const version = read.text();
    this.reset();
    const known = most >= LEAST_MESSAGE && version === VERSION;
    if (known) this.#most = most;
    write.u32(most).text(known ? VERSION : "unknown");
  }
  #attach(read: MessageReader, write: MessageWriter): void {
    const number = read.u32();
    this.#add(number, this.#root.hold());
    write.qid(qidOf(this.#root.stat()));
  }
  /** As far as it goes: an error only if the first step fails; the new fid only if all are made. */
  #walk(read: MessageReader, write: MessageWriter): void {
    const from = this.#fid(read);
    const to = read.u32();
    const count = read.u16();
    if (count > MOST_STEPS) throw new NinepError("EINVAL");
    const names = Array.from({ length: count }, () => read.name());
    let place = from.place.hold();
    const qids: Qid[] = [];
    try {
      for (const name of names) {
        const next = place.step(name);
        place.release();
        place = next;
        qids.push(qidOf(place.stat()));
      }
    } catch (error) {
      if (qids.length === 0) {
        place.release();
        throw error;
      }
    }
    if (qids.length === count) {
      const number = this.#fids.get(to);
      if (number === from) {
        this.#fids.delete(to);
        letGo(from);
      }
      this.#add(to, place);
    } else place.release();
    write.u16(qids.length);
    for (const qid of qids) write.qid(qid);
  }
  #clunk(number: number): void {
    const fid = this.#fids.get(number);
    if (fid === undefined) throw new NinepError("EBADF");
    this.#fids.delete(number);
    letGo(fid);
  }

  // ----------------------------------------------------------------------------------------------- attributes

  #getattr(read: MessageReader, write: MessageWriter): void {
    const stat = this.#fid(read).place.stat();
    write.u64(BASIC).qid(qidOf(stat));
    write.u32(Number(stat.mode)).u32(Number(stat.uid)).u32(Number(stat.gid));
    for (const value of [stat.nlink, stat.rdev, stat.size, stat.blksize, stat.blocks]) write.u64(value);
    for (const time of [stat.atimeNs, stat.mtimeNs, stat.ctimeNs, 0n])
      write.u64(time / 1_000_000_000n).u64(time % 1_000_000_000n);
    write.u64(0).u64(0);
  }
  #setattr(read: MessageReader): void {
    const { place, fd } = this.#fid(read);
    const valid = read.u32();
    const [mode, uid, gid] = [read.u32(), read.u32(), read.u32()];
    const size = read.u64();
    const time = (): number => Number(read.u64()) + Number(read.u64()) / 1e9;
    setAttributes(place, fd, { valid, mode, uid, gid, size, atime: time(), mtime: time() });
  }
  #statfs(read: MessageReader, write: MessageWriter): void {
    const s = statfsSync(this.#fid(read).place.path, { bigint: true });
    write.u32(V9FS_MAGIC).u32(Number(s.bsize));
    for (const value of [s.blocks, s.bfree, s.bavail, s.files, s.ffree, 0n]) write.u64(value);
    write.u32(255);
  }

  // ---------------------------------------------------------------------------------------------------- files

  #open(read: MessageReader, write: MessageWriter): void {
    const fid = this.#fid(read);
    const flags = read.u32();
    if (fid.fd !== undefined) throw new NinepError("EBADF");
    if ((flags & WRITES) !== 0) this.#writable();
    const stat = fid.place.stat();
    const format = stat.mode & FORMAT;
    if (format === FORMATS.symlink) throw new NinepError("ELOOP");
    if (format !== FORMATS.file && format !== FORMATS.directory) throw new NinepError("EACCES");
    if (format === FORMATS.directory && (flags & WRITES) !== 0) throw new NinepError("EISDIR");
    // Through the descriptor: this very file, whatever its name leads to now.
    fid.fd = openSync(fid.place.path, flags & OPEN_FLAGS);
    write.qid(qidOf(stat)).u32(0);
  }
  #create(read: MessageReader, write: MessageWriter): void {
    const number = read.u32();
    const fid = this.#fids.get(number);
    if (fid === undefined) throw new NinepError("EBADF");
    const name = read.name();
    const flags = read.u32();
    const mode = read.u32() & PERMISSIONS;
    const only = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    // What exists already is opened by walking to it; so this never opens what it has not made.
    const fd = openSync(fid.place.entry(name), (flags & OPEN_FLAGS) | only, mode);
    let place: Place;
    try {
      place = fid.place.step(name);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    letGo(fid);
    this.#fids.set(number, { place, fd, names: undefined });
    write.qid(qidOf(place.stat())).u32(0);
  }
  #read(read: MessageReader, write: MessageWriter): void {
    const { fd } = this.#fid(read);
    const offset = read.u64();
    const count = Math.min(read.u32(), write.room - (READ_HEADER - HEADER));
    if (fd === undefined) throw new NinepError("EBADF");
    const bytes = new Uint8Array(Math.max(count, 0));
    const done =
      offset > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : readSync(fd, bytes, 0, bytes.length, Number(offset));
    write.u32(done).put(bytes.subarray(0, done));
  }
  #write(read: MessageReader, write: MessageWriter): void {
    const { fd } = this.#fid(read);
    const offset = read.u64();
    const bytes = read.bytes(read.u32());
    if (fd === undefined) throw new NinepError("EBADF");
    if (offset + BigInt(bytes.length) > BigInt(Number.MAX_SAFE_INTEGER)) throw new NinepError("EFBIG");
    write.u32(bytes.length === 0 ? 0 : writeSync(fd, bytes, 0, bytes.length, Number(offset)));
  }
  #fsync(read: MessageReader): void {
    const { fd } = this.#fid(read);
    if (fd === undefined) throw new NinepError("EBADF");
    fsyncSync(fd);
  }
  #lock(read: MessageReader, write: MessageWriter): void {
    this.#fid(read);
    write.u8(0);
  }
  #getlock(read: MessageReader, write: MessageWriter): void {
    this.#fid(read);
    read.u8();
    const [start, length, process] = [read.u64(), read.u64(), read.u32()];
    write.u8(LOCK_UNLOCKED).u64(start).u64(length).u32(process).name(read.name());
  }

  // ---------------------------------------------------------------------------------------------- directories

  /** Entries from `offset` on, which counts them: as many as fit. */
  #readdir(read: MessageReader, write: MessageWriter): void {
    const fid = this.#fid(read);
    const offset = read.u64();
    const most = Math.min(read.u32(), write.room - 4);
    if (fid.fd === undefined) throw new NinepError("EBADF");
    if (offset === 0n || fid.names === undefined) {
      const entries = readdirSync(fid.place.path, { encoding: "buffer" });
      fid.names = [Buffer.from("."), Buffer.from(".."), ...entries.sort(Buffer.compare)];
    }
    const start = write.length;
    write.u32(0);
    const begin = write.length;
    for (let i = Number(offset); i < fid.names.length; i++) {
      const name = fid.names[i]!;
      if (write.length - begin + 24 + name.length > most) break;
      const stat = entryStat(fid.place, name);
      if (stat === undefined) continue;
      write
        .qid(qidOf(stat))
        .u64(i + 1)
        .u8(entryType(stat))
        .name(name);
    }
    write.patch32(start, write.length - begin);
  }
  #mkdir(read: MessageReader, write: MessageWriter): void {
    const { place } = this.#fid(read);
    const name = read.name();
    mkdirSync(place.entry(name), read.u32() & PERMISSIONS);
    writeQid(write, place, name);
  }
  #symlink(read: MessageReader, write: MessageWriter): void {
    const { place } = this.#fid(read);
    const name = read.name();
    symlinkSync(read.name(), place.entry(name));
    writeQid(write, place, name);
  }
  #link(read: MessageReader): void {
    const { place } = this.#fid(read);
    const target = this.#fid(read).place;
    linkSync(target.ownEntry, place.entry(read.name()));
  }
  #readlink(read: MessageReader, write: MessageWriter): void {
    write.name(readlinkSync(this.#fid(read).place.ownEntry, { encoding: "buffer" }));
  }
  #renameAt(read: MessageReader): void {
    const from = this.#fid(read).place.entry(read.name());
    renameSync(from, this.#fid(read).place.entry(read.name()));
  }
  #rename(read: MessageReader): void {
    const { place } = this.#fid(read);
    const to = this.#fid(read).place;
    const name = read.name();
    renameSync(place.ownEntry, to.entry(name));
    place.moved(to, name);
  }
  #unlink(read: MessageReader): void {
    const { place } = this.#fid(read);
    const entry = place.entry(read.name());
    if ((read.u32() & UNLINK_DIRECTORY) !== 0) rmdirSync(entry);
    else unlinkSync(entry);
  }
  /** The fid is gone, whether or not the file is. */
  #remove(number: number): void {
    const fid = this.#fids.get(number);
    if (fid === undefined) throw new NinepError("EBADF");
    this.#fids.delete(number);
    try {
      this.#writable();
      const directory = (fid.place.stat().mode & FORMAT) === FORMATS.directory;
      if (directory) rmdirSync(fid.place.ownEntry);
      else unlinkSync(fid.place.ownEntry);
    } finally {
      letGo(fid);
    }
  }
}

function letGo(fid: Fid): void {
  if (fid.fd !== undefined) closeSync(fid.fd);
  fid.place.release();
}

function setAttributes(place: Place, fd: number | undefined, a: Attributes): void {
  const has = (bit: number): boolean => (a.valid & bit) !== 0;
  const stat = place.stat();
  const link = (stat.mode & FORMAT) === FORMATS.symlink;
  // Of a link only its times can be set.
  if (link && has(SET.mode | SET.uid | SET.gid | SET.size)) throw new NinepError("EOPNOTSUPP");
  if (has(SET.mode)) chmodSync(place.path, a.mode & PERMISSIONS);
  if (has(SET.uid) || has(SET.gid))
    chownSync(place.path, has(SET.uid) ? a.uid : Number(stat.uid), has(SET.gid) ? a.gid : Number(stat.gid));
  if (has(SET.size)) {
    if (a.size > BigInt(Number.MAX_SAFE_INTEGER)) throw new NinepError("EFBIG");
    if ((stat.mode & FORMAT) !== FORMATS.file) throw new NinepError("EINVAL");
    if (fd === undefined) truncateSync(place.path, Number(a.size));
    else ftruncateSync(fd, Number(a.size));
  }
  if (has(SET.atime) || has(SET.mtime)) {
    const now = Date.now() / 1000;
    const time = (is: number, given: number, value: number, old: bigint): number =>
      !has(is) ? Number(old) / 1e9 : has(given) ? value : now;
    const atime = time(SET.atime, SET.atimeSet, a.atime, stat.atimeNs);
    const mtime = time(SET.mtime, SET.mtimeSet, a.mtime, stat.mtimeNs);
    if (link) lutimesSync(place.ownEntry, atime, mtime);
    else utimesSync(place.path, atime, mtime);
  }
}

function qidOf(stat: BigIntStats): Qid {
  const format = stat.mode & FORMAT;
  const type =
    format === FORMATS.directory ? QID.directory : format === FORMATS.symlink ? QID.symlink : QID.file;
  return { type, version: Number(stat.mtimeNs & 0xffff_ffffn), path: stat.ino };
}
function entryType(stat: BigIntStats): number {
  if (stat.isDirectory()) return ENTRY.directory;
  if (stat.isSymbolicLink()) return ENTRY.symlink;
  if (stat.isFile()) return ENTRY.file;
  if (stat.isFIFO()) return ENTRY.fifo;
  if (stat.isSocket()) return ENTRY.socket;
  return stat.isBlockDevice() ? ENTRY.block : stat.isCharacterDevice() ? ENTRY.character : ENTRY.unknown;
}
/** Undefined: it has gone meanwhile. */
function entryStat(place: Place, name: Buffer): BigIntStats | undefined {
  if (name.equals(Buffer.from("."))) return place.stat();
  try {
    const entry = place.step(name);
    try {
      return entry.stat();
    } finally {
      entry.release();
    }
  } catch {
    return undefined;
  }
}
function writeQid(write: MessageWriter, place: Place, name: Buffer): void {
  const made = place.step(name);
  try {
    write.qid(qidOf(made.stat()));
  } finally {
    made.release();
  }
}
