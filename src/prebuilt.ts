/** Prebuilt handlers (engine/prebuilt.ts) as files of the built package: handlers/*.wasm, *.json and index.json. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChunkPlace, Prebuilt } from "./engine/chunks.ts";
import { Predecoded } from "./engine/predecoded.ts";

/** Names of the files that are no chunk. */
export const RUNTIME = "runtime.wasm";
export const INDEX = "index.json";
export const PREDECODED = "predecoded.bin";

/** Says which build of the handlers this is. */
export const BUILD = "build.json";

export interface BuiltHandlers extends Prebuilt {
  /** A number of what the handlers are: of two builds it is another. */
  readonly build: number;
}

/** The files beside this build of the package; undefined when running from source. */
export function loadPrebuilt(): BuiltHandlers | undefined {
  // Bundled, this file is at the top of dist/ or in dist/cli/.
  const folder = ["./handlers/", "../handlers/"]
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((place) => existsSync(join(place, INDEX)));
  if (folder === undefined) return undefined;
  const compile = (file: string): WebAssembly.Module =>
    new WebAssembly.Module(readFileSync(join(folder, file)));
  // as: writePrebuilt has written these files so, into this same build
  const places = JSON.parse(readFileSync(join(folder, INDEX), "utf8")) as ChunkPlace[];
  const buildFile = join(folder, BUILD);
  const build = existsSync(buildFile) ? Number(JSON.parse(readFileSync(buildFile, "utf8"))) : 0;
  const predecoded = join(folder, PREDECODED);
  return {
    build,
    places,
    runtime: compile(RUNTIME),
    predecoded: existsSync(predecoded) ? Predecoded.read(readFileSync(predecoded), build) : undefined,
    load: (name) => ({
      keys: JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as string[],
      module: compile(`${name}.wasm`),
    }),
  };
}
