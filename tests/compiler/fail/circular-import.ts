// Modules that need each other's values have no order. The circle is reported where it closes.
import { other } from "./support/circle.ts";
export const ONE = 1;
export function f(): u32 {
  return other();
}
