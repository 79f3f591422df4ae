/**
 * A program of program.ts against a text: the first place where it matches, and there the longest match (POSIX). Ways are tried in order, each instruction at each place once, so that time is
 * at most the product of their numbers; but with back references each way counts, as what the groups hold matters.
 */
import { free, malloc, realloc } from "../kernel-calls.ts";
import { isDigit, isLetter, lower } from "../letters.ts";
import { type State, take } from "../wide/multibyte.ts";
import { Operation, Place, type Program } from "./program.ts";

export const MOST_GROUPS = 64;
const NOWHERE: i64 = -1;

export class Text extends Struct {
  bytes: ptr<u8>;
  length: i64;
  notLineStart: bool;
  notLineEnd: bool;
  newlineAnchors: bool;
  /** re_pattern_buffer's; 0: none. */
  translate: ptr<u8> | null;
}
export class Matched extends Struct {
  /** Beginnings and ends of groups. */
  places: array<i64, 128>;
}
/** What to go back to: an instruction at a place, or a group's place as it was. */
class Choice extends Struct {
  instruction: u32;
  /** Plus 1; 0: an instruction. */
  saved: u32;
  at: i64;
}
class Search extends Struct {
  program: ptr<Program>;
  text: ptr<Text>;
  choices: ptr<Choice>;
  count: usize;
  room: usize;
  /** Bits: instruction by place. */
  seen: ptr<u64>;
  now: Matched;
  best: Matched;
  bestEnd: i64;
  steps: u64;
  failed: bool;

  byte(at: i64): u8 {
    const translate = this.text.translate;
    const byte = this.text.bytes[at];
    return translate === null ? byte : translate[byte];
  }
  push(instruction: u32, saved: u32, at: i64): void {
    if (this.count === this.room) {
      const room = this.room * 2 + 64;
      const now = realloc(this.choices, room * sizeof<Choice>());
      if (now === null) {
        this.failed = true;
        return;
      }
      this.choices = cast<Choice>(now);
      this.room = room;
    }
    this.choices[this.count] = { instruction, saved, at };
    this.count++;
  }
  isNew(instruction: u32, at: i64): bool {
    if (address(this.seen) === 0) return true;
    const bit = u64(at) * u64(this.program.length) + u64(instruction);
    const word = this.seen.offset(bit >> 6);
    const mask = u64(1) << (bit & 63);
    if ((word.value & mask) !== 0) return false;
    word.value |= mask;
    return true;
  }
  isWord(at: i64): bool {
    if (at < 0 || at >= this.text.length) return false;
    const byte = this.byte(at);
    return isLetter(byte) || isDigit(byte) || byte === 95;
  }
  holds(place: u32, at: i64): bool {
    const text = this.text;
    const before = this.isWord(at - 1);
    const behind = this.isWord(at);
    switch (place as Place) {
      case Place.LineStart:
        if (at === 0) return !text.notLineStart;
        return text.newlineAnchors && text.bytes[at - 1] === 10;
      case Place.LineEnd:
        if (at === text.length) return !text.notLineEnd;
        return text.newlineAnchors && text.bytes[at] === 10;
      case Place.BufferStart:
        return at === 0;
      case Place.BufferEnd:
        return at === text.length;
      case Place.Boundary:
        return before !== behind;
      case Place.NoBoundary:
        return before === behind;
      case Place.WordStart:
        return !before && behind;
      default:
        return before && !behind;
    }
  }
  /** Bytes of the character at a place, which is left in `character`; 0: the end. */
  character(at: i64, character: ptr<u32>): i64 {
    if (at >= this.text.length) return 0;
    character.value = u32(this.byte(at));
    if (!this.program.asUtf8 || character.value < 128) return 1;
    const state: State = zeroed();
    for (let i = at; i < this.text.length; i++) {
      const done = take(addressOf(state), this.byte(i), true);
      if (done < 0) break;
      if (done === 0) continue;
      character.value = state.character;
      return i - at + 1;
    }
    return 1;
  }
  /** How many bytes a group's text takes here again; -1: it is not there. */
  again(group: u32, at: i64): i64 {
    const start = this.now.places[2 * group];
    const end = this.now.places[2 * group + 1];
    if (start < 0 || end < start || at + (end - start) > this.text.length) return -1;
    for (let i: i64 = 0; i < end - start; i++) {
      const a = this.byte(start + i);
      const b = this.byte(at + i);
      if (a !== b && !(this.program.foldsCase && lower(a) === lower(b))) return -1;
    }
    return end - start;
  }
  /** Bytes that an instruction takes at a place; -1: it does not fit. */
  width(operation: Operation, number: u32, at: i64): i64 {
    let character: u32 = 0;
    if (operation === Operation.Back) return this.again(number, at);
    if (operation === Operation.Assertion) return this.holds(number, at) ? 0 : -1;
    if (at >= this.text.length) return -1;
    if (operation === Operation.Byte) return u32(this.byte(at)) === number ? 1 : -1;
    const bytes = this.character(at, addressOf(character));
    if (operation === Operation.Any) return character === 10 && !this.program.dotsNewline ? -1 : bytes;
    return this.program.sets[number].has(character) ? bytes : -1;
  }
  /** All ways from one place; what is found is in `best`. */
  from(start: i64): void {
    this.count = 0;
    this.push(0, 0, start);
    while (this.count > 0 && !this.failed) {
      this.count--;
      const choice: Choice = this.choices[this.count];
      if (choice.saved > 0) {
        this.now.places[choice.saved - 1] = choice.at;
        continue;
      }
      this.follow(choice.instruction, choice.at);
      // Nothing is longer.
      if (this.bestEnd === this.text.length) return;
    }
  }
  follow(first: u32, place: i64): void {
    let i = first;
    let at = place;
    while (this.isNew(i, at)) {
      // An expression with back references may have too many ways, or one without end.
      this.steps++;
      if (this.program.hasBack && this.steps > MOST_STEPS) {
        this.failed = true;
        return;
      }
      const code = addressOf(this.program.code[i]);
      switch (code.operation) {
        case Operation.Match:
          if (at > this.bestEnd) {
            this.bestEnd = at;
            this.best = this.now;
          }
          return;
        case Operation.Jump:
          i = code.to;
          continue;
        case Operation.Split:
          this.push(code.other, 0, at);
          i = code.to;
          continue;
        case Operation.Save:
          if (code.number < 128) {
            this.push(0, code.number + 1, this.now.places[code.number]);
            this.now.places[code.number] = at;
          }
          i++;
          continue;
        default:
          break;
      }
      const bytes = this.width(code.operation, code.number, at);
      if (bytes < 0) return;
      at += bytes;
      i++;
    }
  }
}
const MOST_STEPS: u64 = 5_000_000;

