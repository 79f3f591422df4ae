/** Why something cannot be freed: a panic that says it, with the address, the order it was freed by, and what the frame's record has. */
import { printCallsHere } from "../arch/backtrace.ts";
import { newline, print, printHex, printU64 } from "../console/print.ts";
import { beginPanic, endPanic } from "../panic.ts";
import { PAGE_SIZE } from "./address.ts";
import { segmentOf } from "./buddy.ts";
import {
  type Frame,
  FrameState,
  frameAt,
  frameNumber,
  hasFrame,
  isInTable,
  NO_FRAME,
} from "./frame-table.ts";

function reasonOf(physical: usize, frame: ptr<Frame>): ptr<u8> {
  switch (frame.state) {
    case FrameState.Block:
    case FrameState.Run:
      return frame.references > 1 ? "freed while others refer to it" : "freed by a wrong order";
    case FrameState.Table:
      return "freed the frame table";
    case FrameState.Hole:
      return "freed where no RAM is";
    case FrameState.Inside: {
      const number = frameNumber(physical);
      return segmentOf(number).blockOf(number) === NO_FRAME
        ? "freed inside of a block"
        : "freed what is free";
    }
    default:
      return "freed what is free";
  }
}
/**
 * Not to be called but for an address that is not the beginning of something held by this order and one reference.
 * @noinline
 */
export function badFree(physical: usize, order: u32): never {
  const known = hasFrame(physical);
  const odd = (physical & (PAGE_SIZE - 1)) !== 0;
  const isRam = physical >> 44 === 0 && isInTable(frameNumber(physical));
  if (!known) beginPanic(isRam ? "freed what is free" : "freed where no RAM is");
  else beginPanic(odd ? "freed an address within a page" : reasonOf(physical, frameAt(physical)));
  print(": physical = ");
  printHex(physical);
  print(", order = ");
  printU64(u64(order));
  if (known) {
    const frame = frameAt(physical);
    print(", frame's state ");
    printU64(u64(frame.state));
    print(", order ");
    printU64(u64(frame.order));
    print(", references ");
    printU64(u64(frame.references));
  }
  newline();
  printCallsHere();
  endPanic();
}
