/**
 * Where an ELF program's own libraries are: the directories that DT_RUNPATH and DT_RPATH name, in the program and in the libraries that are
 * found there (System V ABI, chapter 5, "Shared Object Dependencies"). The system's directories and its cache are the guest's ld.so's to
 * know. Nothing is loaded or checked: a file that cannot be understood names no directory.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ElfFile, SEGMENT_TYPE } from "../machine/boot/elf.ts";

const DT = { needed: 1n, strtab: 5n, strsz: 10n, rpath: 15n, runpath: 29n } as const;
const DYNAMIC_ENTRY = 16;
/** Program headers of an executable are in its first page. */
const HEAD = 4096;
/** More than any program has of dynamic entries and names of libraries' functions, in bytes; what is larger is not read. */
const MOST_TABLE = 1 << 26;
/** Files that are looked into at most. */
const MOST_FILES = 512;

interface Dynamic {
  readonly needed: readonly string[];
  /** With $ORIGIN as it stands in the file. */
  readonly directories: readonly string[];
}

/** Absolute directories that exist, each once. `program`: a file of the host. */
export function libraryDirectories(program: string): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const left = [{ file: program, inherited: [] as readonly string[] }];
  for (let next = left.shift(); next !== undefined && seen.size < MOST_FILES; next = left.shift()) {
    if (seen.has(next.file)) continue;
    seen.add(next.file);
    const dynamic = attempt(() => readDynamic(next.file));
    if (dynamic === undefined) continue;
    const origin = dirname(attempt(() => realpathSync(next.file)) ?? next.file);
    const own = dynamic.directories.map((text) => text.replace(/\$(ORIGIN\b|\{ORIGIN\})/g, origin));
    const directories = own
      .filter((path) => path.startsWith("/"))
      .map((path) => resolve(path))
      .filter(isDirectory);
    for (const directory of directories) found.add(directory);
    const searched = [...directories, ...next.inherited];
    for (const name of dynamic.needed) {
      const directory = searched.find((path) => existsSync(join(path, name)));
      if (directory !== undefined) left.push({ file: join(directory, name), inherited: searched });
    }
  }
  return [...found];
}

const isDirectory = (path: string): boolean => attempt(() => statSync(path).isDirectory()) === true;

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Throws what the file system throws, ElfError and RangeError. */
function readDynamic(path: string): Dynamic | undefined {
  const file = openSync(path, "r");
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const read = (position: number, size: number): Uint8Array => {
      if (size > MOST_TABLE) throw new RangeError(`${path}: a table of ${size} bytes`);
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readSync(file, bytes, 0, size, position));
    };
    const segments = new ElfFile(read(0, HEAD)).segments();
    const segment = segments.find(({ type }) => type === SEGMENT_TYPE.dynamic);
    if (segment === undefined) return undefined;
    const entries = entriesOf(read(segment.offset, segment.fileSize));
    const first = (tag: bigint): bigint | undefined => entries.find((e) => e.tag === tag)?.value;
    const table = first(DT.strtab) ?? 0n;
    const holder = segments.find(
      (s) =>
        s.type === SEGMENT_TYPE.load &&
        table >= s.virtualAddress &&
        table - s.virtualAddress < BigInt(s.fileSize),
    );
    if (holder === undefined) return undefined;
    const place = holder.offset + Number(table - holder.virtualAddress);
    const texts = Buffer.from(read(place, Number(first(DT.strsz) ?? 0n)));
    const textAt = (offset: bigint): string => {
      const start = Number(offset);
      const end = texts.indexOf(0, start);
      return texts.toString("utf8", start, end < 0 ? undefined : end);
    };
    const all = (tag: bigint): string[] => entries.filter((e) => e.tag === tag).map((e) => textAt(e.value));
    const runpath = all(DT.runpath);
    return {
      needed: all(DT.needed),
      // DT_RPATH counts only where there is no DT_RUNPATH.
      directories: (runpath.length > 0 ? runpath : all(DT.rpath)).flatMap((text) => text.split(":")),
    };
  } finally {
    closeSync(file);
  }
}

/** Up to DT_NULL. */
function entriesOf(bytes: Uint8Array): { tag: bigint; value: bigint }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: { tag: bigint; value: bigint }[] = [];
  for (let at = 0; at + DYNAMIC_ENTRY <= bytes.length; at += DYNAMIC_ENTRY) {
    const tag = view.getBigUint64(at, true);
    if (tag === 0n) break;
    entries.push({ tag, value: view.getBigUint64(at + 8, true) });
  }
  return entries;
}
