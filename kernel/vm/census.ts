/**
 * How often each frame is mapped, for the walker: a byte for each frame up to the highest, in pages taken for it. Without memory for that
 * there is no census, and what it would find is not found.
 */
import { usable, usableCount } from "../boot/memory-map.ts";
import { Area, inArea, NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { segmentOf } from "../memory/buddy.ts";
import { allocateContiguous, freeContiguous } from "../memory/contiguous.ts";
import { FrameKind } from "../memory/frame-kind.ts";
import { FrameState, frameAt, frameNumber, hasFrame, isInTable, NO_FRAME } from "../memory/frame-table.ts";

/** A byte that cannot count further. */
const MANY: u8 = 255;

export class Census extends Struct {
  /** NONE: there is none. */
  physical: usize;
  pages: usize;
  frames: usize;

  open(): void {
    this.frames = usableCount === 0 ? 0 : usable[usableCount - 1].end >> PAGE_SHIFT;
    this.pages = (this.frames + PAGE_SIZE - 1) >> PAGE_SHIFT;
    this.physical = allocateContiguous(this.pages, 1, NONE);
    if (this.physical !== NONE) memset(this.bytes(), 0, this.pages << PAGE_SHIFT);
  }
  /** Where the last frame ends, and behind which there is none. */
  end(): usize {
    return this.frames << PAGE_SHIFT;
  }
  close(): void {
    if (this.physical !== NONE) freeContiguous(this.physical, this.pages);
  }
  private bytes(): ptr<u8> {
    return pointer<u8>(inArea(Area.Early, this.physical));
  }
  /** A frame is mapped, and the mapping holds a reference. */
  count(physical: usize): void {
    const number = physical >> PAGE_SHIFT;
    if (this.physical === NONE || number >= this.frames) return;
    const bytes = this.bytes();
    if (bytes[number] !== MANY) bytes[number]++;
  }
  /**
   * The first frame, from `physical` on, that has not as many references as it has mappings: more are allowed if its record says that
   * somebody else has it. NONE: there is none.
   */
  nextWrong(physical: usize): usize {
    if (this.physical === NONE) return NONE;
    const bytes = this.bytes();
    for (let number = physical >> PAGE_SHIFT; number < this.frames; number++) {
      if ((number & 7) === 0 && cast<u64>(bytes.offset(number)).value === 0) {
        number += 7;
        continue;
      }
      const mappings = u32(bytes[number]);
      if (mappings === 0 || mappings === u32(MANY)) continue;
      const at = number << PAGE_SHIFT;
      if (!hasFrame(at)) return at;
      const frame = frameAt(at);
      const shared = frame.owner !== 0 || frame.kind !== FrameKind.None;
      if (shared ? frame.references < mappings : frame.references !== mappings) return at;
    }
    return NONE;
  }
  mappingsOf(physical: usize): u64 {
    return u64(this.bytes()[physical >> PAGE_SHIFT]);
  }
}

/** Whether a frame of ours is nobody's: in a free block, or in a pool. */
export function isFree(physical: usize): bool {
  const number = frameNumber(physical);
  if (!isInTable(number)) return false;
  if (hasFrame(physical) && frameAt(physical).state === FrameState.Pooled) return true;
  const segment = segmentOf(number);
  const flags = segment.lock.lock();
  const block = segment.blockOf(number);
  segment.lock.unlock(flags);
  return block !== NO_FRAME;
}
