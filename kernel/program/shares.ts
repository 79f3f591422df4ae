/** Directories of the host, mounted as the launch says: `mount=TAG:PATH[:ro]`. What is read-only nobody changes while the program runs. */

import { openNinep } from "../fs/ninep/mount.ts";
import type { FileSystem } from "../fs/node.ts";
import { sameText } from "../lib/text.ts";
import { launchText } from "./launch.ts";
import { addLinks, mountAt } from "./root.ts";

const MOST_TAG = 32;
const MOST_PATH = 4096;

class Mounted extends Struct {
  fileSystem: ptr<FileSystem> | null;
}
const path: array<u8, typeof MOST_PATH> = zeroed();

/** A text up to a colon or its end, in `room` bytes with a zero. Gives what is behind the colon; null: there is none, or no room. */
function part(text: ptr<u8>, to: ptr<u8>, room: usize): ptr<u8> | null {
  for (let i: usize = 0; i < room; i++) {
    to[i] = text[i] === char(":") ? 0 : text[i];
    if (text[i] === 0) return null;
    if (text[i] === char(":")) return text.offset(i + 1);
  }
  return null;
}
function mountOne(text: ptr<u8>): bool {
  const tag: array<u8, typeof MOST_TAG> = zeroed();
  const behindTag = part(text, addressOf(tag[0]), MOST_TAG);
  if (behindTag === null) return false;
  const behindPath = part(behindTag, addressOf(path[0]), MOST_PATH);
  const readOnly = behindPath !== null && sameText(behindPath, "ro");
  const mounted: Mounted = zeroed();
  const status = openNinep(addressOf(tag[0]), readOnly, readOnly, addressOf(mounted.fileSystem));
  return status === 0 && mounted.fileSystem !== null && mountAt(mounted.fileSystem, addressOf(path[0])) === 0;
}
/** Makes the launch's links, and mounts them all. Gives the text of one that cannot be; null: all are there. */
export function mountAll(): ptr<u8> | null {
  addLinks();
  for (let i: usize = 0; ; i++) {
    const text = launchText("mount=", i);
    if (text === null) return null;
    if (!mountOne(text)) return text;
  }
}
