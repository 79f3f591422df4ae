// Tags are read, so they must make sense.
/** @align 3 */ // error: VT4010
export function a(): void {}
/** @section two words? */
export function ok(): void {}
/** @section */ // error: VT4010
export function b(): void {}
/** @inline @noinline */ // error: VT4010
export function c(): void {}
/** @base f64 */ // error: VT4010
enum E {
  A,
}
/** @packed */ // error: VT4010
export function d(): void {
  /** @align 64 */
  let buffer: array<u8, 64> = zeroed();
  /** @section .local */ // error: VT4010
  let x: u32 = 1;
  buffer[0] = truncate<u8>(x);
}
/** @naked, were it a function. */ // error: VT4010
class Point extends Struct {
  /** @align 16 */
  x: u32; /** @align 16 */ // error: VT4010
  y: u32;
  /** Not a tag: `@align`, me@align.org. @param x neither */
  f(x: u32): void {}
}
