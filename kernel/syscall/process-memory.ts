/** process_vm_readv(2), process_vm_writev(2): from one part of memory to another. There is one process, so both parts are its own. */
import { EFAULT, EINVAL, ENOMEM, ESRCH } from "../fs/errno.ts";
import type { Part } from "../fs/transfer.ts";
import { free, malloc } from "../memory/malloc.ts";
import { PROCESS_ID } from "../program/process.ts";
import { copyIn, copyOut, isProgramRange } from "../program/user.ts";
import { intOf } from "./arguments.ts";
import type { Call } from "./call.ts";
import { takeParts } from "./read-write.ts";

const IOV_MAX: u64 = 1024;
/** What is moved at a time, by way of the kernel's memory. */
const PIECE: usize = 4096;

/** Where a list of parts has been come to. */
class Cursor extends Struct {
  list: usize;
  count: u64;
  index: u64;
  part: Part;
  /** Bytes of the part that are done. */
  done: usize;

  /** There is a part with bytes left. False: the list is at its end, or cannot be read, and then `list` is 0. */
  advance(): bool {
    while (this.index === 0 || this.done === this.part.length) {
      if (this.index === this.count) return false;
      if (!copyIn(addressOf(this.part), this.list + this.index * sizeof<Part>(), sizeof<Part>())) {
        this.list = 0;
        return false;
      }
      this.index++;
      this.done = 0;
    }
    return true;
  }
  left(): usize {
    return this.part.length - this.done;
  }
}
/** 1 for a list whose parts can be read and are no longer than all memory, 0 if they have no bytes, or an error. */
function checkList(list: usize, count: u64): i64 {
  if (count > IOV_MAX) return -EINVAL;
  if (!isProgramRange(list, count * sizeof<Part>())) return -EFAULT;
  let total: u64 = 0;
  for (let i: u64 = 0; i < count; i++) {
    const part: Part = zeroed();
    if (!copyIn(addressOf(part), list + i * sizeof<Part>(), sizeof<Part>())) return -EFAULT;
    if (truncate<i64>(part.length) < 0) return -EINVAL;
    total |= part.length;
  }
  return total === 0 ? 0 : 1;
}
function least(a: usize, b: usize): usize {
  return a < b ? a : b;
}
/** Moves until one side is at its end or cannot be touched. Gives the bytes moved, or -EFAULT if there are none. */
function move(from: ptr<Cursor>, to: ptr<Cursor>, through: ptr<u8>): i64 {
  let moved: i64 = 0;
  while (from.advance() && to.advance()) {
    let count = from.left() < to.left() ? from.left() : to.left();
    const source = from.part.start + from.done;
    const target = to.part.start + to.done;
    // Up to the end of a page: what comes before a page that cannot be touched is moved.
    count = least(count, least(PIECE - (source & (PIECE - 1)), PIECE - (target & (PIECE - 1))));
    if (!copyIn(through, source, count) || !copyOut(target, through, count))
      return moved === 0 ? -EFAULT : moved;
    from.done += count;
    to.done += count;
    moved += i64(count);
  }
  return moved === 0 && (from.list === 0 || to.list === 0) ? -EFAULT : moved;
}
function serve(call: ptr<Call>, isWrite: bool): i64 {
  if (call.args[5] !== 0) return -EINVAL;
  // The own side's parts have to be the program's, the other side's are found out by who touches them.
  let parts: ptr<Part> | null = null;
  const total = takeParts(call.args[1], call.args[2], addressOf(parts));
  free(parts);
  if (total <= 0) return total;
  const status = checkList(call.args[3], call.args[4]);
  if (status <= 0) return status;
  if (intOf(call.args[0]) !== i32(PROCESS_ID)) return -ESRCH;
  const own: Cursor = init({ list: call.args[1], count: call.args[2] });
  const other: Cursor = init({ list: call.args[3], count: call.args[4] });
  const memory = malloc(PIECE);
  if (memory === null) return -ENOMEM;
  const from = isWrite ? addressOf(own) : addressOf(other);
  const to = isWrite ? addressOf(other) : addressOf(own);
  const moved = move(from, to, cast<u8>(memory));
  free(memory);
  return moved;
}
export function sysProcessVmReadv(call: ptr<Call>): i64 {
  return serve(call, false);
}
export function sysProcessVmWritev(call: ptr<Call>): i64 {
  return serve(call, true);
}
