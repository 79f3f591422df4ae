/**
 * Nodes by file system and number, as long as anybody refers to them, so that a file that is met twice is one node. What keeps them longer
 * is the cache of names (name.ts). The last one to drop a node has its pages written and freed before somebody else can find the file again.
 */
import { free, malloc } from "../memory/malloc.ts";
import { FOREVER } from "../thread/time.ts";
import type { WaitQueue } from "../thread/wait-queue.ts";
import { dropPages, writePages } from "./cache.ts";
import { ENOMEM } from "./errno.ts";
import { type FileSystem, type Node, type NodeOperations, NodeState } from "./node.ts";

const BUCKETS = 1024;
const table: array<ptr<Node> | null, typeof BUCKETS> = zeroed();
/** Its lock guards the table and the nodes' states. Who finds a node that is new or going waits here. */
const nodes: WaitQueue = zeroed();
let live: u64 = 0;

/** Nodes that there are. */
export function nodeCount(): u64 {
  return atomicLoad(addressOf(live));
}

/**
 * A node that nobody else can find by its number, with one reference: for file systems that keep their nodes themselves. Its attributes are
 * zeros. null: there is no memory.
 */
export function makeNode(
  fileSystem: ptr<FileSystem>,
  number: u64,
  operations: ptr<NodeOperations>,
): ptr<Node> | null {
  const memory = malloc(sizeof<Node>());
  if (memory === null) return null;
  memset(memory, 0, sizeof<Node>());
  const node = cast<Node>(memory);
  node.fileSystem = fileSystem;
  node.number = number;
  node.operations = operations;
  node.references = 1;
  node.state = NodeState.Ready;
  atomicAdd(addressOf(live), 1);
  return node;
}

function bucketOf(fileSystem: ptr<FileSystem>, number: u64): ptr<ptr<Node> | null> {
  const mixed = (number ^ (address(fileSystem) >> 4)) * 0x9e37_79b9_7f4a_7c15;
  return addressOf(table[mixed >> 54]);
}
function find(fileSystem: ptr<FileSystem>, number: u64): ptr<Node> | null {
  let node = bucketOf(fileSystem, number).value;
  while (node !== null && (node.number !== number || node.fileSystem !== fileSystem)) node = node.nextInHash;
  return node;
}
function remove(node: ptr<Node>): void {
  let at = bucketOf(node.fileSystem, node.number);
  for (;;) {
    const other = at.value;
    if (other === null) return;
    if (other === node) break;
    at = addressOf(other.nextInHash);
  }
  at.value = node.nextInHash;
}

/** Sets a new node's attributes and data; 0, or the negative of an error: then the node is gone, without `release`. */
export type FillNode = fn<(node: ptr<Node>, argument: ptr<unknown> | null) => i64>;

/** Leaves the node of a number, with a reference that the caller has to drop; `fill` makes it if it is not there. It may sleep. */
export function obtainNode(
  fileSystem: ptr<FileSystem>,
  number: u64,
  operations: ptr<NodeOperations>,
  fill: FillNode,
  argument: ptr<unknown> | null,
  found: ptr<ptr<Node> | null>,
): i64 {
  found.value = null;
  const fresh = makeNode(fileSystem, number, operations);
  if (fresh === null) return -ENOMEM;
  const flags = nodes.lock.lock();
  for (;;) {
    const node = find(fileSystem, number);
    if (node === null) break;
    if (node.state === NodeState.Ready) {
      atomicAdd(addressOf(node.references), 1);
      nodes.unlock(flags);
      freeNode(fresh);
      found.value = node;
      return 0;
    }
    nodes.wait(FOREVER);
  }
  const bucket = bucketOf(fileSystem, number);
  fresh.nextInHash = bucket.value;
  fresh.hashed = true;
  fresh.state = NodeState.New;
  bucket.value = fresh;
  nodes.unlock(flags);

  const status = fill(fresh, argument);
  const flagsAfter = nodes.lock.lock();
  if (status === 0) fresh.state = NodeState.Ready;
  else remove(fresh);
  nodes.wakeAll();
  nodes.unlock(flagsAfter);
  if (status === 0) found.value = fresh;
  else freeNode(fresh);
  return status;
}

/** One more reference, by who has one. */
export function holdNode(node: ptr<Node>): ptr<Node> {
  atomicAdd(addressOf(node.references), 1);
  return node;
}
/** One less. The last one sleeps until the node's pages are written, if it still has a name. */
export function dropNode(node: ptr<Node>): void {
  if (!node.hashed) {
    if (atomicAdd(addressOf(node.references), 0xffff_ffff) === 1) discard(node);
    return;
  }
  const flags = nodes.lock.lock();
  const before = atomicAdd(addressOf(node.references), 0xffff_ffff);
  if (before === 1) node.state = NodeState.Going;
  nodes.unlock(flags);
  if (before === 1) discard(node);
}
function discard(node: ptr<Node>): void {
  if (node.attributes.links !== 0) writePages(node);
  dropPages(node, 0);
  const release = node.operations.release;
  if (release !== null) release(node);
  if (node.hashed) {
    const flags = nodes.lock.lock();
    remove(node);
    nodes.wakeAll();
    nodes.unlock(flags);
  }
  freeNode(node);
}
function freeNode(node: ptr<Node>): void {
  atomicAdd(addressOf(live), 0xffff_ffff_ffff_ffff);
  free(node);
}

/** Calls `visit` for every node of a file system that can be found by its number, each held meanwhile. */
export function visitNodes(
  fileSystem: ptr<FileSystem>,
  visit: fn<(node: ptr<Node>, argument: ptr<unknown> | null) => void>,
  argument: ptr<unknown> | null,
): void {
  for (let i: usize = 0; i < BUCKETS; i++) {
    let last: ptr<Node> | null = null;
    for (;;) {
      const flags = nodes.lock.lock();
      let node: ptr<Node> | null = last === null ? table[i] : last.nextInHash;
      while (node !== null && (node.fileSystem !== fileSystem || node.state !== NodeState.Ready))
        node = node.nextInHash;
      if (node !== null) atomicAdd(addressOf(node.references), 1);
      nodes.unlock(flags);
      if (last !== null) dropNode(last);
      if (node === null) break;
      visit(node, argument);
      last = node;
    }
  }
}
