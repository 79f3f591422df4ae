// The other of two functions with one name in the object.
/** @export */
export function same(): void {}
export function again(): void {
  same();
}
