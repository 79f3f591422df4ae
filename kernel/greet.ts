/** What the first thread does when the command line asks for nothing: it greets and switches off. */
import { cpuCount } from "./arch/cpu.ts";
import { printTables } from "./boot/acpi.ts";
import { usableBytes } from "./boot/memory-map.ts";
import { powerOff } from "./boot/power.ts";
import { newline, print, printLine, printSize, printU64 } from "./console/print.ts";

export function greet(): void {
  print("Vitrine: ");
  printSize(usableBytes());
  print(" of memory, ");
  printU64(u64(cpuCount));
  printLine(cpuCount === 1 ? " processor" : " processors");
  print("ACPI:");
  printTables();
  newline();
  powerOff();
}
