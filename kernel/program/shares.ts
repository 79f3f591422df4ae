/**
 * Directories of the host and disks with ext2, mounted as the launch says: `mount=TAG:PATH[:ro]`. A tag is a share's, or what a disk calls itself. What of
 * the host is read-only nobody changes while the program runs.
 */

import { type Disk, diskCount, disks } from "../drivers/block.ts";
import { EINVAL } from "../fs/errno.ts";
import { openExt2 } from "../fs/ext2/mount.ts";
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
/** null: none calls itself so. */
function diskCalled(serial: ptr<u8>): ptr<Disk> | null {
  for (let i: u32 = 0; i < diskCount; i++)
    if (sameText(addressOf(disks[i].serial[0]), serial)) return addressOf(disks[i]);
  return null;
}
/** Why something cannot be mounted, and where. */
export class MountFault extends Struct {
  place: ptr<u8>;
  why: ptr<u8>;
}
/** What is wrong; null: nothing. */
function mountOne(text: ptr<u8>): ptr<u8> | null {
  const tag: array<u8, typeof MOST_TAG> = zeroed();
  const behindTag = part(text, addressOf(tag[0]), MOST_TAG);
  if (behindTag === null) return "is not to be mounted anywhere";
  const behindPath = part(behindTag, addressOf(path[0]), MOST_PATH);
  const readOnly = behindPath !== null && sameText(behindPath, "ro");
  const mounted: Mounted = zeroed();
  const disk = diskCalled(addressOf(tag[0]));
  const status =
    disk === null
      ? openNinep(addressOf(tag[0]), readOnly, readOnly, addressOf(mounted.fileSystem))
      : openExt2(disk, readOnly, addressOf(mounted.fileSystem));
  if (disk !== null && status === -EINVAL)
    return "the disk has no ext2, or features of it that are not known here";
  if (status !== 0 || mounted.fileSystem === null) return "cannot be mounted";
  return mountAt(mounted.fileSystem, addressOf(path[0])) === 0 ? null : "cannot be mounted there";
}
/** Makes the launch's links, and mounts them all. False: one cannot be. */
export function mountAll(fault: ptr<MountFault>): bool {
  addLinks();
  for (let i: usize = 0; ; i++) {
    const text = launchText("mount=", i);
    if (text === null) return true;
    const why = mountOne(text);
    if (why === null) continue;
    fault.place = addressOf(path[0]);
    fault.why = why;
    return false;
  }
}
