/** Characters and texts in printf and wprintf (ISO C §7.23.6.1, §7.31.2.1): width and precision count bytes in the one, characters in the other. */
import { isUtf8 } from "../locale.ts";
import { lengthOf } from "../text.ts";
import { put, type State, take } from "../wide/multibyte.ts";
import { type Directive, type Sink, Size } from "./directive.ts";

export function putText(sink: ptr<Sink>, d: ptr<Directive>, text: ptr<u8>, bytes: usize): void {
  const room = d.width - i64(bytes);
  if (!d.minus) sink.fill(char(" "), room);
  sink.put(text, bytes);
  if (d.minus) sink.fill(char(" "), room);
}
/** Texts of wide characters. False: one has no bytes in the locale. */
function formatWide(sink: ptr<Sink>, d: ptr<Directive>, text: ptr<u32>, most: usize): bool {
  const piece: array<u8, 8> = zeroed();
  const asUtf8 = sink.isWide || isUtf8();
  let units: i64 = 0;
  let characters: usize = 0;
  while (characters < most && (most === 1 || text[characters] !== 0)) {
    const bytes = put(addressOf(piece[0]), text[characters], asUtf8);
    if (bytes === 0) return false;
    const more: i64 = sink.isWide ? 1 : i64(bytes);
    if (d.precision >= 0 && units + more > d.precision) break;
    units += more;
    characters++;
  }
  if (!d.minus) sink.fill(char(" "), d.width - units);
  for (let i: usize = 0; i < characters; i++)
    sink.put(addressOf(piece[0]), put(addressOf(piece[0]), text[i], asUtf8));
  if (d.minus) sink.fill(char(" "), d.width - units);
  return true;
}
/** A text of the locale's in wide output. False: it has bytes that are none of its characters. */
function formatMultibyte(sink: ptr<Sink>, d: ptr<Directive>, text: ptr<u8>): bool {
  const state: State = zeroed();
  const asUtf8 = isUtf8();
  let characters: i64 = 0;
  let bytes: usize = 0;
  let at: usize = 0;
  for (; text[at] !== 0 && (d.precision < 0 || characters < d.precision); at++) {
    const done = take(addressOf(state), text[at], asUtf8);
    if (done < 0) return false;
    if (done === 0) continue;
    characters++;
    bytes = at + 1;
  }
  if (bytes !== at) return false;
  if (!d.minus) sink.fill(char(" "), d.width - characters);
  sink.put(text, bytes);
  if (d.minus) sink.fill(char(" "), d.width - characters);
  return true;
}
const EVERYTHING: usize = 0x7fff_ffff;

/** False: what is to be printed is no character. */
export function formatText(sink: ptr<Sink>, d: ptr<Directive>, word: u64): bool {
  if (word === 0) {
    const isRoom = d.precision < 0 || d.precision >= 6;
    putText(sink, d, "(null)", isRoom ? 6 : 0);
    return true;
  }
  if (d.size === Size.Long) return formatWide(sink, d, pointer<u32>(word), EVERYTHING);
  const text = pointer<u8>(word);
  if (sink.isWide) return formatMultibyte(sink, d, text);
  let length: usize = 0;
  if (d.precision < 0) length = lengthOf(text);
  else while (i64(length) < d.precision && text[length] !== 0) length++;
  putText(sink, d, text, length);
  return true;
}
export function formatCharacter(sink: ptr<Sink>, d: ptr<Directive>, word: u32): bool {
  const wide: u32 = word;
  const byte: u8 = truncate<u8>(word);
  if (d.size === Size.Long) {
    d.precision = -1;
    return formatWide(sink, d, addressOf(wide), 1);
  }
  if (sink.isWide && byte > 127) return false;
  putText(sink, d, addressOf(byte), 1);
  return true;
}
