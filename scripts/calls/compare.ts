/* Where two systems' outcomes differ, with the arguments of these calls and the reason, if one is known. */
import { reasonFor } from "./known.ts";
import type { Reference } from "./options.ts";
import type { Outcomes } from "./systems.ts";

export interface Difference {
  readonly call: string;
  /** Among the calls of its name. */
  readonly index: number;
  /** On the unikernel. */
  readonly here: string;
  /** On Linux. */
  readonly there: string;
  readonly args: string;
  readonly reason: string | undefined;
}

/** Throws Error where the two have not made the same calls. */
export function compareOutcomes(
  here: Outcomes,
  there: Outcomes,
  against: Reference,
  describe: (call: string, indexes: readonly number[]) => readonly string[],
): Difference[] {
  if (here.size !== there.size) throw new Error(`${here.size} system calls here, ${there.size} on Linux`);
  return [...here].flatMap(([call, outcomes]) => {
    const others = there.get(call);
    if (others?.length !== outcomes.length)
      throw new Error(`${call}: ${outcomes.length} calls here, ${others?.length ?? 0} on Linux`);
    const indexes = outcomes.flatMap((outcome, i) => (outcome === others[i] ? [] : [i]));
    if (indexes.length === 0) return [];
    const texts = describe(call, indexes);
    return indexes.map((index, i) => {
      const [ours, theirs, args] = [outcomes[index]!, others[index]!, texts[i] ?? ""];
      return {
        call,
        index,
        here: ours,
        there: theirs,
        args,
        reason: reasonFor(call, ours, theirs, args, against),
      };
    });
  });
}
