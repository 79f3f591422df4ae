/** Files for the programs to work on, the same each time but for the sources of this repository. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Lines of docs/isa.md that are looked at. */
const LINES = 2000;
const DATA = 65536;
/** As the repository's own tsconfig.json has them. */
const OPTIONS = {
  target: "ES2022",
  lib: ["ES2023"],
  module: "NodeNext",
  types: [],
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
};
/** When all files were changed last, in seconds since 1970: 2020-01-01. */
const CHANGED = 1_577_836_800;

/** Makes a folder with them, which the caller removes. */
export function makeFiles(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-programs-"));
  const text = readFileSync(join(root, "docs/isa.md"), "utf8").split("\n").slice(0, LINES).join("\n");
  writeFileSync(join(folder, "text"), `${text}\n`);
  // A linear congruential generator (Knuth's MMIX), its high byte.
  let state = 1n;
  const data = Buffer.alloc(DATA);
  for (let i = 0; i < DATA; i++) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    data[i] = Number(state >> 56n);
  }
  writeFileSync(join(folder, "data"), data);
  const list = Array.from({ length: 50 }, (_, i) => ({ name: `entry ${i}`, size: (i * 37) % 101 }));
  writeFileSync(join(folder, "list.json"), JSON.stringify(list));
  // mov eax, 6; imul eax, 7; hlt
  writeFileSync(join(folder, "six.bin"), Buffer.from("b8060000006bc007f4", "hex"));
  mkdirSync(join(folder, "tree/inner"), { recursive: true });
  writeFileSync(join(folder, "tree/one"), "hay\nneedle\n");
  writeFileSync(join(folder, "tree/inner/two"), "needle in hay\n");
  cpSync(join(root, "src/isa"), join(folder, "source"), { recursive: true });
  cpSync(join(root, "types"), join(folder, "source/types"), { recursive: true });
  writeFileSync(join(folder, "source/tsconfig.json"), JSON.stringify({ compilerOptions: OPTIONS }));
  // Long ago by any clock, as ls shows times of this year otherwise.
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of [...entries, "."]) utimesSync(join(folder, name), CHANGED, CHANGED);
  return folder;
}
