/*
 * Building again whenever a source changes. Folders are watched and not files: editors write a new file and rename it. Changes that come
 * together make one build. It ends with SIGINT or SIGTERM.
 */
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { textOf } from "./build-sources.ts";

export interface Build {
  readonly good: boolean;
  /** The files that were asked for with their texts; undefined: not there. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

/** Milliseconds without a change before a build. */
const QUIET = 50;

/** Builds at once, and then after every change to one of the files; says a line each time. */
export async function watchBuild(
  build: () => Build,
  output: string,
  say: (text: string) => void,
): Promise<void> {
  const watchers = new Map<string, FSWatcher>();
  let files = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const once = (): void => {
    const start = performance.now();
    let built: Build;
    try {
      built = build();
    } catch (error) {
      // The disk is full, or the output's folder is gone: the next change may find it mended.
      say(`${error instanceof Error ? error.message : String(error)}\n`);
      return;
    }
    files = new Set(built.files.keys());
    follow();
    // What changed while it was not watched yet.
    if ([...built.files].some(([name, text]) => textOf(name) !== text)) again();
    const milliseconds = Math.round(performance.now() - start);
    say(built.good ? `built ${output} in ${milliseconds} ms\n` : `not built (${milliseconds} ms)\n`);
  };
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(once, QUIET);
  };
  const follow = (): void => {
    const folders = new Set([...files].map(dirname));
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, (_event, name) => changed(folder, name));
        watcher.on("error", () => void watchers.delete(folder));
        watchers.set(folder, watcher);
      } catch {
        // An import of a folder that is not there: its diagnostic has said so.
      }
    }
  };
  const changed = (folder: string, name: string | null): void => {
    const known = name === null || [...files].some((f) => dirname(f) === folder && basename(f) === name);
    if (known) again();
  };

  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
      resolve();
    };
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
    once();
  });
}
