/** What is behind each object of a verified cache; who looks at it is trailer.ts. Layout only. */

export class Trailer extends Struct {
  zone: at<0, u64>;
  /** Bytes that were asked for. */
  size: at<8, u32>;
  /** The cache's list of free objects (Cache.link). */
  link: at<12, u32>;
  /** LIVE or FREE, mixed with the object's address, so that a copy of another object's does not pass. */
  state: at<16, u64>;
}
export const TRAILER_SIZE: u32 = 24;
static_assert(sizeof<Trailer>() === 24);
/** Of the link, from the trailer's beginning. */
export const TRAILER_LINK: u32 = 12;
