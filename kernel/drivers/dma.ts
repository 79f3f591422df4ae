/**
 * Where memory is for a device: kernel addresses as physical pieces. Objects of the alias areas are one piece; stacks and the debug area's
 * objects one for each page. Memory of programs is never given to a device.
 */
import { Area, areaOf, PAGE_SIZE, physicalOf, UPPER_HALF } from "../memory/address.ts";
import { panicWith } from "../panic.ts";
import { kernelRoot } from "../vm/alias.ts";
import { isLeaf, levelSize, targetOf } from "../vm/entry.ts";
import { PROGRAMS_START } from "../vm/space.ts";
import { follow } from "../vm/table.ts";

function isMapped(linear: usize): bool {
  if (linear < UPPER_HALF) return false;
  const area = areaOf(linear);
  return area === Area.Mapped || area === Area.Debug;
}
/** Of memory of the kernel's; a page that is only promised is there from now on. */
export function physicalAt(linear: usize): usize {
  if (linear < PROGRAMS_START) return linear;
  if (linear < UPPER_HALF) panicWith("a program's memory for a device", "linear", linear, null, 0);
  if (!isMapped(linear)) return physicalOf(linear);
  atomicAdd(pointer<u8>(linear), 0);
  const place = follow(kernelRoot, linear, 0);
  const entry = place.entry.value;
  if (!isLeaf(entry, place.level))
    panicWith("no memory for a device", "linear", linear, "page table entry", entry);
  return targetOf(entry) | (linear & (levelSize(place.level) - 1));
}

export class Piece extends Struct {
  physical: usize;
  bytes: u64;
}
export const MAX_PIECES = 32;
/** One request's memory: first what the device reads, then what it writes. */
export class Pieces extends Struct {
  count: u32;
  /** How many of them it reads. */
  readable: u32;
  list: array<Piece, typeof MAX_PIECES>;

  /** Whether memory is one piece, however long it is. */
  isContiguous(at: ptr<unknown>): bool {
    return !isMapped(address(at));
  }
  /** Memory for the device to read; before all that it writes. Gives the bytes that there was room for. */
  addReadable(from: ptr<unknown>, bytes: usize): usize {
    return this.addReadableUpTo(MAX_PIECES, from, bytes);
  }
  addWritable(to: ptr<unknown>, bytes: usize): usize {
    return this.addWritableUpTo(MAX_PIECES, to, bytes);
  }
  /** The same, with `most` pieces in all at most. */
  addReadableUpTo(most: u32, from: ptr<unknown>, bytes: usize): usize {
    const added = this.add(address(from), bytes, 0, most);
    this.readable = this.count;
    return added;
  }
  addWritableUpTo(most: u32, to: ptr<unknown>, bytes: usize): usize {
    return this.add(address(to), bytes, this.readable, most);
  }
  add(linear: usize, bytes: usize, first: u32, most: u32): usize {
    let done: usize = 0;
    while (done < bytes) {
      const at = linear + done;
      const toPageEnd = PAGE_SIZE - (at & (PAGE_SIZE - 1));
      const step = isMapped(at) && toPageEnd < bytes - done ? toPageEnd : bytes - done;
      if (!this.append(physicalAt(at), step, first, most)) break;
      done += step;
    }
    return done;
  }
  append(physical: usize, bytes: usize, first: u32, most: u32): bool {
    if (this.count > first) {
      const last = addressOf(this.list[this.count - 1]);
      if (last.physical + last.bytes === physical) {
        last.bytes += bytes;
        return true;
      }
    }
    if (this.count >= most) return false;
    this.list[this.count] = { physical, bytes };
    this.count++;
    return true;
  }
}
static_assert(sizeof<Pieces>() <= 1024);
