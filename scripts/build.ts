/*
 * Builds dist/ from src/. The steps run in order in a fresh folder beside dist/, which takes its place only when all have succeeded:
 * a build that fails leaves the old dist/ as it was, and no file outlives its source.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { completeDeclarations } from "./declarations.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A step gets the folder that will be dist/; it throws if it fails. */
type Step = { name: string; run: (out: string) => void };

function command(program: string, ...args: string[]): void {
  const { status, signal, error } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${signal ?? `exit status ${status}`}`);
}

/** What a program of this build makes once, at build time, from its own tables. It is given the output folder. */
const generate = (name: string, program: string): Step => ({
  name,
  run: (out) => command(process.execPath, join(out, program), out),
});

const tsc = join(root, "node_modules/typescript/bin/tsc");

/**
 * JavaScript as few files: loading the two hundred modules one by one took half of a short run's time. Code that
 * several entries share is in chunks at the top of dist/. The package's dependencies stay outside.
 */
function bundle(out: string): void {
  buildSync({
    absWorkingDir: root,
    entryPoints: {
      index: "src/index.ts",
      "cli/main": "src/cli/main.ts",
      "cli/build-interpreter": "src/cli/build-interpreter.ts",
    },
    outdir: out,
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    sourcemap: "linked",
    logLevel: "error",
  });
}

const steps: Step[] = [
  {
    name: "check and declare",
    run: (out) =>
      command(process.execPath, tsc, "-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", out),
  },
  { name: "complete the declarations", run: completeDeclarations },
  { name: "bundle", run: bundle },
  { name: "mark the program executable", run: (out) => chmodSync(join(out, "cli/main.js"), 0o755) },
  // The interpreter's wasm and the decoder's tables, from the instruction table.
  generate("interpreter", "cli/build-interpreter.js"),
];

const out = mkdtempSync(join(root, ".build-"));
let step = "";
try {
  for (const { name, run } of steps) {
    step = name;
    run(out);
  }
  chmodSync(out, 0o755);
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  renameSync(out, dist);
} catch (error) {
  rmSync(out, { recursive: true, force: true });
  console.error(`build: ${step}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
