/** A step of the build: writes the prebuilt handlers (engine/chunks.ts) into the folder given, which is dist/ in the making. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChunkPlace } from "../engine/chunks.ts";
import { buildPrebuilt } from "../engine/prebuilt.ts";
import { buildDecodeTable } from "../isa/decode-table.ts";
import { TABLE } from "../isa/table.ts";
import { INDEX, RUNTIME } from "../prebuilt.ts";

function writePrebuilt(folder: string): void {
  const out = join(folder, "handlers");
  mkdirSync(out, { recursive: true });
  const { runtime, chunks } = buildPrebuilt();
  writeFileSync(join(out, RUNTIME), runtime);
  for (const { name, keys, bytes } of chunks) {
    writeFileSync(join(out, `${name}.wasm`), bytes);
    writeFileSync(join(out, `${name}.json`), JSON.stringify(keys));
  }
  const places: ChunkPlace[] = chunks.map(({ name, first, count }) => ({ name, first, count }));
  writeFileSync(join(out, INDEX), JSON.stringify(places));
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: build-interpreter FOLDER");
  process.exitCode = 2;
} else {
  // The whole table is checked once, here; a running program builds the opcodes that it meets.
  buildDecodeTable(TABLE);
  writePrebuilt(folder);
}
