/** All cases of the test image, in the order in which they run. */
import { everySequence } from "./buddy.ts";
import { earlyAlignment, earlyObjects, earlyWithoutMemory } from "./early.ts";
import { handlersAreCalled, redZoneIsKept } from "./exceptions.ts";
import { reservedIsNotUsable, usableRanges } from "./memory-map.ts";
import * as physical from "./physical.ts";
import { randomRequests } from "./physical-random.ts";
import { lastOneCounts, quotesAndBackslashes, wordsAndValues } from "./words.ts";

export class Case extends Struct {
  /** Begins with the topic, by which `test=` on the command line chooses. */
  name: ptr<u8>;
  run: fn<() => void>;
}

/** More than there are; behind the last one are zeros. */
const ROOM = 256;
export const cases: array<Case, typeof ROOM> = [
  { name: "exceptions handlers are called", run: handlersAreCalled },
  { name: "exceptions keep the red zone", run: redZoneIsKept },
  { name: "command line words and values", run: wordsAndValues },
  { name: "command line quotes and backslashes", run: quotesAndBackslashes },
  { name: "command line the last one counts", run: lastOneCounts },
  { name: "memory-map ranges", run: usableRanges },
  { name: "memory-map reserved", run: reservedIsNotUsable },
  { name: "physical every frame is counted", run: physical.everyFrameIsCounted },
  { name: "physical blocks of all orders", run: physical.blocksOfAllOrders },
  { name: "physical all of it is taken and given back", run: physical.allOfIt },
  { name: "physical scarce memory comes last", run: physical.scarceMemoryLast },
  { name: "physical contiguous ranges", run: physical.contiguousRanges },
  { name: "physical ranges beyond the largest block", run: physical.rangesBeyondTheLargestBlock },
  { name: "physical neighbours join", run: physical.neighboursJoin },
  { name: "physical ranges grow", run: physical.rangesGrow },
  { name: "physical limits", run: physical.limits },
  { name: "physical all of DMA memory", run: physical.allOfDma },
  { name: "physical references", run: physical.references },
  { name: "physical pools are bounded", run: physical.poolsAreBounded },
  { name: "physical failure at each point", run: physical.failureAtEachPoint },
  { name: "physical random requests", run: randomRequests },
  { name: "buddy every sequence", run: everySequence },
  { name: "early objects", run: earlyObjects },
  { name: "early alignment", run: earlyAlignment },
  { name: "early without memory", run: earlyWithoutMemory },
];
