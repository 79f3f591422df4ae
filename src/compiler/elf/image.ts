/**
 * Objects to a program: what a target adds to them (start-up code, headers for boot loaders), linked and written. A static
 * Linux executable, or a kernel image that PVH, multiboot and multiboot 2 loaders boot.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { executable, IMAGE_OFFSET } from "./executable.ts";
import { type Linked, link } from "./link.ts";
import { type ObjectFile, objectFile } from "./object-file.ts";
import { LINK } from "./problem.ts";
import { kernelHeaders, kernelStart } from "./start-kernel.ts";
import { linuxStart } from "./start-linux.ts";

export const TARGETS = ["kernel", "linux"] as const;
export type Target = (typeof TARGETS)[number];

export interface ImageOptions {
  readonly target: Target;
  /** Address of the first section; default 0x200000 for kernels, 0x400000 for Linux. */
  readonly base?: number;
  /** Demanded addresses of sections, by name. */
  readonly sections?: ReadonlyMap<string, number>;
}

const BASES: Readonly<Record<Target, number>> = { kernel: 0x20_0000, linux: 0x40_0000 };
const ENTRY = "_start";
/** A multiboot header lies in the file's first so many bytes (multiboot 0.6.96 §3.1). */
const MULTIBOOT_REACH = 8192;
const MULTIBOOT_SIZE = 32;

const defines = (objects: readonly ObjectFile[], name: string): boolean =>
  objects.some((o) => o.symbols.some((s) => s.exported && s.name === name));

function ownPieces(objects: readonly ObjectFile[], target: Target): ObjectFile {
  const start = defines(objects, ENTRY) ? [] : target === "kernel" ? kernelStart() : linuxStart();
  return objectFile({ pieces: target === "kernel" ? [...kernelHeaders(), ...start] : start }).file;
}

/** A loader by address fields puts the file, from the header's place on, at one address. */
function multibootProblems({ sections }: Linked): Diagnostic[] {
  const inMemory = sections.filter((s) => s.kind !== "debug");
  const first = Math.min(...inMemory.map((s) => s.address));
  const header = inMemory.find((s) => s.name === ".multiboot");
  if (header === undefined) return [];
  const offset = header.address - first + IMAGE_OFFSET;
  if (offset + MULTIBOOT_SIZE <= MULTIBOOT_REACH) return [];
  const lowest = inMemory.find((s) => s.address === first)!.name;
  const why = `section ${lowest} lies so far below the image that its multiboot header is beyond the first 8 KiB`;
  return [LINK.reach(undefined, why)];
}

/** Links objects to the bytes of an ELF file. */
export function image(
  objects: readonly ObjectFile[],
  options: ImageOptions,
): { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly problems: readonly Diagnostic[] } {
  const begin = options.target === "kernel" ? "kmain" : "main";
  if (!defines(objects, ENTRY) && !defines(objects, begin)) {
    return { problems: [LINK.noEntry(undefined, begin)] };
  }
  const { linked, problems } = link([ownPieces(objects, options.target), ...objects], {
    base: options.base ?? BASES[options.target],
    entry: ENTRY,
    ...(options.sections && { sections: options.sections }),
  });
  const all = problems.length > 0 ? problems : multibootProblems(linked);
  return all.length > 0 ? { problems: all } : { bytes: executable(linked) };
}
