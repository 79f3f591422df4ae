// A name in the object is one thing.
/** @export */
function one(): void {}
class Other extends Struct {
  x: u8;
  static run(): void {}
}
import { again } from "./support/duplicate.ts";
/** @export */
function again2(): void {}
export function f(): void {
  again();
}
/** @export */
export function same(): void {} // error: VT4015
