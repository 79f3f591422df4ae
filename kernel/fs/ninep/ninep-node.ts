/**
 * What a node of a 9P file system has beside its attributes: the server's identifiers of the file. The first one is as it was walked to; others are
 * made from it when the file is read, written or listed for the first time. A file that is met twice is one node, by its qid's path.
 */
import { free, malloc } from "../../memory/malloc.ts";
import type { Mutex } from "../../thread/mutex.ts";
import { EMFILE, ENOENT, ENOMEM, EPROTO } from "../errno.ts";
import { dropNames } from "../name.ts";
import type { FileSystem, Node, NodeOperations } from "../node.ts";
import { obtainNode } from "../node-cache.ts";
import { getAttributes } from "./attributes.ts";
import { beginCall, type Client, clunk, endCall, NO_FID, newFid, send } from "./client.ts";
import { type Qid, TLOPEN, TWALK } from "./messages.ts";

/** A file system: `data` of FileSystem. */
export class Ninep extends Struct {
  fileSystem: FileSystem;
  client: Client;
  operations: ptr<NodeOperations>;
  /** Nobody else changes the files: attributes are asked for once. */
  cached: bool;
}
export class NinepNode extends Struct {
  /** Guards the identifiers: who changes or uses the first one has it. The others, once there, stay. */
  lock: Mutex;
  fid: u32;
  readFid: u32;
  /** For reading and writing. */
  writeFid: u32;
  listFid: u32;
  /** The file's times of change are ours: we have written since they were asked for. */
  written: bool;
}

export function ninepOf(node: ptr<Node>): ptr<Ninep> {
  return cast<Ninep>(node.fileSystem.data);
}
export function clientOf(node: ptr<Node>): ptr<Client> {
  return addressOf(ninepOf(node).client);
}
export function fidsOf(node: ptr<Node>): ptr<NinepNode> {
  return cast<NinepNode>(node.data);
}

/** Makes `to` what `name` leads to from `from`; of length 0, the same file. Servers that have too many files open get another chance. */
export function walk(
  client: ptr<Client>,
  from: u32,
  to: u32,
  name: ptr<u8>,
  length: usize,
  qid: ptr<Qid>,
): i64 {
  const status = walkOnce(client, from, to, name, length, qid);
  if (status !== -EMFILE) return status;
  dropNames();
  return walkOnce(client, from, to, name, length, qid);
}
function walkOnce(client: ptr<Client>, from: u32, to: u32, name: ptr<u8>, length: usize, qid: ptr<Qid>): i64 {
  const call = beginCall(client, TWALK, length, 0);
  if (call === null) return -ENOMEM;
  const steps: u16 = length === 0 ? 0 : 1;
  call.request.put32(from);
  call.request.put32(to);
  call.request.put16(steps);
  if (steps === 1) call.request.putText(name, length);
  let status = send(call);
  if (status === 0) {
    if (call.answer.get16() !== steps) status = -ENOENT;
    else if (steps === 1) qid.value = call.answer.getQid();
    if (call.answer.bad) status = -EPROTO;
  }
  endCall(call);
  return status;
}
/** One more identifier for a node's file. */
export function cloneFid(client: ptr<Client>, from: u32, to: u32): i64 {
  const qid: Qid = zeroed();
  return walk(client, from, to, "", 0, addressOf(qid));
}
/** One more identifier for a node's file, open with these flags (open(2)): left in `to`. The node's identifiers are locked. */
export function openFid(node: ptr<Node>, flags: u32, to: ptr<u32>): i64 {
  const client = clientOf(node);
  const fid = newFid(client);
  let status = cloneFid(client, fidsOf(node).fid, fid);
  if (status !== 0) return status;
  const call = beginCall(client, TLOPEN, 0, 0);
  if (call === null) status = -ENOMEM;
  else {
    call.request.put32(fid);
    call.request.put32(flags);
    status = send(call);
    endCall(call);
  }
  if (status !== 0) clunk(client, fid);
  else to.value = fid;
  return status;
}

/** The identifier of a node that may be new. */
class Found extends Struct {
  fid: u32;
  taken: bool;
}
function fill(node: ptr<Node>, argument: ptr<unknown> | null): i64 {
  const found = cast<Found>(argument);
  const status = getAttributes(addressOf(ninepOf(node).client), found.fid, addressOf(node.attributes));
  if (status !== 0) return status;
  const memory = malloc(sizeof<NinepNode>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<NinepNode>());
  const fids = cast<NinepNode>(memory);
  fids.fid = found.fid;
  fids.readFid = NO_FID;
  fids.writeFid = NO_FID;
  fids.listFid = NO_FID;
  node.data = fids;
  found.taken = true;
  return 0;
}
/**
 * The node of a file that has been walked to; the identifier is the node's from here on, or gone. Of a node that is there already it replaces the
 * one that it had, whose name may not lead to it any more, unless the new name is about to go (`keeps`): some servers know files by names alone.
 */
export function nodeOfFid(
  ninep: ptr<Ninep>,
  fid: u32,
  path: u64,
  keeps: bool,
  found: ptr<ptr<Node> | null>,
): i64 {
  const client = addressOf(ninep.client);
  const argument: Found = { fid, taken: false };
  const status = obtainNode(
    addressOf(ninep.fileSystem),
    path,
    ninep.operations,
    fill,
    addressOf(argument),
    found,
  );
  const node = found.value;
  if (status !== 0 || node === null) {
    clunk(client, fid);
    return status;
  }
  if (argument.taken) return 0;
  if (keeps) {
    clunk(client, fid);
    return 0;
  }
  const fids = fidsOf(node);
  fids.lock.lock();
  const old = fids.fid;
  fids.fid = fid;
  fids.lock.unlock();
  clunk(client, old);
  return 0;
}
/** Nobody refers to the node any more. */
export function release(node: ptr<Node>): void {
  if (node.data === null) return;
  const client = clientOf(node);
  const fids = fidsOf(node);
  clunk(client, fids.readFid);
  clunk(client, fids.writeFid);
  clunk(client, fids.listFid);
  clunk(client, fids.fid);
  free(fids);
}
