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
