/** Prebuilt handlers (engine/prebuilt.ts) as files of the built package: handlers/*.wasm, *.json and index.json. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChunkPlace, Prebuilt } from "./engine/chunks.ts";

/** Names of the files that are no chunk. */
export const RUNTIME = "runtime.wasm";
export const INDEX = "index.json";

/** The files beside this build of the package; undefined when running from source. */
export function loadPrebuilt(): Prebuilt | undefined {
  // Bundled, this file is at the top of dist/ or in dist/cli/.
  const folder = ["./handlers/", "../handlers/"]
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(join(place, INDEX)));
  if (folder === undefined) return undefined;
  const compile = (file: string): WebAssembly.Module =>
    new WebAssembly.Module(readFileSync(join(folder, file)));
  return {
    runtime: compile(RUNTIME),
    // as: writePrebuilt has written these files so, into this same build
    places: JSON.parse(readFileSync(join(folder, INDEX), "utf8")) as ChunkPlace[],
    load: (name) => ({
      keys: JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as string[],
      module: compile(`${name}.wasm`),
    }),
  };
}
