/*
 * A step of the build: decodes an ELF image beforehand, from all of its symbols that are in segments of code, and leaves that with the prebuilt
 * handlers of the folder given.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { usePrebuilt } from "../engine/chunks.ts";
import { ElfFile, SEGMENT_TYPE } from "../machine/boot/elf.ts";
import { elfSymbols } from "../machine/boot/elf-symbols.ts";
import { predecodeImage } from "../machine/predecode-image.ts";
import { loadPrebuilt, PREDECODED } from "../prebuilt.ts";

/** PF_X. */
const EXECUTABLE = 1;

function writePredecoded(folder: string, image: string): void {
  const prebuilt = loadPrebuilt();
  if (prebuilt === undefined) throw new Error("there are no handlers");
  usePrebuilt(() => prebuilt);
  const file = new ElfFile(readFileSync(image));
  const code = file
    .segments()
    .filter(({ type, flags }) => type === SEGMENT_TYPE.load && (flags & EXECUTABLE) !== 0)
    .map((s) => ({ address: Number(s.physicalAddress), bytes: file.slice(s.offset, s.fileSize) }));
  const entries = elfSymbols(
    file,
    file.sections(),
    false,
  )(0)
    .map((symbol) => Number(symbol.address))
    .filter((at) => code.some(({ address, bytes }) => at >= address && at < address + bytes.length));
  writeFileSync(
    join(folder, "handlers", PREDECODED),
    predecodeImage(code, entries, prebuilt, prebuilt.build),
  );
}

const [folder, image] = process.argv.slice(2);
if (folder === undefined || image === undefined) {
  console.error("usage: build-predecoded FOLDER IMAGE");
  process.exitCode = 2;
} else writePredecoded(folder, image);
