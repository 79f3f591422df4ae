/*
 * The program `vitrine` of the source as it is, bundled, with its prebuilt handlers: what `npm run build` makes, but for its
 * declarations, and away from dist/. Linux runs five times slower through a loader of TypeScript: there each import is a property
 * that is looked up at every use.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface BuiltProgram {
  /** Path of the program, for Node. */
  readonly main: string;
  remove(): void;
}

/** Throws where the source does not build. */
export function buildProgram(): BuiltProgram {
  // Within the repository, so that packages are found.
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "vitrine-linux-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    buildSync({
      absWorkingDir: root,
      entryPoints: {
        testing: "src/testing.ts",
        "cli/main": "src/cli/main.ts",
        "cli/build-interpreter": "src/cli/build-interpreter.ts",
        "cli/build-types-worker": "src/cli/build-types-worker.ts",
      },
      outdir: folder,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      packages: "external",
      alias: { typescript: "./src/cli/build-typescript.ts" },
      logLevel: "error",
    });
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(folder, "cli/build-interpreter.js"), folder],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`the interpreter's handlers were not built: ${stderr}`);
  } catch (error) {
    remove();
    throw error;
  }
  return { main: join(folder, "cli/main.js"), remove };
}
