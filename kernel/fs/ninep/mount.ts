/** Shares of the host's directories as file systems: attaching one by its tag. */
import { findShare } from "../../drivers/share.ts";
import { free, malloc } from "../../memory/malloc.ts";
import { ENODEV, ENOMEM } from "../errno.ts";
import type { FileSystem, Node, NodeOperations, Room } from "../node.ts";
import { dropNode } from "../node-cache.ts";
import { getRoom } from "./attributes.ts";
import { beginCall, type Client, endCall, NO_FID, newFid, openClient, send } from "./client.ts";
import { open, readLink, readPage, readPages, sync, writePage } from "./contents.ts";
import {
  create,
  link,
  list,
  lookup,
  refresh,
  rename,
  setAttributes,
  symlink,
  unlink,
} from "./directories.ts";
import { type Qid, TATTACH } from "./messages.ts";
import { fidsOf, type Ninep, nodeOfFid, release } from "./ninep-node.ts";

/** Whoever we are: the server acts as the user that it runs as. */
const USER = "root";
const USER_LENGTH: usize = 4;
const USER_ID: u32 = 0;

const operations: NodeOperations = init({
  lookup,
  create,
  symlink,
  link,
  unlink,
  rename,
  readLink,
  list,
  refresh,
  setAttributes,
  readPage,
  readPages,
  writePage,
  open,
  sync,
  release,
});

function statistics(fileSystem: ptr<FileSystem>, room: ptr<Room>): i64 {
  const ninep = cast<Ninep>(fileSystem.data);
  return getRoom(addressOf(ninep.client), fidsOf(fileSystem.root).fid, room);
}
function attach(client: ptr<Client>, fid: u32, qid: ptr<Qid>): i64 {
  const call = beginCall(client, TATTACH, USER_LENGTH, 0);
  if (call === null) return -ENOMEM;
  call.request.put32(fid);
  call.request.put32(NO_FID);
  call.request.putText(USER, USER_LENGTH);
  call.request.putText("", 0);
  call.request.put32(USER_ID);
  const status = send(call);
  if (status === 0) qid.value = call.answer.getQid();
  endCall(call);
  return status;
}
function openRoot(ninep: ptr<Ninep>): i64 {
  const client = addressOf(ninep.client);
  const fid = newFid(client);
  const qid: Qid = zeroed();
  const status = attach(client, fid, addressOf(qid));
  if (status !== 0) return status;
  let root: ptr<Node> | null = null;
  const got = nodeOfFid(ninep, fid, qid.path, false, addressOf(root));
  if (got === 0 && root !== null) ninep.fileSystem.root = root;
  return got;
}
/**
 * The share with a tag, which ends in a zero, as a file system that is left in `made`. `cached`: nobody else changes it, so that attributes are asked
 * for once. -ENODEV: there is no such share.
 */
export function openNinep(
  tag: ptr<u8>,
  readOnly: bool,
  cached: bool,
  made: ptr<ptr<FileSystem> | null>,
): i64 {
  made.value = null;
  const share = findShare(tag);
  if (share === null) return -ENODEV;
  const memory = malloc(sizeof<Ninep>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Ninep>());
  const ninep = cast<Ninep>(memory);
  ninep.operations = addressOf(operations);
  ninep.cached = cached;
  ninep.fileSystem = init({ name: "9p", readOnly, statistics, data: ninep });
  let status = openClient(addressOf(ninep.client), share);
  if (status === 0) status = openRoot(ninep);
  if (status !== 0) {
    free(ninep);
    return status;
  }
  made.value = addressOf(ninep.fileSystem);
  return 0;
}
/** Of one that is not mounted, and whose nodes nobody has. */
export function closeNinep(fileSystem: ptr<FileSystem>): void {
  dropNode(fileSystem.root);
  free(fileSystem.data);
}
