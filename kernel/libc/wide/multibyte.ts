/**
 * Characters of several bytes (ISO C §7.24.7, §7.31.6): ASCII in "C"; in "C.UTF-8" the UTF-8 of RFC 2279, up to six bytes, as glibc has it, without surrogates. A
 * mbstate_t is what has come of a character.
 */
import { failWith } from "../errno.ts";
import { isUtf8 } from "../locale.ts";

type Text = ptr<u8>;
const EILSEQ: i32 = 84;
/** What a wide-character function gives at the end of a file. */
export const WEOF: u32 = 0xffff_ffff;
const INCOMPLETE: i64 = -2;

/** mbstate_t. All zeros: between two characters. */
export class State extends Struct {
  /** Bytes to come, and how many there are in all. */
  left: u16;
  total: u16;
  character: u32;
}
static_assert(sizeof<State>() === 8);

/** Another byte. 1: `character` is complete; 0: it is not yet; -1: it cannot become one. */
export function take(state: ptr<State>, byte: u8, asUtf8: bool): i32 {
  if (state.left === 0) {
    state.character = u32(byte);
    if (byte < 0x80) return 1;
    const ones = u16(clz(~byte));
    if (!asUtf8 || ones < 2 || ones > 6) return -1;
    state.total = ones;
    state.left = ones - 1;
    state.character = u32(byte) & (u32(0x7f) >> u32(ones));
    // A first byte that only too long a form has.
    return ones === 2 && state.character < 2 ? -1 : 0;
  }
  if ((byte & 0xc0) !== 0x80) return -1;
  state.character = (state.character << 6) | (u32(byte) & 0x3f);
  state.left--;
  // What two bytes less could have said.
  if (state.left + 2 === state.total && state.total > 2 && state.character >> (8 - u32(state.total)) === 0)
    return -1;
  if (state.left > 0) return 0;
  return state.character >= 0xd800 && state.character < 0xe000 ? -1 : 1;
}
/** Bytes of a character; 0: it has none. */
export function put(to: Text, character: u32, asUtf8: bool): usize {
  if (character < 0x80) {
    to[0] = u8(character);
    return 1;
  }
  if (!asUtf8 || character > 0x7fff_ffff || (character >= 0xd800 && character < 0xe000)) return 0;
  let bytes: u32 = 2;
  while (bytes < 6 && character >> (5 * bytes + 1) !== 0) bytes++;
  let rest = character;
  for (let i = bytes - 1; i > 0; i--) {
    to[i] = u8(0x80 | (rest & 0x3f));
    rest >>= 6;
  }
  to[0] = truncate<u8>((u32(0xff00) >> bytes) | rest);
  return usize(bytes);
}
const ofMbrtowc: State = zeroed();
const ofMbrlen: State = zeroed();
const ofMbsrtowcs: State = zeroed();

