/** What a directive of printf's says, and where its text goes. */
import { failWith } from "../errno.ts";
import { isUtf8 } from "../locale.ts";
import { type State, take } from "../wide/multibyte.ts";
import { type File, putBytes } from "./file.ts";
import type { Numeral } from "./numeral.ts";

const EILSEQ: i32 = 84;

/**
 * Where it goes: a stream, or memory of which all is counted and what fits is kept. Of wide output (wprintf) the bytes that are put are UTF-8, and what is counted and
 * kept are characters.
 */
export class Sink extends Struct {
  file: ptr<File> | null;
  to: ptr<u8>;
  room: usize;
  count: usize;
  failed: bool;
  isWide: bool;
  toWide: ptr<u32>;
  state: State;

  putWide(from: ptr<u8>, bytes: usize): void {
    const file = this.file;
    const plain = file !== null && !isUtf8();
    for (let i: usize = 0; i < bytes; i++) {
      const done = take(addressOf(this.state), from[i], true);
      if (done < 0 || (plain && from[i] > 127)) {
        this.failed = true;
        failWith(EILSEQ);
        return;
      }
      if (done === 0) continue;
      if (file === null && this.count < this.room) this.toWide[this.count] = this.state.character;
      this.count++;
    }
    if (file !== null && bytes > 0 && putBytes(file, from, bytes) !== bytes) this.failed = true;
  }
  put(from: ptr<u8>, bytes: usize): void {
    const file = this.file;
    if (this.isWide) {
      this.putWide(from, bytes);
      return;
    }
    if (file !== null) {
      if (bytes > 0 && putBytes(file, from, bytes) !== bytes) this.failed = true;
    } else if (this.count < this.room) {
      const left = this.room - this.count;
      memcpy(this.to.offset(this.count), from, bytes < left ? bytes : left);
    }
    this.count += bytes;
  }
  fill(byte: u8, bytes: i64): void {
    if (bytes <= 0) return;
    const piece: array<u8, 32> = zeroed();
    memset(addressOf(piece[0]), byte, 32);
    for (let left = bytes; left > 0; left -= 32) this.put(addressOf(piece[0]), left < 32 ? usize(left) : 32);
  }
}

export enum Size {
  Char,
  Short,
  Int,
  Long,
  LongDouble,
}
export class Directive extends Struct {
  minus: bool;
  plus: bool;
  space: bool;
  hash: bool;
  zero: bool;
  width: i64;
  /** -1: none. */
  precision: i64;
  size: Size;
  conversion: u8;
  /** Numbers of arguments from 1, where "n$" names them; -1: "*", the next one; 0: none. */
  place: i32;
  widthPlace: i32;
  precisionPlace: i32;
}
/** Sign and prefix, zeros, digits, within the width. */
export function putNumber(sink: ptr<Sink>, d: ptr<Directive>, number: ptr<Numeral>): void {
  const bytes =
    i64(number.prefixLength) +
    number.zeros +
    i64(number.length) +
    number.middle +
    i64(number.tailLength) +
    number.late;
  const room = d.width - bytes;
  if (!d.minus && !number.padsZeros) sink.fill(char(" "), room);
  sink.put(addressOf(number.prefix[0]), number.prefixLength);
  if (!d.minus && number.padsZeros) sink.fill(char("0"), room);
  sink.fill(char("0"), number.zeros);
  sink.put(number.digits, number.length);
  sink.fill(char("0"), number.middle);
  sink.put(addressOf(number.tail[0]), number.tailLength);
  sink.fill(char("0"), number.late);
  if (d.minus) sink.fill(char(" "), room);
}
