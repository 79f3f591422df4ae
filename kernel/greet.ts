/** What the first thread does when the command line asks for nothing: it greets and switches off. */
import { usableBytes } from "./boot/memory-map.ts";
import { newline, print, printSize } from "./console/print.ts";

export function greet(): void {
  print("Vitrine, ");
  printSize(usableBytes());
  newline();
  out32(0xf4, 0x10);
}
