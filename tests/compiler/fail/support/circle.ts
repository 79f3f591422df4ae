// The other half of a circle.
import { ONE } from "../circular-import.ts"; // error: VT5003
export function other(): u32 {
  return ONE;
}
