/**
 * Handlers made at build time, in chunks that are loaded when first needed: what one is, and where engines get them.
 *
 * A chunk holds the shapes of one mode and unit; its handlers have fixed places in the function table. Without a
 * provider (in a page, or when running from source) handlers are made one by one instead; the result is the same.
 */
import type { Predecoded } from "./predecoded.ts";

/** Where a chunk's handlers lie in the function table. */
export interface ChunkPlace {
  readonly name: string;
  readonly first: number;
  readonly count: number;
}
/** What a running engine gets: places of all chunks, and each chunk's content on demand. */
export interface Prebuilt {
  readonly runtime: WebAssembly.Module;
  readonly places: readonly ChunkPlace[];
  load(name: string): { readonly keys: readonly string[]; readonly module: WebAssembly.Module };
  /** Code that many machines run. */
  readonly predecoded?: Predecoded | undefined;
}

let provider: () => Prebuilt | undefined = () => undefined;
let cached: Prebuilt | undefined;
/** Says where engines find prebuilt handlers; asked once, when the first engine is made. */
export function usePrebuilt(load: () => Prebuilt | undefined): void {
  provider = load;
}
export function prebuilt(): Prebuilt | undefined {
  cached ??= provider();
  return cached;
}
