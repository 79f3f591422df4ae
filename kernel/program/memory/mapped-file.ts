/** A file that mappings show: its node, and under which path it was opened. Mappings of one call, and the parts that they fall into, share it. */

import type { Node } from "../../fs/node.ts";
import { dropNode, holdNode } from "../../fs/node-cache.ts";
import { free, malloc } from "../../memory/malloc.ts";

export class MappedFile extends Struct {
  /** Mappings; changed under the memory's lock. */
  mappings: u32;
  node: ptr<Node>;
  /** What /proc/self/maps shows. The text lies behind the structure. */
  path: ptr<u8>;
}

/** With one mapping, and a reference to the node. null: no memory. */
export function openMapped(node: ptr<Node>, path: ptr<u8>): ptr<MappedFile> | null {
  let length: usize = 0;
  while (path[length] !== 0) length++;
  const memory = malloc(sizeof<MappedFile>() + length + 1);
  if (memory === null) return null;
  const file = cast<MappedFile>(memory);
  const text = cast<u8>(file.offset(1));
  memcpy(text, path, length + 1);
  file.value = { mappings: 1, node: holdNode(node), path: text };
  return file;
}
/** A mapping fewer. The last one lets the node go, which may sleep. */
export function dropMapped(file: ptr<MappedFile>): void {
  file.mappings--;
  if (file.mappings !== 0) return;
  dropNode(file.node);
  free(file);
}
