/**
 * A program's file becomes its memory: segments, the room behind them, the interpreter that PT_INTERP names. What is wrong with a file is
 * one line and a shell's status; nothing is left half done, since it is the program's only chance. System V gABI chapter 5; elf(5).
 */

import { readFile } from "../fs/contents.ts";
import { currentDirectory, currentRoot } from "../fs/context.ts";
import { ENOENT, ENOTDIR } from "../fs/errno.ts";
import { dropName, type Name } from "../fs/name.ts";
import { type Node, S_IFMT, S_IFREG } from "../fs/node.ts";
import { FOLLOW, resolve, takeName, type Walk } from "../fs/path.ts";
import {
  type ElfHeader,
  ET_DYN,
  PF_R,
  PF_W,
  PF_X,
  type ProgramHeader,
  PT_GNU_STACK,
  PT_INTERP,
  PT_LOAD,
} from "../lib/elf.ts";
import { isBlank, textLength } from "../lib/text.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { malloc } from "../memory/malloc.ts";
import type { Arguments } from "./arguments.ts";
import { faultOfHeader, faultOfSegments } from "./elf.ts";
import { LIBC_PATH } from "./kernel-functions.ts";
import { MAP_FIXED, mapFile, mapZeros } from "./memory/map.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "./memory/mapping.ts";
import { type ProgramMemory, pagesUp } from "./memory/program-memory.ts";
import { clearOut } from "./user.ts";

/** Statuses of shells: there is a file but it is no program; there is none. */
export const NOT_EXECUTABLE: u32 = 126;
export const NOT_FOUND: u32 = 127;
/** Where Linux puts position-independent programs when it does not randomise. */
const PROGRAM_BASE: usize = 0x5555_5555_4000;
/** Of a script's first line, as Linux (BINPRM_BUF_SIZE). */
const MOST_LINE: usize = 256;
/** Scripts that are each other's interpreters. */
const MOST_SCRIPTS: u32 = 5;

export class Loaded extends Struct {
  args: Arguments;
  /** Where it begins: in the interpreter if there is one. */
  entry: usize;
  programEntry: usize;
  /** Of the program's own headers; 0: they are not in its memory. */
  headers: usize;
  headerCount: u64;
  interpreterBase: usize;
  /** The first page behind it. */
  end: usize;
  executableStack: bool;
  /** Set before it is loaded: a program that asks for an interpreter gets the kernel's libc as one. */
  usesKernelLibc: bool;
  /** The program's own file. */
  name: ptr<Name> | null;
  /** What is wrong, and with which file. */
  fault: ptr<u8> | null;
  faulty: ptr<u8>;
  status: u32;
}

/** One ELF file on its way into memory. */
class Image extends Struct {
  node: ptr<Node>;
  name: ptr<Name>;
  path: ptr<u8>;
  header: ElfHeader;
  headers: ptr<ProgramHeader>;
  /** What is added to its addresses. */
  base: usize;
  end: usize;
  headersAt: usize;
}

