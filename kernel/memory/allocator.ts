/** What an allocator is to malloc: functions behind one structure, so that another can take its place. Addresses are linear, 0 is none. */
import type { Counters } from "./counters.ts";

export class Allocator extends Struct {
  name: ptr<u8>;
  /** `align` is a power of two, 16 at least. 0: there is no memory. */
  allocate: fn<(size: usize, align: usize) => usize>;
  free: fn<(linear: usize) => void>;
  /** Gives a live object another size where it is; false: it cannot. */
  resize: fn<(linear: usize, size: usize) => bool>;
  /** Bytes of a live object; NONE: none begins there. */
  usableSize: fn<(linear: usize) => usize>;
  count: fn<(into: ptr<Counters>) => void>;
}
