/** A step of the build: writes the prebuilt handlers (engine/chunks.ts) into the folder given, which is dist/ in the making. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChunkPlace } from "../engine/chunks.ts";
import { buildPrebuilt } from "../engine/prebuilt.ts";
import { buildDecodeTable } from "../isa/decode-table.ts";
import { TABLE } from "../isa/table.ts";
import { BUILD, INDEX, RUNTIME } from "../prebuilt.ts";

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
  const hash = createHash("sha256").update(JSON.stringify(places)).update(runtime);
  for (const { keys, bytes } of chunks) hash.update(JSON.stringify(keys)).update(bytes);
  writeFileSync(join(out, INDEX), JSON.stringify(places));
  writeFileSync(join(out, BUILD), JSON.stringify(hash.digest().readUInt32LE()));
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
