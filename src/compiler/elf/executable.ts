/**
 * Linked sections as an executable (ET_EXEC): PT_LOAD segments by rights, PT_NOTE for notes, a stack that is not executable, and
 * the symbol table. No interpreter, no dynamic section: static programs and kernels.
 *
 * In the file every section lies as far from the first as in memory, so that a loader that knows addresses only (multiboot's
 * address fields) can load it too.
 */
import { elfFile, type FileSection, headersSize, type Segment } from "./file.ts";
import * as elf from "./format.ts";
import { PAGE, protection } from "./layout.ts";
import type { Linked, LinkedSection } from "./link.ts";
import { sectionFlags, sectionType } from "./section-flags.ts";
import { symbolTable } from "./symbol-table.ts";

/** Where in the file the first section lies: behind all headers. */
export const IMAGE_OFFSET = PAGE;
/** So far apart that the file would be mostly holes: then sections do not keep their distances. */
const DENSE_LIMIT = 64 << 20;

const RIGHTS = { rx: elf.PF_R | elf.PF_X, r: elf.PF_R, rw: elf.PF_R | elf.PF_W } as const;

const SYMBOL_TYPES = { function: elf.STT_FUNC, object: elf.STT_OBJECT, bound: elf.STT_NOTYPE } as const;

interface Placed {
  readonly section: LinkedSection;
  readonly offset: number;
}

/** File offsets: congruent to the addresses modulo the page size. */
function place(sections: readonly LinkedSection[]): Placed[] {
  const base = Math.floor((sections[0]?.address ?? 0) / PAGE) * PAGE;
  const last = sections.findLast((s) => s.kind !== "zeros");
  const dense = last === undefined || last.address - base < DENSE_LIMIT;
  let end = IMAGE_OFFSET;
  return sections.map((section) => {
    const offset = dense
      ? section.address - base + IMAGE_OFFSET
      : end + ((((section.address - end) % PAGE) + PAGE) % PAGE);
    if (section.kind !== "zeros") end = offset + section.bytes.length;
    return { section, offset };
  });
}

/** One for each run of sections of one protection that lie as far apart in the file as in memory. Zeros end a run. */
function loads(placed: readonly Placed[]): Segment[] {
  const runs: Placed[][] = [];
  for (const p of placed) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const joins =
      before !== undefined &&
      protection(before.section.kind) === protection(p.section.kind) &&
      (before.section.kind !== "zeros" || p.section.kind === "zeros") &&
      p.offset - before.offset === p.section.address - before.section.address &&
      p.section.address - (before.section.address + before.section.size) < PAGE;
    if (joins) run!.push(p);
    else runs.push([p]);
  }
  return runs.map((run) => {
    const [first] = run;
    const last = run.at(-1)!;
    const lastStored = run.findLast(({ section }) => section.kind !== "zeros");
    const { address, kind } = first!.section;
    const stored = lastStored && lastStored.section.address + lastStored.section.size;
    return {
      type: elf.PT_LOAD,
      flags: RIGHTS[protection(kind)],
      // Of zeros alone nothing is in the file, which may end before their place.
      offset: stored === undefined ? address % PAGE : first!.offset,
      address,
      fileSize: stored === undefined ? 0 : stored - address,
      memorySize: last.section.address + last.section.size - address,
      align: PAGE,
    };
  });
}

/** The bytes of the file. */
export function executable({ sections, symbols, entry }: Linked): Uint8Array<ArrayBuffer> {
  const inMemory = sections.filter((s) => s.kind !== "debug").sort((a, b) => a.address - b.address);
  const debug = sections.filter((s) => s.kind === "debug");
  const placed = place(inMemory);
  const notes = placed.filter(({ section }) => section.name.startsWith(".note"));
  const segments: Segment[] = [
    ...loads(placed),
    ...notes.map(({ section, offset }) => ({
      type: elf.PT_NOTE,
      flags: elf.PF_R,
      offset,
      address: section.address,
      fileSize: section.size,
      memorySize: section.size,
      align: 4,
    })),
    {
      type: elf.PT_GNU_STACK,
      flags: elf.PF_R | elf.PF_W,
      offset: 0,
      address: 0,
      fileSize: 0,
      memorySize: 0,
      align: 16,
    },
  ];
  if (headersSize(segments.length) > IMAGE_OFFSET)
    throw new RangeError(`${segments.length} segments are too many`);
  const all = [...inMemory, ...debug];
  const numberOf = new Map(all.map((s, i) => [s.name, i + 1]));
  const table = symbolTable(
    symbols.map((s) => ({
      name: s.name,
      type: SYMBOL_TYPES[s.kind],
      global: s.exported,
      section: (s.section !== undefined && numberOf.get(s.section)) || elf.SHN_ABS,
      value: s.address,
      size: s.size,
    })),
  );
  const described: FileSection[] = all.map((s) => ({
    name: s.name,
    type: sectionType(s),
    flags: sectionFlags(s),
    address: s.address,
    bytes: s.bytes,
    size: s.size,
    align: s.align,
    ...(s.strings && { entrySize: 1 }),
    ...(s.kind !== "debug" && { offset: placed.find((p) => p.section === s)!.offset }),
  }));
  return elfFile(elf.ET_EXEC, entry, segments, [
    ...described,
    {
      name: ".symtab",
      type: elf.SHT_SYMTAB,
      flags: 0,
      address: 0,
      bytes: table.symbols,
      align: 8,
      link: all.length + 2,
      info: table.locals,
      entrySize: elf.SYMBOL_SIZE,
    },
    { name: ".strtab", type: elf.SHT_STRTAB, flags: 0, address: 0, bytes: table.strings, align: 1 },
  ]);
}
