/**
 * Frames, for those who hold them: the records of the frame table, and references. A frame that several share, as mappings of a page do,
 * is freed when the last one lets it go. References are counted for single frames and for blocks as a whole.
 */
import { panicWith } from "../panic.ts";
import { FrameState, frameAt, hasFrame } from "./frame-table.ts";
import { freeFrames, freePage } from "./physical.ts";

export {
  Frame,
  FrameState,
  frameAt,
  frameNumber,
  frameOf,
  framePhysical,
  hasFrame,
  NO_FRAME,
} from "./frame-table.ts";

/** One more reference to something held, by the address of its first frame. */
export function holdFrame(physical: usize): void {
  if (!hasFrame(physical)) panicWith("a reference to what is no frame", "physical", physical, null, 0);
  const before = atomicAdd(addressOf(frameAt(physical).references), 1);
  if (before === 0) panicWith("a reference to what is not held", "physical", physical, null, 0);
}
/** One less; the last one frees it. */
export function dropFrame(physical: usize): void {
  if (!hasFrame(physical))
    panicWith("a reference to what is no frame dropped", "physical", physical, null, 0);
  const frame = frameAt(physical);
  const order = u32(frame.order);
  const single = frame.state === FrameState.Run || order === 0;
  const before = atomicAdd(addressOf(frame.references), 0xffff_ffff);
  if (before === 0) panicWith("a reference dropped too often", "physical", physical, null, 0);
  if (before !== 1) return;
  if (single) freePage(physical);
  else freeFrames(physical, order);
}
/** How many there are; 0: nobody holds it. */
export function frameReferences(physical: usize): u32 {
  return hasFrame(physical) ? atomicLoad(addressOf(frameAt(physical).references)) : 0;
}
