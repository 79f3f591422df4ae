/** sqrt under its own name, which in other files is the processor's instruction. */
import { sqrtOf } from "./double.ts";

/** @export */
export function sqrt(x: f64): f64 {
  return sqrtOf(x);
}
