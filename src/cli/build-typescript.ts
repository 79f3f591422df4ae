/*
 * TypeScript, for programs that are built with `scripts/build.ts`: there `import "typescript"` means this file. Node looks through a package
 * that is imported for what it exports, which takes longer than loading it: here it is required; and with V8's code for what a build needs of
 * it, if `build-code.ts` has left that beside this program for the same TypeScript, Node and flags.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import type TypeScript from "typescript";

const require = createRequire(import.meta.url);
const { version }: { version: string } = require("typescript/package.json");
const FILE = `typescript-${version}.code`;

/** This file may be in a chunk above the program. */
function readCode(): Buffer | undefined {
  for (const name of [FILE, `cli/${FILE}`]) {
    try {
      return readFileSync(fileURLToPath(new URL(name, import.meta.url)));
    } catch {
      // It is quicker with it, and works without.
    }
  }
  return undefined;
}

let script: Script | undefined;
/** Leaves the code of all that has been used of TypeScript in a folder. */
export function writeCode(folder: string): void {
  if (script) writeFileSync(`${folder}/${FILE}`, script.createCachedData());
}

function load(): typeof TypeScript {
  const filename = require.resolve("typescript");
  const cachedData = readCode();
  // As Node wraps a module that is required.
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, "utf8")}\n})`;
  script = new Script(text, { filename, ...(cachedData && { cachedData }) });
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, dirname(filename));
  return module.exports as typeof TypeScript;
}

export default load();
