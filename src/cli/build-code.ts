/*
 * A step of the build: compiles a program as `vitrine build` does, and leaves V8's code of what that used of TypeScript in the folder
 * given, for build-typescript.ts. With the same flags, or V8 would not take it.
 */
import { optimiseLate } from "./build-tiers.ts";

const [folder, source] = process.argv.slice(2);
if (folder === undefined || source === undefined) {
  console.error("usage: build-code FOLDER FILE.ts");
  process.exitCode = 2;
} else {
  optimiseLate();
  const { checkProgram } = await import("../compiler/frontend/check.ts");
  const { sourceText, LIBRARY } = await import("./build-sources.ts");
  const { writeCode } = await import("./build-typescript.ts");
  checkProgram(source, { readFile: sourceText }, { debug: false, library: LIBRARY });
  writeCode(folder);
}
