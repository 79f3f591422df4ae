/** A file that mappings show: its node, and the name by which it was opened. Mappings of one call, and the parts that they fall into, share it. */
import { dropName, holdName, type Name } from "../../fs/name.ts";
import type { Node } from "../../fs/node.ts";
import { dropNode, holdNode } from "../../fs/node-cache.ts";
import { free, malloc } from "../../memory/malloc.ts";

export class MappedFile extends Struct {
  /** Mappings; changed under the memory's lock. */
  mappings: u32;
  node: ptr<Node>;
  /** What /proc/self/maps shows; null: it has none. */
  name: ptr<Name> | null;
}

/** With one mapping, and references to node and name. null: no memory. */
export function openMapped(node: ptr<Node>, name: ptr<Name> | null): ptr<MappedFile> | null {
  const memory = malloc(sizeof<MappedFile>());
  if (memory === null) return null;
  const file = cast<MappedFile>(memory);
  file.value = { mappings: 1, node: holdNode(node), name: name === null ? null : holdName(name) };
  return file;
}
/** A mapping fewer. The last one lets the node go, which may sleep. */
export function dropMapped(file: ptr<MappedFile>): void {
  file.mappings--;
  if (file.mappings !== 0) return;
  if (file.name !== null) dropName(file.name);
  dropNode(file.node);
  free(file);
}
