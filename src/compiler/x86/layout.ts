/**
 * The order of blocks in memory: as the allocator had them, with what is unlikely at the end, and loops turned so that their
 * test stands at the bottom and one branch is taken in each round.
 */

import type { Loop } from "./flow.ts";
import { linkBlocks, simplify } from "./flow.ts";
import type { MachineBlock } from "./machine.ts";

/** Below this frequency a block is put out of the way. */
const UNLIKELY = 0.02;

export function layOut(
  entry: MachineBlock,
  order: readonly MachineBlock[],
  loops: readonly Loop[],
): MachineBlock[] {
  simplify(entry);
  const kept = new Set(linkBlocks(entry));
  let blocks = order.filter((b) => kept.has(b));
  for (const loop of loops) blocks = rotate(blocks, loop, entry);
  const relative = (b: MachineBlock): number => b.frequency;
  const warm = blocks.filter((b) => b === entry || relative(b) >= UNLIKELY);
  const cold = blocks.filter((b) => b !== entry && relative(b) < UNLIKELY);
  return [...warm, ...cold];
}

/** Moves a header that ends in the loop's exit behind the block that jumps back to it. */
function rotate(blocks: MachineBlock[], loop: Loop, entry: MachineBlock): MachineBlock[] {
  const { header } = loop;
  if (header === entry || header.end.kind !== "branch") return blocks;
  const { taken, otherwise } = header.end;
  if (loop.blocks.has(taken) && loop.blocks.has(otherwise)) return blocks;
  const at = blocks.indexOf(header);
  if (at < 0) return blocks;
  // The last block of the loop in the order, if it goes back without a condition.
  let last = -1;
  blocks.forEach((b, n) => {
    if (n !== at && loop.blocks.has(b) && b.end.kind === "jump" && b.end.to === header) last = n;
  });
  if (last < at) return blocks;
  // Blocks that the header would leave behind it must be the loop's.
  for (let n = at + 1; n <= last; n++) if (!loop.blocks.has(blocks[n]!)) return blocks;
  return [...blocks.slice(0, at), ...blocks.slice(at + 1, last + 1), header, ...blocks.slice(last + 1)];
}
