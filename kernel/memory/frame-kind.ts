/** Whose a held frame is among the areas: `kind` of its record. Only the area that it names changes it. */

/** @base u8 */
export enum FrameKind {
  /** None of theirs, or inside of a large object. */
  None = 0,
  /** Of a slab: every frame of it, with the cache in `owner`. */
  Slab = 1,
  /** Two halves, each free or an object. */
  HalfPages = 2,
  /** A page object. */
  Page = 3,
  /** The first of a large object, with its pages in `data`. */
  Large = 4,
  /** Of an object in the debug area. */
  Debug = 5,
  /** Of another allocator (allocators/). */
  Other = 6,
}
