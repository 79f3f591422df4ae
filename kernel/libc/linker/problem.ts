/** What is wrong with an object: one line, for the end of the program or for dlerror. */
import { systemCall } from "../../lib/linux.ts";
import { type Line, lengthOf } from "../text.ts";

export const problem: Line = zeroed();
/** Program's name, for lines. */
export let programName: ptr<u8> = "program";

export function setProgramName(name: ptr<u8>): void {
  programName = name;
}
/** "what: why"; gives false. */
export function wrong(what: ptr<u8>, why: ptr<u8>): bool {
  problem.length = 0;
  problem.add(what);
  problem.add(": ");
  problem.add(why);
  return false;
}
export function wrongSymbol(what: ptr<u8>, why: ptr<u8>, symbol: ptr<u8>): bool {
  wrong(what, why);
  problem.add(symbol);
  return false;
}
function write(text: ptr<u8>): void {
  systemCall(1, 2, address(text), lengthOf(text));
}
/** As ld.so: a line, and status 127. */
export function endWith(kind: ptr<u8>, what: ptr<u8>): never {
  const line: Line = zeroed();
  line.add(programName);
  line.add(": ");
  line.add(kind);
  line.add(": ");
  line.add(what);
  line.add("\n");
  write(addressOf(line.text[0]));
  for (;;) systemCall(231, 127, 0, 0);
}
