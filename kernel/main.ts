/** The unikernel from the loader's jump to the first thread: a table of contents. */
import { enterCpu } from "./arch/cpu.ts";
import { newline, print, printHex } from "./console/print.ts";
import { initSerial } from "./console/serial.ts";

/** `info` is of the loader's protocol: PVH's or multiboot's. Interrupts are off, the first 4 GiB mapped one to one. */
export function kmain(_info: ptr<unknown>, protocol: u32): void {
  initSerial(); //  text for people, from here on
  enterCpu(0); //   gs: this processor's own
  print("Vitrine, by protocol ");
  printHex(u64(protocol));
  newline();
  out32(0xf4, 0x10);
}
