/** Wide characters from streams and to them (ISO C §7.31.3), in the character set of the calling thread's locale. */
import { failWith } from "../errno.ts";
import { isUtf8 } from "../locale.ts";
import { EOF, ERROR_SEEN, type File, getByte, putBack, putBytes, standard } from "../stdio/file.ts";
import { put, type State, take, WEOF } from "./multibyte.ts";

type Wide = ptr<u32>;
const EILSEQ: i32 = 84;

/** The next one. Of a character that is cut off at the end, or is none, errno says EILSEQ. @export */
export function fgetwc_unlocked(file: ptr<File>): u32 {
  const state: State = zeroed();
  const asUtf8 = isUtf8();
  if (file.orientation === 0) file.orientation = 1;
  for (;;) {
    const byte = getByte(file);
    if (byte === EOF && state.left === 0) return WEOF;
    const done = byte === EOF ? -1 : take(addressOf(state), truncate<u8>(byte), asUtf8);
    if (done > 0) return state.character;
    if (done === 0) continue;
    file.flags |= ERROR_SEEN;
    failWith(EILSEQ);
    return WEOF;
  }
}
/** @export */
export function fputwc_unlocked(character: u32, file: ptr<File>): u32 {
  const piece: array<u8, 8> = zeroed();
  const bytes = put(addressOf(piece[0]), character, isUtf8());
  if (file.orientation === 0) file.orientation = 1;
  if (bytes === 0) {
    file.flags |= ERROR_SEEN;
    failWith(EILSEQ);
    return WEOF;
  }
  return putBytes(file, addressOf(piece[0]), bytes) === bytes ? character : WEOF;
}
/** @export */
export function fgetwc(file: ptr<File>): u32 {
  file.lock.lock();
  const character = fgetwc_unlocked(file);
  file.lock.unlock();
  return character;
}
/** @export */
export function fputwc(character: u32, file: ptr<File>): u32 {
  file.lock.lock();
  const done = fputwc_unlocked(character, file);
  file.lock.unlock();
  return done;
}
/** @export */
export function ungetwc(character: u32, file: ptr<File>): u32 {
  const piece: array<u8, 8> = zeroed();
  if (character === WEOF) return WEOF;
  const bytes = put(addressOf(piece[0]), character, isUtf8());
  if (bytes === 0) return WEOF;
  file.lock.lock();
  let done = character;
  for (let i = bytes; i > 0; i--) if (putBack(file, i32(piece[i - 1])) === EOF) done = WEOF;
  file.lock.unlock();
  return done;
}
/** @export */
export function fgetws_unlocked(to: Wide, room: i32, file: ptr<File>): Wide | null {
  let length: i32 = 0;
  const failedBefore = file.flags & ERROR_SEEN;
  if (room <= 0) return null;
  file.flags &= ~ERROR_SEEN;
  while (length < room - 1) {
    const character = fgetwc_unlocked(file);
    if (character === WEOF) break;
    to[length] = character;
    length++;
    if (character === 10) break;
  }
  const hasFailed = (file.flags & ERROR_SEEN) !== 0;
  file.flags |= failedBefore;
  if (hasFailed || (length === 0 && room > 1)) return null;
  to[length] = 0;
  return to;
}
/** @export */
export function fgetws(to: Wide, room: i32, file: ptr<File>): Wide | null {
  file.lock.lock();
  const line = fgetws_unlocked(to, room, file);
  file.lock.unlock();
  return line;
}
/** @export */
export function __fgetws_chk(to: Wide, _size: usize, room: i32, file: ptr<File>): Wide | null {
  return fgetws(to, room, file);
}
/** @export */
export function fputws_unlocked(text: Wide, file: ptr<File>): i32 {
  for (let i: usize = 0; text[i] !== 0; i++) if (fputwc_unlocked(text[i], file) === WEOF) return -1;
  return 1;
}
/** @export */
export function fputws(text: Wide, file: ptr<File>): i32 {
  file.lock.lock();
  const done = fputws_unlocked(text, file);
  file.lock.unlock();
  return done;
}
/** @export */
export function getwchar(): u32 {
  return fgetwc(standard.input.value);
}
/** @export */
export function putwchar(character: u32): u32 {
  return fputwc(character, standard.output.value);
}
/** @export */
export function getwchar_unlocked(): u32 {
  return fgetwc_unlocked(standard.input.value);
}
/** @export */
export function putwchar_unlocked(character: u32): u32 {
  return fputwc_unlocked(character, standard.output.value);
}
/** @export @naked */
export function getwc(): void {
  asm`jmp ${fgetwc}`;
}
/** @export @naked */
export function putwc(): void {
  asm`jmp ${fputwc}`;
}
/** @export @naked */
export function getwc_unlocked(): void {
  asm`jmp ${fgetwc_unlocked}`;
}
/** @export @naked */
export function putwc_unlocked(): void {
  asm`jmp ${fputwc_unlocked}`;
}