function decode(to: ptr<u32>, from: Text, bytes: usize, state: ptr<State>): i64 {
  const asUtf8 = isUtf8();
  for (let i: usize = 0; i < bytes; i++) {
    const done = take(state, from[i], asUtf8);
    if (done === 0) continue;
    const character = state.character;
    state.value = zeroed();
    if (done < 0) return i64(failWith(EILSEQ));
    if (address(to) !== 0) to.value = character;
    return character === 0 ? 0 : i64(i) + 1;
  }
  return INCOMPLETE;
}
/** @export */
export function mbrtowc(to: ptr<u32>, from: Text, bytes: usize, state: ptr<State>): i64 {
  const own = address(state) === 0 ? addressOf(ofMbrtowc) : state;
  if (address(from) === 0) return decode(pointer<u32>(0), "", 1, own);
  return decode(to, from, bytes, own);
}
/** @export */
export function mbrlen(from: Text, bytes: usize, state: ptr<State>): i64 {
  return mbrtowc(pointer<u32>(0), from, bytes, address(state) === 0 ? addressOf(ofMbrlen) : state);
}
/** @export @naked */
export function __mbrlen(): void {
  asm`jmp ${mbrlen}`;
}
/** @export */
export function mbtowc(to: ptr<u32>, from: Text, bytes: usize): i32 {
  const state: State = zeroed();
  if (address(from) === 0) return 0;
  const taken = decode(to, from, bytes, addressOf(state));
  return taken === INCOMPLETE ? failWith(EILSEQ) : i32(taken);
}
/** @export */
export function mblen(from: Text, bytes: usize): i32 {
  return mbtowc(pointer<u32>(0), from, bytes);
}
/** @export */
export function mbsinit(state: ptr<State>): i32 {
  return address(state) === 0 || state.left === 0 ? 1 : 0;
}
/** @export */
export function wcrtomb(to: Text, character: u32, _state: ptr<State>): i64 {
  if (address(to) === 0) return 1;
  const bytes = put(to, character, isUtf8());
  return bytes === 0 ? i64(failWith(EILSEQ)) : i64(bytes);
}
/** @export */
export function wctomb(to: Text, character: u32): i32 {
  return address(to) === 0 ? 0 : i32(wcrtomb(to, character, pointer<State>(0)));
}
/** @export */
export function mbsnrtowcs(
  to: ptr<u32>,
  place: ptr<Text>,
  bytes: usize,
  room: usize,
  given: ptr<State>,
): i64 {
  // Without a place to write to nothing changes.
  const kept = address(given) === 0 ? addressOf(ofMbsrtowcs) : given;
  const asUtf8 = isUtf8();
  const counts = address(to) === 0;
  let length: usize = 0;
  let from = place.value;
  let left = bytes;
  let own: State = kept.value;
  while (left > 0 && (counts || length < room)) {
    const done = take(addressOf(own), from[0], asUtf8);
    if (done < 0) {
      if (!counts) place.value = from;
      return i64(failWith(EILSEQ));
    }
    from = from.offset(1);
    left--;
    if (done === 0) continue;
    const character = own.character;
    own = zeroed();
    if (!counts) to[length] = character;
    if (character === 0) {
      if (!counts) place.value = pointer<u8>(0);
      if (!counts) kept.value = zeroed();
      return i64(length);
    }
    length++;
  }
  if (!counts) {
    place.value = from;
    kept.value = own;
  }
  return i64(length);
}
/** @export */
export function mbsrtowcs(to: ptr<u32>, place: ptr<Text>, room: usize, state: ptr<State>): i64 {
  return mbsnrtowcs(to, place, 0xffff_ffff_ffff_ffff, room, state);
}
/** @export */
export function mbstowcs(to: ptr<u32>, from: Text, room: usize): i64 {
  const state: State = zeroed();
  const at: Text = from;
  return mbsrtowcs(to, addressOf(at), room, addressOf(state));
}
/** @export */
export function wcsnrtombs(
  to: Text,
  place: ptr<ptr<u32>>,
  count: usize,
  room: usize,
  _state: ptr<State>,
): i64 {
  const piece: array<u8, 8> = zeroed();
  const asUtf8 = isUtf8();
  const counts = address(to) === 0;
  let length: usize = 0;
  let from = place.value;
  for (let left = count; left > 0; left--) {
    const bytes = put(addressOf(piece[0]), from[0], asUtf8);
    if (bytes === 0) {
      if (!counts) place.value = from;
      return i64(failWith(EILSEQ));
    }
    if (!counts && length + bytes > room) break;
    if (!counts) memcpy(to.offset(length), addressOf(piece[0]), bytes);
    if (from[0] === 0) {
      if (!counts) place.value = pointer<u32>(0);
      return i64(length);
    }
    length += bytes;
    from = from.offset(1);
  }
  if (!counts) place.value = from;
  return i64(length);
}
/** @export */
export function wcsrtombs(to: Text, place: ptr<ptr<u32>>, room: usize, state: ptr<State>): i64 {
  return wcsnrtombs(to, place, 0xffff_ffff_ffff_ffff, room, state);
}
/** @export */
export function wcstombs(to: Text, from: ptr<u32>, room: usize): i64 {
  const at: ptr<u32> = from;
  return wcsrtombs(to, addressOf(at), room, pointer<State>(0));
}
/** @export */
export function btowc(byte: i32): u32 {
  return byte >= 0 && byte < 128 ? u32(byte) : WEOF;
}
/** @export */
export function wctob(character: u32): i32 {
  return character < 128 ? i32(character) : -1;
}
// What compilers put in the place of those above: with the room of what is written to.
/** @export @naked */
export function __mbstowcs_chk(): void {
  asm`jmp ${mbstowcs}`;
}
/** @export @naked */
export function __wcstombs_chk(): void {
  asm`jmp ${wcstombs}`;
}
/** @export @naked */
export function __mbsrtowcs_chk(): void {
  asm`jmp ${mbsrtowcs}`;
}
/** @export @naked */
export function __wcsrtombs_chk(): void {
  asm`jmp ${wcsrtombs}`;
}
/** @export @naked */
export function __mbsnrtowcs_chk(): void {
  asm`jmp ${mbsnrtowcs}`;
}
/** @export @naked */
export function __wcsnrtombs_chk(): void {
  asm`jmp ${wcsnrtombs}`;
}
/** @export @naked */
export function __wcrtomb_chk(): void {
  asm`jmp ${wcrtomb}`;
}
/** @export @naked */
export function __wctomb_chk(): void {
  asm`jmp ${wctomb}`;
}
