/** The end by SIGABRT, with a line (abort(3), assert(3)). */

import { systemCall, systemCall6 } from "./system.ts";
import { type Line, lengthOf } from "./text.ts";

const SIGABRT: u64 = 6;

function raiseAbort(): void {
  const id = systemCall(186, 0, 0, 0);
  systemCall(234, u64(systemCall(39, 0, 0, 0)), u64(id), SIGABRT);
}
export function abort(text: ptr<u8>): never {
  systemCall(1, 2, address(text), lengthOf(text));
  end();
}
export function end(): never {
  raiseAbort();
  // It is caught or ignored: as by default then.
  const action: array<u64, 4> = zeroed();
  systemCall6(13, SIGABRT, address(addressOf(action[0])), 0, 8, 0, 0);
  const none: array<u64, 1> = [u64(1) << 5];
  systemCall6(14, 1, address(addressOf(none[0])), 0, 8, 0, 0);
  raiseAbort();
  for (;;) systemCall(231, 127, 0, 0);
}
/** A number in decimal. */
function addNumber(line: ptr<Line>, number: u32): void {
  let scale: u32 = 1;
  while (number / scale >= 10) scale *= 10;
  for (let left = number; scale > 0; scale /= 10) {
    line.byte(u8(left / scale) + char("0"));
    left %= scale;
  }
}
export function failAssertion(
  program: ptr<u8>,
  what: ptr<u8>,
  file: ptr<u8>,
  number: u32,
  name: ptr<u8>,
): never {
  const line: Line = zeroed();
  line.add(program);
  line.add(": ");
  line.add(file);
  line.add(":");
  addNumber(addressOf(line), number);
  line.add(": ");
  if (address(name) !== 0) {
    line.add(name);
    line.add(": ");
  }
  line.add("Assertion `");
  line.add(what);
  line.add("' failed.\n");
  abort(addressOf(line.text[0]));
}
