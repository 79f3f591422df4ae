/** What is told of a program that ends by its own fault: the signal, where, all registers, and who had called. */
import { isProgramCode } from "../arch/code.ts";
import { printRegisters, type Registers } from "../arch/exceptions.ts";
import { newline, print, printAddress, printLine, printU64 } from "../console/print.ts";
import { currentProgram, type SignalInformation } from "./process.ts";
import { nameOfSignal } from "./signal-numbers.ts";
import { printSymbol } from "./symbols.ts";
import { copyIn } from "./user.ts";

const MOST_FRAMES = 32;

function printFrame(rip: u64): void {
  print("  ");
  printAddress(rip);
  printSymbol(rip);
  newline();
}
/** By the chain of RBP, as far as the program keeps one. */
function printFrames(registers: ptr<Registers>): void {
  printFrame(registers.rip);
  const frame: array<u64, 2> = zeroed();
  let at = registers.rbp;
  for (let i: u32 = 0; i < MOST_FRAMES; i++) {
    if ((at & 7) !== 0 || !copyIn(addressOf(frame), at, 16)) return;
    if (!isProgramCode(frame[1])) return;
    printFrame(frame[1]);
    if (frame[0] <= at) return;
    at = frame[0];
  }
}
export function reportCrash(
  registers: ptr<Registers>,
  signal: u32,
  information: ptr<SignalInformation>,
): void {
  print("vitrine: the program ends by ");
  print(nameOfSignal(signal));
  if (information.code > 0) {
    print(", at address ");
    printAddress(information.first);
  }
  print(", in thread ");
  printU64(u64(currentProgram().id));
  newline();
  printRegisters(registers);
  printLine("calls:");
  printFrames(registers);
}
