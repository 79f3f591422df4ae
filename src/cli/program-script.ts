/*
 * The command as a script, with V8's code of what a run of a program needs of it: half of a short run's time went to reading modules and compiling
 * them. build-program-code.ts leaves that code beside the script; another V8, or one with other flags, refuses it, and compiles as ever.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

/** In the folder above this program; scripts/build.ts writes them there. */
export const SCRIPT = "program.script";
export const SCRIPT_CODE = "program.code";
/** What stands around the script's text, so that it is one function; `programUrl` is what modules know as import.meta.url. */
export const SCRIPT_START = "(function (exports, require, module, programUrl) {";
export const SCRIPT_END = "})";

export interface LoadedProgram {
  readonly script: Script;
  readonly program: typeof import("./process.ts");
}

function bytesOf(url: URL): Buffer | undefined {
  try {
    return readFileSync(url);
  } catch {
    return undefined;
  }
}

export function loadProgram(): LoadedProgram {
  const url = new URL(`../${SCRIPT}`, import.meta.url);
  const filename = fileURLToPath(url);
  const cachedData = bytesOf(new URL(`../${SCRIPT_CODE}`, import.meta.url));
  // The script is ASCII.
  const script = new Script(readFileSync(url, "latin1"), { filename, ...(cachedData && { cachedData }) });
  const module: { exports: unknown } = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(url), module, url.href);
  // as: scripts/build.ts makes the script of that file
  return { script, program: module.exports as LoadedProgram["program"] };
}
