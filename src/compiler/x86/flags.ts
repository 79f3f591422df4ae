/** Where the status flags are wanted: what peephole rules have to know before they change what sets them. */
import { infoOf, type MachineBlock, type MachineInstruction, successors } from "./machine.ts";

const writes = (i: MachineInstruction): boolean => infoOf(i.op).flags === "w" || infoOf(i.op).flags === "rw";
const reads = (i: MachineInstruction): boolean => infoOf(i.op).flags === "r" || infoOf(i.op).flags === "rw";

/** Whether the block reads flags that it has not set. */
function readsOnEntry(block: MachineBlock, seen: Set<MachineBlock>): boolean {
  if (seen.has(block)) return false;
  seen.add(block);
  for (const i of block.instructions) {
    if (i.op === "asm") return false;
    if (reads(i)) return true;
    if (writes(i)) return false;
  }
  if (block.end.kind === "branch") return true;
  return successors(block).some((to) => readsOnEntry(to, seen));
}

/** Whether flags are wanted at the end of the block. */
export const flagsLiveOut = (block: MachineBlock): boolean =>
  block.end.kind === "branch" || successors(block).some((to) => readsOnEntry(to, new Set()));

/** For each instruction whether the flags after it are wanted. */
export function flagsWanted(block: MachineBlock): boolean[] {
  const out = new Array<boolean>(block.instructions.length);
  let wanted = flagsLiveOut(block);
  for (let n = block.instructions.length - 1; n >= 0; n--) {
    const i = block.instructions[n]!;
    out[n] = wanted;
    if (writes(i)) wanted = false;
    if (reads(i) && i.op !== "asm") wanted = true;
  }
  return out;
}
