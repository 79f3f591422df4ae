/**
 * The test image: the kernel as it is, with its cases in place of a first thread. One line for each case; ends by the debug-exit port with
 * status 33 if all have passed, else 35.
 */

import { debugExit } from "../arch/debug-exit.ts";
import { optionText } from "../boot/command-line.ts";
import { print, printLine } from "../console/print.ts";
import { startsWith } from "../lib/text.ts";
import { startKernel } from "../main.ts";
import { checkInvariants } from "../vm/walker.ts";
import { cases } from "./cases.ts";
import { beginCase, check, failuresOfCase } from "./check.ts";

const PASSED: u8 = 0x10;
const FAILED: u8 = 0x11;

export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, runCases);
}
function runCases(): void {
  const wanted = optionText("test");
  const prefix = wanted === null ? "" : wanted;
  let failed: u32 = 0;
  let ran: u32 = 0;
  for (let i: usize = 0; i < cases.length && address(cases[i].name) !== 0; i++) {
    const name = cases[i].name;
    if (!startsWith(name, prefix)) continue;
    ran++;
    beginCase(name);
    cases[i].run();
    check(checkInvariants(), "page tables as they must be");
    if (failuresOfCase() !== 0) failed++;
    else {
      print("ok ");
      printLine(name);
    }
  }
  debugExit(failed === 0 && ran > 0 ? PASSED : FAILED);
}
