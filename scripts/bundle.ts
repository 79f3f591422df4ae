/*
 * The JavaScript of dist/ from src/, as few files: loading two hundred modules one by one took half of a short run's time. Packages
 * stay outside.
 */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildSync } from "esbuild";
import { SCRIPT, SCRIPT_END, SCRIPT_START } from "../src/cli/program-script.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  packages: "external",
  alias: { typescript: "./src/cli/build-typescript.ts" },
  sourcemap: "linked",
  logLevel: "error",
} as const satisfies BuildOptions;

/** The library, and what the build and the command run beside themselves. Code that several of them share is in chunks at the top of dist/. */
export function bundle(out: string): void {
  buildSync({
    ...options,
    entryPoints: {
      index: "src/index.ts",
      testing: "src/testing.ts",
      "cli/build-interpreter": "src/cli/build-interpreter.ts",
      "cli/build-types-worker": "src/cli/build-types-worker.ts",
      "cli/build-predecoded": "src/cli/build-predecoded.ts",
      "cli/build-program-code": "src/cli/build-program-code.ts",
      "cli/build-code": "src/cli/build-code.ts",
    },
    outdir: out,
    splitting: true,
    chunkNames: "[name]-[hash]",
    format: "esm",
  });
}

/**
 * The command as one script (src/cli/program-script.ts), which begins and ends like a function, and what loads it, cli/main.js. Without V8's code
 * for it, which the build adds, it is only slower.
 */
export function bundleProgram(out: string): void {
  buildSync({
    ...options,
    entryPoints: ["src/cli/start.ts"],
    outfile: join(out, "cli/main.js"),
    format: "esm",
  });
  buildSync({
    ...options,
    // commander is in it, with its licence beside it: finding and reading it took ten times as long as it does so.
    packages: "bundle",
    external: ["chalk"],
    entryPoints: ["src/cli/process.ts"],
    outfile: join(out, SCRIPT),
    format: "cjs",
    define: { "import.meta.url": "programUrl" },
    banner: { js: SCRIPT_START },
    footer: { js: SCRIPT_END },
    minifyWhitespace: true,
  });
  copyFileSync(join(root, "node_modules/commander/LICENSE"), join(out, "commander.LICENSE"));
}