/** The first match that begins from `first` on, or before it if `step` is -1, up to `last`. Where it begins; -1: nowhere; -2: there is no memory, or no end. */
export function search(
  program: ptr<Program>,
  text: ptr<Text>,
  first: i64,
  last: i64,
  step: i64,
  matched: ptr<Matched>,
): i64 {
  const memory = malloc(sizeof<Search>());
  if (memory === null) return -2;
  const search = cast<Search>(memory);
  memset(memory, 0, sizeof<Search>());
  search.program = program;
  search.text = text;
  if (!program.hasBack) {
    const bytes = ((u64(text.length + 1) * u64(program.length)) / 64 + 1) * 8;
    const seen = malloc(bytes);
    if (seen === null) search.failed = true;
    else {
      memset(seen, 0, bytes);
      search.seen = cast<u64>(seen);
    }
  }
  let found: i64 = -1;
  const code = program.code;
  const needs = code[0].operation === Operation.Byte && text.translate === null;
  for (let at = first; !search.failed; at += step) {
    if (!needs || (at < text.length && u32(text.bytes[at]) === code[0].number)) {
      for (let i: usize = 0; i < 128; i++) search.now.places[i] = NOWHERE;
      search.bestEnd = NOWHERE;
      search.from(at);
      if (search.bestEnd >= 0) {
        found = at;
        matched.value = search.best;
        matched.places[0] = at;
        matched.places[1] = search.bestEnd;
        break;
      }
    }
    if (at === last) break;
  }
  if (search.failed) found = -2;
  free(search.choices);
  free(search.seen);
  free(search);
  return found;
}
