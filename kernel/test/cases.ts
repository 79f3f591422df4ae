/** All cases of the test image, in the order in which they run. */
import { handlersAreCalled, redZoneIsKept } from "./exceptions.ts";
import { reservedIsNotUsable, usableRanges } from "./memory-map.ts";

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
  { name: "memory-map ranges", run: usableRanges },
  { name: "memory-map reserved", run: reservedIsNotUsable },
];
