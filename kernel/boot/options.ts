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
  { name: "policy", meaning: "objects over half a page: seed (a page each) or dense (in slabs)" },
  { name: "allocator", meaning: "what serves malloc: tagged, buddy, tlsf, bump" },
  { name: "debug", meaning: "objects on pages of their own: all, size:N, size:N-M" },
  { name: "verify", meaning: "look at what objects leave behind; a number: so many are kept back" },
  { name: "threads", meaning: "print all threads" },
  { name: "time", meaning: "print when the first thread began" },
  {
    name: "crash",
    meaning:
      "break on purpose: null, jump, opcode, divide, panic, assert, twice, double, interrupt, stack, stray",
  },
  { name: "trace", meaning: "trace points to turn on: names, first parts of names, all" },
  { name: "workload", meaning: "what to measure (bench image)" },
  { name: "operations", meaning: "its steps" },
  { name: "slots", meaning: "objects that it keeps at most" },
  { name: "size", meaning: "bytes of each, where they have one size" },
  { name: "test", meaning: "only test cases whose name begins so (test image)" },
];
