/**
 * What is to be run: a boot module called "launch", texts of the form NAME=VALUE that each end in a zero (src/program/launch.ts has the
 * names). The module stays where it is, and so do the texts.
 */

import { moduleCount, modules } from "../boot/loaded.ts";
import { sameText, startsWith, textLength } from "../lib/text.ts";
import { Area, inArea } from "../memory/address.ts";

export class Launch extends Struct {
  text: ptr<u8>;
  end: ptr<u8>;
}
/** The machine's; null texts: there is no program to run. */
export const launch: Launch = zeroed();

/** Looks for the module. False: there is none. */
export function findLaunch(): bool {
  for (let i: usize = 0; i < moduleCount; i++) {
    if (!sameText(modules[i].text, "launch")) continue;
    const start = inArea(Area.Early, modules[i].start);
    launch.text = pointer<u8>(start);
    launch.end = pointer<u8>(start + (modules[i].end - modules[i].start));
    // What a loader appends to a module's end is no text.
    return launch.end.offset(-1).value === 0;
  }
  return false;
}
/** The `index`-th value of a name, which ends in "="; null: there are not so many. */
export function launchText(name: ptr<u8>, index: usize): ptr<u8> | null {
  let left = index;
  let at = launch.text;
  const length = textLength(name);
  while (at < launch.end) {
    if (startsWith(at, name)) {
      if (left === 0) return at.offset(length);
      left--;
    }
    at = at.offset(textLength(at) + 1);
  }
  return null;
}
/** How many values a name has. */
export function launchCount(name: ptr<u8>): usize {
  let count: usize = 0;
  for (let at = launch.text; at < launch.end; at = at.offset(textLength(at) + 1))
    if (startsWith(at, name)) count++;
  return count;
}
/** A decimal value; 0 where there is none. */
export function launchNumber(name: ptr<u8>): u64 {
  const text = launchText(name, 0);
  let number: u64 = 0;
  if (text === null) return 0;
  for (let i: usize = 0; text[i] >= char("0") && text[i] <= char("9"); i++)
    number = number * 10 + u64(text[i] - char("0"));
  return number;
}
