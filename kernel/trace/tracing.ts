/** Trace points as the command line asks for them: `trace=malloc,switch`. Without it there are no rings, and points cost nothing. */
import { optionText } from "../boot/command-line.ts";
import { print, printLine } from "../console/print.ts";
import { NONE } from "../memory/address.ts";
import { allocateFrames } from "../memory/physical.ts";
import { setPoints } from "./point.ts";
import { giveRing, RING_ORDER } from "./ring.ts";

let tracing: bool = false;

/** Without memory for its ring, the calling processor passes points in silence. */
function addRing(): void {
  const physical = allocateFrames(RING_ORDER);
  if (physical !== NONE) giveRing(physical);
}
/** The first processor, when there is memory and the others have not started. */
export function startTrace(): void {
  const list = optionText("trace");
  if (list === null) return;
  addRing();
  tracing = true;
  if (setPoints(list, true) !== 0) return;
  print("warning: no trace point is called ");
  printLine(list);
}
/** Each of the others. */
export function enterTrace(): void {
  if (tracing) addRing();
}
