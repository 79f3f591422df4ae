/**
 * Debug builds fill free frames with junk, and look whether it is still there when a frame is taken: who writes to what it has given
 * back is found out. Release builds do nothing here.
 */
import { wordsAre } from "../arch/instructions.ts";
import { panicWith } from "../panic.ts";
import { Area, inArea, PAGE_SIZE } from "./address.ts";
import { frameOf, framePhysical } from "./frame-table.ts";

const JUNK_BYTE: u8 = 0xdb;
const JUNK: u64 = 0xdbdb_dbdb_dbdb_dbdb;
const WORDS: u64 = PAGE_SIZE / 8;

/** Of frames that are about to become free. */
export function fillJunk(number: u32, count: u32): void {
  if (!DEBUG) return;
  for (let i: u32 = 0; i < count; i++) frameOf(number + i).junk = true;
  memset(pointer<u8>(inArea(Area.Early, framePhysical(number))), JUNK_BYTE, usize(count) * PAGE_SIZE);
}
/** Of frames that have just been taken. A frame that was never given back has no junk. */
export function checkJunk(number: u32, count: u32): void {
  if (!DEBUG) return;
  for (let i: u32 = 0; i < count; i++) {
    const frame = frameOf(number + i);
    if (!frame.junk) continue;
    frame.junk = false;
    const words = pointer<u64>(inArea(Area.Early, framePhysical(number + i)));
    if (!wordsAre(words, WORDS, JUNK)) findWrite(number + i, words);
  }
}
function findWrite(number: u32, words: ptr<u64>): never {
  let word: usize = 0;
  while (words[word] === JUNK) word++;
  panicWith("a free frame was written to", "physical", framePhysical(number) + word * 8, "word", words[word]);
}
