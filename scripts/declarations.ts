/*
 * What the declarations in dist/ need beside what tsc writes. They mention WebAssembly's memories and modules, which neither the
 * ES libraries nor @types/node 20 declare; the names are declared empty, so that they merge with the "dom" library's, or with anyone
 * else's, where there is one. (types/webassembly.d.ts, which our own sources are checked with, would clash with it.)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "webassembly-names.d.ts";
/** What users import. */
const ENTRIES = ["index.d.ts", "testing.d.ts"];
const NAMES = `/** Names only: what is in them says whoever declares WebAssembly's interface, such as the "dom" library. */
declare namespace WebAssembly {
  interface Memory {}
  interface Module {}
}
`;

/** Completes the declarations of the library in folder `out`. */
export function completeDeclarations(out: string): void {
  writeFileSync(join(out, FILE), NAMES);
  for (const name of ENTRIES) {
    const entry = join(out, name);
    writeFileSync(entry, `/// <reference path="./${FILE}" />\n${readFileSync(entry, "utf8")}`);
  }
}
