/**
 * The tree of files that kernel/test/file-tree.ts makes, as it must be in the end, written down a second time: as paths with what is there, and as
 * files of the host. Not here: how it came to be.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** What a file with this seed has from a position on. */
export function pattern(size: number, seed: number, position = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => {
    const at = position + i;
    return (at * 31 + Math.floor(at / 256) * 7 + seed) & 255;
  });
}
const SIZES = [0, 1, 59, 60, 1023, 1024, 1025, 4095, 4096, 4097, 12288, 12289, 49153, 300000, 1100000];
const FAR = 70 * 2 ** 20;
const LONG = "an-entry-of-a-directory-with-a-name-that-is-long-";
const digits = (value: number, count: number): string => String(value).padStart(count, "0");

/** Names of the directory `many` that are left, in the order of their numbers. */
const many = (): string[] =>
  Array.from({ length: 300 }, (_, i) => i)
    .filter((i) => i % 3 !== 0)
    .map((i) => (i % 3 === 1 ? `renamed-${digits(i, 3)}` : `${LONG}${digits(i, 3)}`));

/** Makes the tree in a directory of the host that is empty. */
export function makeTree(root: string): void {
  const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(root, name), bytes);
  for (const [i, size] of SIZES.entries()) write(`size-${digits(i, 2)}`, pattern(size, i));
  chmodSync(join(root, "size-01"), 0o640);
  utimesSync(join(root, "size-01"), 1e9, 1e9);
  const sparse = openSync(join(root, "sparse"), "w");
  writeSync(sparse, pattern(5, 40), 0, 5, 0);
  writeSync(sparse, pattern(5, 40, FAR), 0, 5, FAR);
  closeSync(sparse);
  const cut = openSync(join(root, "cut"), "w");
  writeSync(cut, pattern(300_001, 41), 0, 300_001, 0);
  ftruncateSync(cut, 500_000);
  closeSync(cut);
  mkdirSync(join(root, "many"));
  for (const name of many()) write(join("many", name), new Uint8Array(0));
  linkSync(join(root, "size-09"), join(root, "many/linked"));
  symlinkSync("size-01", join(root, "short"));
  symlinkSync("x".repeat(200), join(root, "long"));
  write("loser", pattern(3000, 50));
  mkdirSync(join(root, "second/moved"), { recursive: true });
  write("second/moved/file", new Uint8Array(0));
}

/** What is in a directory of the host: paths, and of each what it is. `except`: names at its top that do not count. */
export function treeOf(root: string, ...except: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = join(folder, name);
      if (except.includes(path)) continue;
      const stat = lstatSync(join(root, path));
      if (stat.isDirectory()) {
        found[path] = "directory";
        visit(path);
      } else if (stat.isSymbolicLink()) found[path] = `link to ${readlinkSync(join(root, path))}`;
      else {
        const hash = createHash("sha256")
          .update(readFileSync(join(root, path)))
          .digest("hex");
        found[path] = `file of ${stat.size}, ${hash}`;
      }
    }
  };
  visit("");
  return found;
}