function fail(loaded: ptr<Loaded>, path: ptr<u8>, fault: ptr<u8>, status: u32): bool {
  loaded.fault = fault;
  loaded.faulty = path;
  loaded.status = status;
  return false;
}
/** A file by its path; null: `loaded` says why. */
function open(loaded: ptr<Loaded>, path: ptr<u8>): ptr<Name> | null {
  const root = currentRoot();
  const directory = currentDirectory();
  if (root === null || directory === null) {
    fail(loaded, path, "there is no file system", NOT_FOUND);
    return null;
  }
  const walk: Walk = zeroed();
  const status = resolve(directory, root, path, textLength(path), FOLLOW, addressOf(walk));
  dropName(root);
  dropName(directory);
  if (status < 0) {
    const missing = status === -ENOENT || status === -ENOTDIR;
    fail(
      loaded,
      path,
      missing ? "no such file or directory" : "cannot be opened",
      missing ? NOT_FOUND : NOT_EXECUTABLE,
    );
    return null;
  }
  const name = takeName(addressOf(walk));
  if (name === null) {
    fail(loaded, path, "no such file or directory", NOT_FOUND);
    return null;
  }
  if ((name.node.attributes.mode & S_IFMT) !== S_IFREG) {
    fail(loaded, path, "not a regular file", NOT_EXECUTABLE);
    dropName(name);
    return null;
  }
  if ((name.node.attributes.mode & 0o111) === 0) {
    fail(loaded, path, "permission denied", NOT_EXECUTABLE);
    dropName(name);
    return null;
  }
  return name;
}
/** Header and program headers, checked. */
function readHeaders(loaded: ptr<Loaded>, image: ptr<Image>): bool {
  const size = image.node.attributes.size;
  image.header = zeroed();
  if (readFile(image.node, 0, addressOf(image.header), sizeof<ElfHeader>()) < 0)
    return fail(loaded, image.path, "cannot be read", NOT_EXECUTABLE);
  const header = addressOf(image.header);
  const fault = faultOfHeader(header, size);
  if (fault !== null) return fail(loaded, image.path, fault, NOT_EXECUTABLE);
  const bytes = usize(header.programHeaderCount) * sizeof<ProgramHeader>();
  const memory = malloc(bytes);
  if (memory === null) return fail(loaded, image.path, "there is no memory for it", NOT_EXECUTABLE);
  image.headers = cast<ProgramHeader>(memory);
  if (readFile(image.node, header.programHeaders, memory, bytes) !== i64(bytes))
    return fail(loaded, image.path, "cannot be read", NOT_EXECUTABLE);
  const wrong = faultOfSegments(image.headers, header.programHeaderCount, header.type, size);
  return wrong === null || fail(loaded, image.path, wrong, NOT_EXECUTABLE);
}
function protectionOf(flags: u32): u32 {
  return (
    ((flags & PF_R) !== 0 ? PROT_READ : 0) |
    ((flags & PF_W) !== 0 ? PROT_WRITE : 0) |
    ((flags & PF_X) !== 0 ? PROT_EXEC : 0)
  );
}
/** From the first segment's first page to the last one's end, and the largest alignment that a segment asks for. */
class Span extends Struct {
  start: usize;
  end: usize;
  alignment: usize;
}
function spanOf(image: ptr<Image>): Span {
  const span: Span = { start: 0, end: 0, alignment: PAGE_SIZE };
  let first = true;
  for (let i: u16 = 0; i < image.header.programHeaderCount; i++) {
    const segment = addressOf(image.headers[i]);
    if (segment.type !== PT_LOAD || segment.memorySize === 0) continue;
    if (first) span.start = segment.linear & ~(PAGE_SIZE - 1);
    first = false;
    span.end = pagesUp(segment.linear + segment.memorySize);
    const wanted = segment.alignment;
    if (popcount(wanted) === 1 && wanted > span.alignment && wanted <= 0x4000_0000) span.alignment = wanted;
  }
  return span;
}
/** One segment: its part of the file, zeros behind it in its last page, whole pages of zeros. */
function mapSegment(memory: ptr<ProgramMemory>, image: ptr<Image>, segment: ptr<ProgramHeader>): bool {
  const inPage = segment.linear & (PAGE_SIZE - 1);
  const start = image.base + segment.linear - inPage;
  const fileEnd = image.base + segment.linear + segment.fileSize;
  const end = pagesUp(image.base + segment.linear + segment.memorySize);
  const zeros = segment.fileSize === 0 ? start : pagesUp(fileEnd);
  const protection = protectionOf(segment.flags);
  if (segment.fileSize > 0) {
    const status = mapFile(
      memory,
      start,
      zeros - start,
      protection,
      MAP_FIXED,
      image.node,
      segment.fileOffset - inPage,
      image.name,
    );
    if (status < 0) return false;
    // Where it cannot be written the file's own bytes stay, as under Linux.
    if (segment.memorySize > segment.fileSize && (protection & PROT_WRITE) !== 0 && zeros > fileEnd)
      if (!clearOut(fileEnd, zeros - fileEnd)) return false;
  }
  return end <= zeros || mapZeros(memory, zeros, end - zeros, protection, MAP_FIXED) >= 0;
}
/** All of it. A shared object goes to `wanted`, or where there is room if that is 0. */
function mapImage(memory: ptr<ProgramMemory>, image: ptr<Image>, wanted: usize): bool {
  const span = spanOf(image);
  const size = span.end - span.start;
  image.base = 0;
  if (image.header.type === ET_DYN) {
    // The place for all of it, which its segments then take piece by piece.
    const at = wanted === 0 ? 0 : (wanted + span.alignment - 1) & ~(span.alignment - 1);
    const place = mapZeros(memory, at, size + (wanted === 0 ? span.alignment - PAGE_SIZE : 0), 0, 0);
    if (place < 0) return false;
    image.base = ((usize(place) + span.alignment - 1) & ~(span.alignment - 1)) - span.start;
  }
  image.headersAt = 0;
  for (let i: u16 = 0; i < image.header.programHeaderCount; i++) {
    const segment = addressOf(image.headers[i]);
    if (segment.type !== PT_LOAD || segment.memorySize === 0) continue;
    if (!mapSegment(memory, image, segment)) return false;
    const at = image.header.programHeaders;
    if (at >= segment.fileOffset && at < segment.fileOffset + segment.fileSize)
      image.headersAt = image.base + segment.linear + (at - segment.fileOffset);
  }
  image.end = image.base + span.end;
  return true;
}
/** "#!interpreter argument" in a file's first line: the file becomes an argument. 1: it is a script; 0: it is not; -1: `loaded` says what is wrong. */
function readScript(loaded: ptr<Loaded>, node: ptr<Node>, path: ptr<u8>): i32 {
  const memory = malloc(MOST_LINE + 1);
  if (memory === null) {
    fail(loaded, path, "there is no memory for it", NOT_EXECUTABLE);
    return -1;
  }
  const line = cast<u8>(memory);
  memset(line, 0, MOST_LINE + 1);
  // It stays: it has the arguments.
  const count = readFile(node, 0, line, MOST_LINE);
  if (count < 2 || line[0] !== char("#") || line[1] !== char("!")) return 0;
  let end: usize = 2;
  while (line[end] !== 0 && line[end] !== char("\n")) end++;
  line[end] = 0;
  while (end > 2 && isBlank(line[end - 1])) {
    end--;
    line[end] = 0;
  }
  let at: usize = 2;
  while (isBlank(line[at])) at++;
  const interpreter = addressOf(line[at]);
  while (line[at] !== 0 && !isBlank(line[at])) at++;
  if (line[at] !== 0) {
    line[at] = 0;
    at++;
    while (isBlank(line[at])) at++;
  }
  if (interpreter.value === 0) {
    fail(loaded, path, "its first line names no interpreter", NOT_EXECUTABLE);
    return -1;
  }
  if (loaded.args.interpret(interpreter, line[at] === 0 ? null : addressOf(line[at]), path)) return 1;
  fail(loaded, path, "too many interpreters", NOT_EXECUTABLE);
  return -1;
}
/** Its interpreter, if it has one. */
function loadInterpreter(memory: ptr<ProgramMemory>, loaded: ptr<Loaded>, program: ptr<Image>): bool {
  for (let i: u16 = 0; i < program.header.programHeaderCount; i++) {
    const segment = addressOf(program.headers[i]);
    if (segment.type === PT_GNU_STACK) loaded.executableStack = (segment.flags & PF_X) !== 0;
    if (segment.type !== PT_INTERP || loaded.interpreterBase !== 0) continue;
    const text = malloc(segment.fileSize);
    if (text === null) return fail(loaded, program.path, "there is no memory for it", NOT_EXECUTABLE);
    let path = cast<u8>(text);
    readFile(program.node, segment.fileOffset, path, segment.fileSize);
    path[segment.fileSize - 1] = 0;
    if (loaded.usesKernelLibc) path = LIBC_PATH;
    const name = open(loaded, path);
    if (name === null) {
      // As a shell has it: the program cannot be run, whatever its interpreter lacks.
      return false;
    }
    const image: Image = init({ node: name.node, name, path });
    if (!readHeaders(loaded, addressOf(image))) return false;
    if (!mapImage(memory, addressOf(image), 0))
      return fail(loaded, path, "there is no room for it in memory", NOT_EXECUTABLE);
    loaded.interpreterBase = image.base;
    loaded.entry = image.base + image.header.entry;
  }
  return true;
}
/** Loads a program and whatever it needs to begin. False: `loaded.fault`, of the file `loaded.faulty`. */
export function loadProgram(memory: ptr<ProgramMemory>, path: ptr<u8>, loaded: ptr<Loaded>): bool {
  let file = path;
  for (let scripts: u32 = 0; ; scripts++) {
    const name = open(loaded, file);
    if (name === null) return false;
    const script = readScript(loaded, name.node, file);
    if (script < 0) return false;
    if (script === 0) {
      loaded.name = name;
      break;
    }
    dropName(name);
    if (scripts === MOST_SCRIPTS) return fail(loaded, file, "too many interpreters", NOT_EXECUTABLE);
    file = loaded.args.front[0];
  }
  const image: Image = init({ node: loaded.name.node, name: loaded.name, path: file });
  if (!readHeaders(loaded, addressOf(image))) return false;
  if (!mapImage(memory, addressOf(image), PROGRAM_BASE))
    return fail(loaded, file, "there is no room for it in memory", NOT_EXECUTABLE);
  loaded.programEntry = image.base + image.header.entry;
  loaded.entry = loaded.programEntry;
  loaded.headers = image.headersAt;
  loaded.headerCount = u64(image.header.programHeaderCount);
  loaded.end = image.end;
  return loadInterpreter(memory, loaded, addressOf(image));
}
