/** The options of the kernel's command line: all that there are. docs/kernel.md describes them for users. */

export class Option extends Struct {
  name: ptr<u8>;
  meaning: ptr<u8>;
}
/** More than there are; behind the last one are zeros. */
const ROOM = 64;
export const options: array<Option, typeof ROOM> = [
  { name: "help", meaning: "list these" },
  { name: "memory", meaning: "print the memory map and the counters of memory" },
  { name: "time", meaning: "print when the first thread began" },
  { name: "crash", meaning: "break on purpose: null, jump, opcode, divide, panic, assert, twice, stack" },
  { name: "test", meaning: "only test cases whose name begins so (test image)" },
];
