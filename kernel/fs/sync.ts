/** Writing back what memory holds and file systems do not have yet. */
import { writePages } from "./cache.ts";
import { firstMount } from "./mounts.ts";
import type { FileSystem, Node } from "./node.ts";
import { visitNodes } from "./node-cache.ts";

/** Contents, then what the file system keeps of the node. */
export function syncNode(node: ptr<Node>): i64 {
  const written = writePages(node);
  const sync = node.operations.sync;
  const status = sync === null ? 0 : sync(node);
  return written < 0 ? written : status;
}
function syncVisited(node: ptr<Node>, _argument: ptr<unknown> | null): void {
  syncNode(node);
}
export function syncFileSystem(fileSystem: ptr<FileSystem>): i64 {
  visitNodes(fileSystem, syncVisited, null);
  const sync = fileSystem.sync;
  return sync === null ? 0 : sync(fileSystem);
}
/** Of all, where the machine ends: nobody will use them any more. */
export function finishAll(): void {
  syncAll();
  for (let at = firstMount(); at !== null; at = at.next) {
    const finish = at.fileSystem.finish;
    if (finish !== null) finish(at.fileSystem);
  }
}
/** All that are mounted. */
export function syncAll(): void {
  let at = firstMount();
  while (at !== null) {
    syncFileSystem(at.fileSystem);
    at = at.next;
  }
}
