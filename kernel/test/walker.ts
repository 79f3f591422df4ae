/** The walker itself: each kind of violation is made, found, and taken away. */
import { Area, areaBase, PAGE_SIZE } from "../memory/address.ts";
import { dropFrame, holdFrame } from "../memory/frame.ts";
import { allocatePage, freePage } from "../memory/physical.ts";
import { COUNTED, DATA, indexOf, NO_EXECUTE, ROOT_LEVEL, targetOf } from "../vm/entry.ts";
import { mapPage } from "../vm/map.ts";
import { RangeKind } from "../vm/range.ts";
import { releaseRange, reserveRange } from "../vm/reserve.ts";
import { kernelSpace } from "../vm/space.ts";
import { adoptTable, follow, tableAt, tableCount } from "../vm/table.ts";
import { findViolations } from "../vm/walker.ts";
import { check, checkEqual } from "./check.ts";

function isClean(): void {
  checkEqual(u64(findViolations(4)), 0, "violations before and after");
}
/** Something is wrong with an entry that is changed so; the entry is put back. */
function spoil(entry: ptr<u64>, change: u64, what: ptr<u8>): void {
  const before = entry.value;
  entry.value = before ^ change;
  check(findViolations(0) !== 0, what);
  entry.value = before;
}
export function violationsAreFound(): void {
  isClean();
  const page = allocatePage();
  const range = reserveRange(2 * PAGE_SIZE, PAGE_SIZE, RangeKind.Physical);
  mapPage(range, page, DATA | COUNTED);
  dropFrame(page);
  isClean();
  const entry = follow(targetOf(kernelSpace.root), range, 0).entry;
  spoil(entry, NO_EXECUTE, "writable and executable");
  spoil(entry, u64(1) << 51, "an address that there is not");
  spoil(entry, u64(1) << 60, "bits that are nobody's");
  spoil(entry, entry.value, "a count that is too high");
  spoil(entry.offset(1), entry.value, "a count that is too low, and a frame mapped twice");

  holdFrame(page);
  check(findViolations(0) !== 0, "too many references");
  dropFrame(page);

  const free = allocatePage();
  freePage(free);
  spoil(entry, (page ^ free) | COUNTED, "a free frame is mapped");

  const root = tableAt(targetOf(kernelSpace.root));
  spoil(
    root.offset(indexOf(areaBase(Area.Page), ROOT_LEVEL)),
    u64(1) << 30,
    "another table in an alias area",
  );
  adoptTable();
  check(findViolations(0) !== 0, "a table too many is said to be there");
  atomicAdd(addressOf(tableCount), ~u64(0));
  isClean();
  releaseRange(range);
}
