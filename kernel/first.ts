/** What the first thread does: it says what machine this is, does what the command line asks, and switches off. */
import { cpuCount } from "./arch/cpu.ts";
import { processorsIgnored } from "./arch/processors.ts";
import { printTables } from "./boot/acpi.ts";
import { hasOption, optionText, printOptions } from "./boot/command-line.ts";
import { entries, entryCount, moduleCount, modules, RAM } from "./boot/loaded.ts";
import { usable, usableCount } from "./boot/memory-map.ts";
import { distance, nodeCount, nodeRangeCount, nodeRanges } from "./boot/numa.ts";
import { powerOff } from "./boot/power.ts";
import { newline, print, printAddress, printLine, printSize, printU64, tab } from "./console/print.ts";
import { crash } from "./crash.ts";
import { printMemory } from "./memory/memory-table.ts";
import { findLaunch } from "./program/launch.ts";
import { runProgram } from "./program/start.ts";
import { printThreads } from "./thread/thread-report.ts";
import { nanoseconds } from "./thread/time.ts";

const MIB: u64 = 1 << 20;

/** All RAM of the firmware's map, to the next MiB: what the firmware keeps of it differs between machines of one size. */
function ramBytes(): u64 {
  let bytes: u64 = 0;
  for (let i: usize = 0; i < entryCount; i++) {
    if (entries[i].type === RAM) bytes += entries[i].end - entries[i].start;
  }
  return (bytes + MIB - 1) & ~(MIB - 1);
}
function printCount(count: u64, one: ptr<u8>, many: ptr<u8>): void {
  print(", ");
  printU64(count);
  print(count === 1 ? one : many);
}
function printMachine(): void {
  print("Vitrine: ");
  printSize(ramBytes());
  printCount(u64(cpuCount), " processor", " processors");
  printCount(u64(nodeCount), " node", " nodes");
  newline();
  if (processorsIgnored !== 0) {
    print("warning: ");
    printU64(u64(processorsIgnored));
    printLine(" more processors are not used");
  }
}
function printMap(): void {
  printLine("usable memory:");
  for (let i: usize = 0; i < usableCount; i++) {
    printRange(usable[i].start, usable[i].end);
    newline();
  }
  if (moduleCount > 0) printModules();
  if (nodeCount > 1) printNodes();
  print("ACPI:");
  printTables();
  newline();
}
function printRange(start: usize, end: usize): void {
  print("  ");
  printAddress(start);
  print(" – ");
  printAddress(end);
  tab(46);
  printSize(end - start);
}
function printModules(): void {
  printLine("modules:");
  for (let i: usize = 0; i < moduleCount; i++) {
    printRange(modules[i].start, modules[i].end);
    tab(62);
    print(modules[i].text);
    newline();
  }
}
function printNodes(): void {
  printLine("nodes:");
  for (let i: usize = 0; i < nodeRangeCount; i++) {
    printRange(nodeRanges[i].start, nodeRanges[i].end);
    tab(62);
    printU64(u64(nodeRanges[i].node));
    newline();
  }
  printLine("distances between nodes:");
  for (let from: u32 = 0; from < nodeCount; from++) {
    print(" ");
    for (let to: u32 = 0; to < nodeCount; to++) {
      print(" ");
      printU64(u64(distance(from, to)));
    }
    newline();
  }
}

/** The body of the first thread of the kernel's image. */
export function runFirst(): void {
  const begun = nanoseconds();
  if (findLaunch()) runProgram();
  printMachine();
  if (hasOption("time")) {
    print("first thread after ");
    printU64(begun);
    printLine(" ns");
  }
  if (hasOption("help")) printOptions();
  if (hasOption("memory")) {
    printMap();
    printMemory();
  }
  if (hasOption("threads")) printThreads();
  const kind = optionText("crash");
  if (kind !== null) crash(kind);
  powerOff();
}
