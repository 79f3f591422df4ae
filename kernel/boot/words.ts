/**
 * A text split into words `name` or `name=value` with blanks between. Quotes, double or single, keep blanks together wherever they stand, and are not
 * part of the word; a backslash takes the next character as it is, but not within single quotes. A quote that is not closed ends with the text.
 */

import { isBlank, sameText } from "../lib/text.ts";

const MAX_WORDS = 64;
const BACKSLASH: u8 = 92;
const QUOTE: u8 = 34;
const APOSTROPHE: u8 = 39;
const EQUALS: u8 = 61;

export class Word extends Struct {
  name: ptr<u8>;
  /** What follows the first "="; null without one. */
  text: ptr<u8> | null;
}

function isSpace(byte: u8): bool {
  return isBlank(byte) || byte === char("\n") || byte === char("\r");
}

/** Words lie in the text itself, each with a zero behind it: without quotes and backslashes they are never longer than they were. */
export class Words extends Struct {
  list: array<Word, typeof MAX_WORDS>;
  count: usize;
  /** While splitting: what is read and written next. */
  from: ptr<u8>;
  to: ptr<u8>;

  /** Changes the text. Words beyond the 64th are left out. */
  split(text: ptr<u8>): void {
    this.from = text;
    this.to = text;
    this.count = 0;
    while (this.count < MAX_WORDS && this.next(addressOf(this.list[this.count]))) this.count++;
  }
  /** The last word with that name. */
  find(name: ptr<u8>): ptr<Word> | null {
    for (let i = this.count; i > 0; i--) {
      if (sameText(this.list[i - 1].name, name)) return addressOf(this.list[i - 1]);
    }
    return null;
  }
  private next(word: ptr<Word>): bool {
    while (isSpace(this.from.value)) this.from = this.from.offset(1);
    if (this.from.value === 0) return false;
    word.name = this.to;
    word.text = null;
    this.copy(word);
    const ended = this.from.value === 0;
    this.put(0);
    if (!ended) this.from = this.from.offset(1);
    return true;
  }
  private put(byte: u8): void {
    this.to.value = byte;
    this.to = this.to.offset(1);
  }
  /** One word up to the blank or zero behind it. */
  private copy(word: ptr<Word>): void {
    let quote: u8 = 0;
    for (; this.from.value !== 0; this.from = this.from.offset(1)) {
      const byte = this.from.value;
      if (quote === 0 && isSpace(byte)) return;
      if (byte === quote) quote = 0;
      else if (quote === 0 && (byte === QUOTE || byte === APOSTROPHE)) quote = byte;
      else if (byte === BACKSLASH && quote !== APOSTROPHE && this.from[1] !== 0) {
        this.from = this.from.offset(1);
        this.put(this.from.value);
      } else if (byte === EQUALS && word.text === null) {
        this.put(0);
        word.text = this.to;
      } else this.put(byte);
    }
  }
}
