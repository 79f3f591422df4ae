/**
 * The order of blocks in memory, by chains: the most frequent ways become falls from one block to the next, first those of inner loops, so
 * that a round of a loop takes one jump where it can. What is unlikely stands at the end.
 *
 * Pettis and Hansen, "Profile Guided Code Positioning" (1990), §4.2, with estimated frequencies.
 */
import { Likelihoods, type Loop, linkBlocks, simplify } from "./flow.ts";
import { type MachineBlock, successors } from "./machine.ts";

/** Below this frequency a block is put out of the way. */
const UNLIKELY = 0.02;

/** `order`: the blocks as the allocator had them; chains keep that order where nothing else speaks. */
export function layOut(
  entry: MachineBlock,
  order: readonly MachineBlock[],
  loops: readonly Loop[],
): MachineBlock[] {
  simplify(entry);
  const kept = new Set(linkBlocks(entry));
  const blocks = order.filter((b) => kept.has(b));
  const position = new Map(blocks.map((b, n) => [b, n]));
  const likely = new Likelihoods(loops);
  const isWarm = (b: MachineBlock): boolean => b === entry || b.frequency >= UNLIKELY;

  const ways = blocks.flatMap((from) => {
    const chances = likely.of(from);
    return successors(from).map((to, n) => ({
      from,
      to,
      weight: from.frequency * chances[n]!,
      // Of ways as frequent the one that is there already.
      near: position.get(to) === position.get(from)! + 1,
    }));
  });
  ways.sort(
    (a, b) =>
      b.weight - a.weight ||
      Number(b.near) - Number(a.near) ||
      position.get(a.from)! - position.get(b.from)! ||
      position.get(a.to)! - position.get(b.to)!,
  );
  const chains = new Map<MachineBlock, MachineBlock[]>(blocks.map((b) => [b, [b]]));
  for (const { from, to } of ways) {
    const [first, second] = [chains.get(from)!, chains.get(to)!];
    if (first === second || to === entry || first.at(-1) !== from || second[0] !== to) continue;
    if (isWarm(from) !== isWarm(to)) continue;
    first.push(...second);
    for (const b of second) chains.set(b, first);
  }

  // Chains as they stand in the order given, by the first of their blocks; the entry's first.
  const place = (chain: readonly MachineBlock[]): number =>
    chain[0] === entry ? -1 : Math.min(...chain.map((b) => position.get(b)!));
  const sorted = [...new Set(chains.values())].sort((a, b) => place(a) - place(b));
  const warm = sorted.filter((chain) => isWarm(chain[0]!));
  const cold = sorted.filter((chain) => !isWarm(chain[0]!));
  return [...warm.flat(), ...cold.flat()];
}
