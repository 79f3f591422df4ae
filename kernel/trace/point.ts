/**
 * Trace points: places of the kernel that can tell that they are passed, with up to four values. A point is a global in section
 * `.tracepoints`, which describes itself; where it is passed stands
 *
 *     if (staticKey(addressOf(point.key))) record(addressOf(point), a, b, 0, 0);
 *
 * which costs five bytes without effect while the point is off. What they record goes to the processor's ring (ring.ts).
 */
import { setKey } from "./keys.ts";

export class TracePoint extends Struct {
  /** Its address is the key. */
  key: at<0, u64>;
  /** Ends in a zero, as all texts. */
  name: at<8, ptr<u8>>;
  /** Names of the values, with blanks between them; one that begins with * is printed as an address. */
  values: at<16, ptr<u8>>;
}
static_assert(sizeof<TracePoint>() === 24);

export declare const __tracepoints_start: TracePoint;
export declare const __tracepoints_end: TracePoint;

/** All points are `points()[0]` to `points()[pointCount() - 1]`. */
export function points(): ptr<TracePoint> {
  return addressOf(__tracepoints_start);
}
export function pointCount(): usize {
  return (address(addressOf(__tracepoints_end)) - address(points())) / sizeof<TracePoint>();
}

/** Whether the text has the length and the bytes of the name, or is the part of it before a dot. */
function matches(name: ptr<u8>, text: ptr<u8>, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (name[i] !== text[i] || name[i] === 0) return false;
  return name[length] === 0 || name[length] === char(".");
}
function isAll(text: ptr<u8>, length: usize): bool {
  return length === 3 && matches("all", text, length);
}

/** Turns on or off what a list names: names, first parts of names, or `all`, with commas. Gives how many points that were. */
export function setPoints(list: ptr<u8>, on: bool): usize {
  let count: usize = 0;
  let start: usize = 0;
  for (;;) {
    let end = start;
    while (list[end] !== 0 && list[end] !== char(",")) end++;
    const text = list.offset(start);
    for (let i: usize = 0; i < pointCount(); i++) {
      const point = points().offset(i);
      if (!isAll(text, end - start) && !matches(point.name, text, end - start)) continue;
      setKey(addressOf(point.key), on);
      count++;
    }
    if (list[end] === 0) return count;
    start = end + 1;
  }
}
