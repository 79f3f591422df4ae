/** A root that comes as an archive: the module called "archive=NAME", unpacked into the file system in memory that is the root of all. It stays where it is. */
import { moduleCount, modules } from "../boot/loaded.ts";
import { currentRoot } from "../fs/context.ts";
import { type Archive, unpackCpio } from "../fs/cpio.ts";
import { dropName } from "../fs/name.ts";
import { startsWith } from "../lib/text.ts";
import { Area, inArea } from "../memory/address.ts";

const ARCHIVE: ptr<u8> = "archive=";
const archive: Archive = zeroed();

/** The name of one that cannot be unpacked; null: there is none, or it is there. */
export function unpackArchive(): ptr<u8> | null {
  for (let i: usize = 0; i < moduleCount; i++) {
    if (!startsWith(modules[i].text, ARCHIVE)) continue;
    archive.bytes = pointer<u8>(inArea(Area.Early, modules[i].start));
    archive.length = modules[i].end - modules[i].start;
    const root = currentRoot();
    if (root === null) return modules[i].text;
    const status = unpackCpio(addressOf(archive), root);
    dropName(root);
    if (status < 0) return modules[i].text.offset(8);
  }
  return null;
}
/** What is wrong with it. */
export function archiveFault(): ptr<u8> {
  const fault = archive.fault;
  return fault === null ? "cannot be unpacked" : fault;
}
