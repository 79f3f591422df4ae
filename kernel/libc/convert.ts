/**
 * iconv(3) between UTF-8, ASCII, ISO-8859-1, UTF-16 and UCS-4 with their byte orders, and wchar_t. What a set does not have is an error, or left out with "//IGNORE"; nothing
 * is transliterated.
 */
import { failWith } from "./errno.ts";
import { free, malloc } from "./kernel-calls.ts";
import { upper } from "./letters.ts";
import { same } from "./text.ts";
import { put, type State, take } from "./wide/multibyte.ts";

type Text = ptr<u8>;
const EINVAL: i32 = 22;
const E2BIG: i32 = 7;
const EILSEQ: i32 = 84;
const FAILED: usize = 0xffff_ffff_ffff_ffff;

enum Form {
  Utf8,
  Ascii,
  Latin1,
  Utf16,
  Ucs4,
}
class CharacterSet extends Struct {
  form: Form;
  isBig: bool;
  /** The byte order is told by a mark at the start. */
  isMarked: bool;
  ignores: bool;
}
class Names extends Struct {
  name: Text;
  set: CharacterSet;
}
const sets: array<Names, 19> = [
  init({ name: "UTF-8", set: init({ form: Form.Utf8 }) }),
  init({ name: "UTF8", set: init({ form: Form.Utf8 }) }),
  init({ name: "", set: init({ form: Form.Utf8 }) }),
  init({ name: "ASCII", set: init({ form: Form.Ascii }) }),
  init({ name: "US-ASCII", set: init({ form: Form.Ascii }) }),
  init({ name: "ANSI_X3.4-1968", set: init({ form: Form.Ascii }) }),
  init({ name: "646", set: init({ form: Form.Ascii }) }),
  init({ name: "ISO-8859-1", set: init({ form: Form.Latin1 }) }),
  init({ name: "ISO8859-1", set: init({ form: Form.Latin1 }) }),
  init({ name: "LATIN1", set: init({ form: Form.Latin1 }) }),
  init({ name: "UTF-16", set: init({ form: Form.Utf16, isMarked: true }) }),
  init({ name: "UTF-16LE", set: init({ form: Form.Utf16 }) }),
  init({ name: "UTF-16BE", set: init({ form: Form.Utf16, isBig: true }) }),
  init({ name: "UCS-2LE", set: init({ form: Form.Utf16 }) }),
  init({ name: "UCS-2BE", set: init({ form: Form.Utf16, isBig: true }) }),
  init({ name: "UTF-32LE", set: init({ form: Form.Ucs4 }) }),
  init({ name: "UTF-32BE", set: init({ form: Form.Ucs4, isBig: true }) }),
  init({ name: "UCS-4LE", set: init({ form: Form.Ucs4 }) }),
  init({ name: "WCHAR_T", set: init({ form: Form.Ucs4 }) }),
];
class Converter extends Struct {
  from: CharacterSet;
  to: CharacterSet;
  isBegun: bool;
}
/** Without what stands behind "//". */
function findSet(name: Text, set: ptr<CharacterSet>): bool {
  const word: array<u8, 32> = zeroed();
  let length: usize = 0;
  while (name[length] !== 0 && !(name[length] === char("/") && name[length + 1] === char("/"))) {
    if (length === 31) return false;
    word[length] = upper(name[length]);
    length++;
  }
  for (let i: usize = 0; i < sets.length; i++) {
    if (!same(sets[i].name, addressOf(word[0]))) continue;
    set.value = sets[i].set;
    set.ignores = name[length] !== 0 && upper(name[length + 2]) === char("I");
    return true;
  }
  return false;
}
/** @export */
export function iconv_open(to: Text, from: Text): usize {
  const memory = malloc(sizeof<Converter>());
  if (memory === null) return FAILED;
  const converter = cast<Converter>(memory);
  converter.value = zeroed();
  if (findSet(to, addressOf(converter.to)) && findSet(from, addressOf(converter.from)))
    return address(converter);
  free(memory);
  failWith(EINVAL);
  return FAILED;
}
/** @export */
export function iconv_close(converter: ptr<Converter>): i32 {
  free(converter);
  return 0;
}
function unit(at: Text, bytes: u32, isBig: bool): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < bytes; i++) value |= u32(at[i]) << (8 * (isBig ? bytes - 1 - i : i));
  return value;
}
/** How many bytes the next character has; 0: they are not all there; -1: it is none. */
function read(set: ptr<CharacterSet>, from: Text, left: usize, character: ptr<u32>): i64 {
  if (set.form === Form.Utf8) {
    const state: State = zeroed();
    for (let i: usize = 0; i < left; i++) {
      const done = take(addressOf(state), from[i], true);
      if (done < 0) return -1;
      if (done === 0) continue;
      character.value = state.character;
      return state.character < 0x11_0000 ? i64(i) + 1 : -1;
    }
    return 0;
  }
  character.value = u32(from[0]);
  if (set.form === Form.Ascii) return from[0] < 128 ? 1 : -1;
  if (set.form === Form.Latin1) return 1;
  if (set.form === Form.Ucs4) {
    if (left < 4) return 0;
    character.value = unit(from, 4, set.isBig);
    return character.value < 0x11_0000 ? 4 : -1;
  }
  if (left < 2) return 0;
  const first = unit(from, 2, set.isBig);
  character.value = first;
  if (first < 0xd800 || first > 0xdfff) return 2;
  if (first > 0xdbff) return -1;
  if (left < 4) return 0;
  const second = unit(from.offset(2), 2, set.isBig);
  character.value = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
  return second >= 0xdc00 && second <= 0xdfff ? 4 : -1;
}
function putUnit(to: Text, value: u32, bytes: u32, isBig: bool): void {
  for (let i: u32 = 0; i < bytes; i++) to[i] = truncate<u8>(value >> (8 * (isBig ? bytes - 1 - i : i)));
}
/** A character's bytes; 0: the set does not have it. */
function write(set: ptr<CharacterSet>, character: u32, to: Text): usize {
  switch (set.form) {
    case Form.Utf8:
      return put(to, character, true);
    case Form.Ascii:
    case Form.Latin1:
      to[0] = truncate<u8>(character);
      return character < (set.form === Form.Ascii ? u32(128) : 256) ? 1 : 0;
    case Form.Ucs4:
      putUnit(to, character, 4, set.isBig);
      return 4;
    default:
      break;
  }
  if (character < 0x1_0000) {
    putUnit(to, character, 2, set.isBig);
    return character < 0xd800 || character > 0xdfff ? 2 : 0;
  }
  putUnit(to, 0xd800 + ((character - 0x1_0000) >> 10), 2, set.isBig);
  putUnit(to.offset(2), 0xdc00 + (character & 0x3ff), 2, set.isBig);
  return 4;
}
function readMark(converter: ptr<Converter>, from: ptr<Text>, left: ptr<usize>): void {
  if (left.value < 2) return;
  const mark = unit(from.value, 2, false);
  if (mark !== 0xfeff && mark !== 0xfffe) return;
  converter.from.isBig = mark === 0xfffe;
  from.value = from.value.offset(2);
  left.value -= 2;
}
/** @export */
export function iconv(
  converter: ptr<Converter>,
  from: ptr<Text>,
  left: ptr<usize>,
  to: ptr<Text>,
  room: ptr<usize>,
): usize {
  const piece: array<u8, 8> = zeroed();
  if (address(from) === 0 || address(from.value) === 0) {
    converter.isBegun = false;
    return 0;
  }
  if (!converter.isBegun && converter.from.isMarked) readMark(converter, from, left);
  while (left.value > 0) {
    let character: u32 = 0;
    const taken = read(addressOf(converter.from), from.value, left.value, addressOf(character));
    if (taken === 0) {
      failWith(EINVAL);
      return FAILED;
    }
    let bytes: usize = 0;
    if (taken > 0) {
      const at = addressOf(piece[0]);
      if (!converter.isBegun && converter.to.isMarked) {
        putUnit(at, 0xfeff, 2, converter.to.isBig);
        bytes = 2;
      }
      const own = write(addressOf(converter.to), character, at.offset(bytes));
      bytes = own === 0 ? 0 : bytes + own;
    }
    if (bytes === 0 && !converter.to.ignores) {
      failWith(EILSEQ);
      return FAILED;
    }
    if (bytes > room.value) {
      failWith(E2BIG);
      return FAILED;
    }
    if (bytes > 0) converter.isBegun = true;
    memcpy(to.value, addressOf(piece[0]), bytes);
    to.value = to.value.offset(bytes);
    room.value -= bytes;
    const step = taken < 0 ? 1 : usize(taken);
    from.value = from.value.offset(step);
    left.value -= step;
  }
  return 0;
}
