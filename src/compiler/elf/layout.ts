/**
 * Where sections of the same name from several objects lie together, and at which addresses: code, then read-only data, then
 * data, then zeros, each kind on pages of its own, so that no page is both writable and executable. A section whose address
 * is demanded lies there; two that overlap are a problem.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ObjectFile, Section, SectionKind } from "./object-file.ts";
import { LINK } from "./problem.ts";

export const PAGE = 4096;

/** A section of one object, in the output section that it has become a part of. */
export interface Part {
  readonly object: ObjectFile;
  readonly section: Section;
  /** Bytes from the output section's start. */
  readonly offset: number;
}
export interface OutputSection {
  readonly name: string;
  readonly kind: SectionKind;
  readonly align: number;
  readonly size: number;
  /** 0 for debugging sections. */
  readonly address: number;
  readonly parts: readonly Part[];
  readonly strings: boolean;
}

/** In this order in memory. */
const KINDS: readonly SectionKind[] = ["code", "read-only data", "data", "zeros", "debug"];
/** Within their kind these come first. */
const FIRST = [".multiboot", ".note.Xen", ".text", ".rodata", ".data", ".bss"];

const up = (value: number, to: number): number => Math.ceil(value / to) * to;
const hex = (n: number): string => `0x${n.toString(16)}`;

function join(objects: readonly ObjectFile[], problems: Diagnostic[]): Omit<OutputSection, "address">[] {
  const byName = new Map<
    string,
    { kind: SectionKind; align: number; size: number; parts: Part[]; strings: boolean }
  >();
  for (const object of objects) {
    for (const section of object.sections) {
      let out = byName.get(section.name);
      if (out === undefined) {
        out = { kind: section.kind, align: 1, size: 0, parts: [], strings: section.strings ?? false };
        byName.set(section.name, out);
      }
      if (out.kind !== section.kind) {
        const kinds = new Set([out.kind, section.kind]);
        if (kinds.has("zeros") && kinds.has("data")) out.kind = "data";
        else {
          problems.push(
            LINK.mixedSection(
              undefined,
              section.name,
              `${out.kind} in one object`,
              `${section.kind} in another`,
            ),
          );
        }
      }
      const offset = up(out.size, section.align);
      out.parts.push({ object, section, offset });
      out.size = offset + section.size;
      out.align = Math.max(out.align, section.align);
    }
  }
  const rank = (name: string): number => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return [...byName]
    .map(([name, s]) => ({ name, ...s }))
    .filter((s) => s.size > 0)
    .map((s, i) => ({ s, i }))
    .sort(
      (a, b) =>
        KINDS.indexOf(a.s.kind) - KINDS.indexOf(b.s.kind) || rank(a.s.name) - rank(b.s.name) || a.i - b.i,
    )
    .map(({ s }) => s);
}

/** `fixed`: addresses of sections by name. Sections without bytes are left out. */
export function layOut(
  objects: readonly ObjectFile[],
  base: number,
  fixed: ReadonlyMap<string, number>,
): { readonly sections: readonly OutputSection[]; readonly problems: readonly Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const joined = join(objects, problems);
  let next = base;
  let kind: SectionKind | undefined;
  const sections = joined.map((s): OutputSection => {
    if (s.kind === "debug") return { ...s, address: 0 };
    const demanded = fixed.get(s.name);
    if (demanded !== undefined) {
      if (demanded % s.align !== 0) {
        const why = `section ${s.name} cannot lie at ${hex(demanded)}: it is aligned to ${s.align}`;
        problems.push(LINK.sectionAddress(undefined, why));
      }
      return { ...s, address: demanded };
    }
    if (s.kind !== kind) next = up(next, PAGE);
    kind = s.kind;
    const address = up(next, s.align);
    next = address + s.size;
    return { ...s, address };
  });
  for (const name of fixed.keys()) {
    if (!joined.some((s) => s.name === name)) {
      problems.push(LINK.sectionAddress(undefined, `there is no section ${name} to give an address`));
    }
  }
  const placed = sections.filter((s) => s.kind !== "debug").sort((a, b) => a.address - b.address);
  for (const [i, b] of placed.entries()) {
    const a = placed[i - 1];
    if (a === undefined) continue;
    const end = a.address + a.size;
    if (end > b.address) {
      problems.push(LINK.overlap(undefined, a.name, a.address, end, b.name, b.address));
    } else if (a.kind !== b.kind && up(end, PAGE) > b.address && protection(a.kind) !== protection(b.kind)) {
      problems.push(LINK.sharedPage(undefined, a.name, b.name, b.address));
    }
  }
  return { sections, problems };
}

export const protection = (kind: SectionKind): "rx" | "r" | "rw" =>
  kind === "code" ? "rx" : kind === "read-only data" ? "r" : "rw";
