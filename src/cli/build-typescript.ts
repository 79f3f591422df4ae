/*
 * TypeScript, for programs that are built with `scripts/build.ts`: there `import "typescript"` means this file. Node looks through a package
 * that is imported for what it exports, which takes longer than loading it: here it is required.
 */
import { createRequire } from "node:module";
import type TypeScript from "typescript";

export default createRequire(import.meta.url)("typescript") as typeof TypeScript;
