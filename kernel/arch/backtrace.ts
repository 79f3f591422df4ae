/** The calls that led somewhere, innermost first. */
import { newline, print, printAddress } from "../console/print.ts";

/** From code at `rip` with these registers. */
export function printCalls(rip: usize, _rsp: usize, _rbp: usize): void {
  print("  ");
  printAddress(rip);
  newline();
}
