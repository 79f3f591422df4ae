/** Where a program is: a name without a slash is looked for in PATH of its environment, as shells do (POSIX XBD 8.3). */
import { currentDirectory, currentRoot } from "../fs/context.ts";
import { dropName } from "../fs/name.ts";
import { S_IFMT, S_IFREG } from "../fs/node.ts";
import { FOLLOW, resolve, takeName, type Walk } from "../fs/path.ts";
import { textLength } from "../lib/text.ts";
import { launchText } from "./launch.ts";

const EXECUTABLE: u32 = 0o111;
const MOST_PATH = 4096;
/** What is tried, and at last what was found. */
const candidate: array<u8, typeof MOST_PATH> = zeroed();

/** Whether there is a file that may be executed. */
function isProgram(path: ptr<u8>): bool {
  const root = currentRoot();
  const directory = currentDirectory();
  if (root === null || directory === null) return false;
  const walk: Walk = zeroed();
  const status = resolve(directory, root, path, textLength(path), FOLLOW, addressOf(walk));
  dropName(root);
  dropName(directory);
  const name = status < 0 ? null : takeName(addressOf(walk));
  if (name === null) return false;
  const mode = name.node.attributes.mode;
  dropName(name);
  return (mode & S_IFMT) === S_IFREG && (mode & EXECUTABLE) !== 0;
}
/** `length` bytes of a folder, none for the current one, and a name behind them. False: they are too long together. */
function put(folder: ptr<u8>, length: usize, name: ptr<u8>, nameLength: usize): bool {
  if (length + nameLength + 3 > candidate.length) return false;
  let at: usize = 0;
  if (length === 0) candidate[at++] = char(".");
  for (; at < length; at++) candidate[at] = folder[at];
  candidate[at++] = char("/");
  for (let i: usize = 0; i <= nameLength; i++) candidate[at + i] = name[i];
  return true;
}
/** The path of a program; one with a slash is its own. null: it is nowhere. */
export function searchPath(program: ptr<u8>): ptr<u8> | null {
  const length = textLength(program);
  for (let i: usize = 0; i < length; i++) if (program[i] === char("/")) return program;
  let folder = launchText("env=PATH=", 0);
  while (folder !== null) {
    let end: usize = 0;
    while (folder[end] !== 0 && folder[end] !== char(":")) end++;
    if (put(folder, end, program, length) && isProgram(addressOf(candidate[0])))
      return addressOf(candidate[0]);
    folder = folder[end] === 0 ? null : folder.offset(end + 1);
  }
  return null;
}
