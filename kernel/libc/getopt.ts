/** Options of a command line (POSIX getopt, GNU's getopt_long): arguments that are none are moved behind them, as GNU does. */

import { lookUp } from "./environment.ts";
import { watchVariable } from "./moved.ts";
import { flushAll } from "./stdio/file.ts";
import { systemCall } from "./system.ts";
import { find, type Line, lengthOf, same } from "./text.ts";

type Text = ptr<u8>;
/** @export */
export let optarg: Text = pointer<u8>(0);
/** @export */
export let optind: i32 = 1;
/** @export */
export let opterr: i32 = 1;
/** @export */
export let optopt: i32 = 63;

class Places extends Struct {
  argument: ptr<Text>;
  index: ptr<i32>;
  errors: ptr<i32>;
  option: ptr<i32>;
  /** The rest of a group of letters; null: none. */
  next: Text;
  /** Arguments between these are none, and have been passed by. */
  first: i32;
  last: i32;
  isStarted: bool;
}
const places: Places = init({
  argument: addressOf(optarg),
  index: addressOf(optind),
  errors: addressOf(opterr),
  option: addressOf(optopt),
});
export function watchOptions(): void {
  watchVariable("optarg", (to: usize): void => {
    places.argument = pointer<Text>(to);
  });
  watchVariable("optind", (to: usize): void => {
    places.index = pointer<i32>(to);
  });
  watchVariable("opterr", (to: usize): void => {
    places.errors = pointer<i32>(to);
  });
  watchVariable("optopt", (to: usize): void => {
    places.option = pointer<i32>(to);
  });
}
class LongOption extends Struct {
  name: Text;
  /** 0: it has no argument; 1: it has one; 2: it may. */
  takes: i32;
  flag: ptr<i32>;
  result: i32;
}
function say(args: ptr<Text>, text: Text, option: Text, length: usize, end: Text): void {
  if (places.errors.value === 0) return;
  const line: Line = zeroed();
  line.add(args[0]);
  line.add(": ");
  line.add(text);
  line.bytes(option, length);
  line.add(end);
  line.add("\n");
  flushAll();
  systemCall(1, 2, address(addressOf(line.text[0])), line.length);
}
/** Arguments first..last and last..index change places. */
function exchange(args: ptr<Text>): void {
  const index = places.index.value;
  const middle = places.last;
  // By three reversals.
  reverse(args, places.first, middle);
  reverse(args, middle, index);
  reverse(args, places.first, index);
  places.first += index - middle;
  places.last = index;
}
function reverse(args: ptr<Text>, from: i32, to: i32): void {
  let a = from;
  let b = to - 1;
  while (a < b) {
    const text = args[a];
    args[a] = args[b];
    args[b] = text;
    a++;
    b--;
  }
}
function isOption(text: Text): bool {
  return text[0] === char("-") && text[1] !== 0;
}
/** Goes on to the next argument that is an option. False: there is none. */
function advance(count: i32, args: ptr<Text>, letters: Text): bool {
  const index = places.index;
  if (places.last > index.value) places.last = index.value;
  if (places.first > index.value) places.first = index.value;
  const inOrder = letters[0] === char("+") || lookUp("POSIXLY_CORRECT") !== null;
  if (!inOrder && letters[0] !== char("-")) {
    if (places.first !== places.last && places.last !== index.value) exchange(args);
    else if (places.last !== index.value) places.first = index.value;
    while (index.value < count && !isOption(args[index.value])) index.value++;
    places.last = index.value;
  }
  if (index.value < count && same(args[index.value], "--")) {
    index.value++;
    if (places.first !== places.last && places.last !== index.value) exchange(args);
    else if (places.first === places.last) places.first = index.value;
    places.last = count;
    index.value = count;
  }
  if (index.value === count) {
    if (places.first !== places.last) index.value = places.first;
    return false;
  }
  return true;
}
class Match extends Struct {
  index: i32;
  exact: bool;
  ambiguous: bool;
}
function findLong(name: Text, length: usize, options: ptr<LongOption>): Match {
  const match: Match = init({ index: -1 });
  for (let i: i32 = 0; address(options[i].name) !== 0; i++) {
    let same: usize = 0;
    while (same < length && options[i].name[same] === name[same]) same++;
    if (same < length) continue;
    if (lengthOf(options[i].name) === length) {
      match.index = i;
      match.exact = true;
      match.ambiguous = false;
      return match;
    }
    if (match.index >= 0) match.ambiguous = true;
    else match.index = i;
  }
  return match;
}
function takeLong(
  count: i32,
  args: ptr<Text>,
  letters: Text,
  options: ptr<LongOption>,
  index: ptr<i32>,
  dashes: Text,
): i32 {
  const name = places.next;
  let length: usize = 0;
  while (name[length] !== 0 && name[length] !== char("=")) length++;
  const match = findLong(name, length, options);
  const quiet =
    letters[0] === char(":") ||
    ((letters[0] === char("+") || letters[0] === char("-")) && letters[1] === char(":"));
  const all = lengthOf(name);
  places.next = pointer<u8>(0);
  places.index.value++;
  places.option.value = 0;
  if (match.ambiguous || match.index < 0) {
    const line: Line = zeroed();
    line.add(match.ambiguous ? "option '" : "unrecognized option '");
    line.add(dashes);
    if (!quiet)
      say(
        args,
        addressOf(line.text[0]),
        name,
        match.ambiguous ? all : length,
        match.ambiguous ? "' is ambiguous" : "'",
      );
    return 63;
  }
  const option = addressOf(options[match.index]);
  const line: Line = zeroed();
  line.add("option '");
  line.add(dashes);
  if (name[length] === char("=")) {
    if (option.takes === 0) {
      if (!quiet)
        say(args, addressOf(line.text[0]), option.name, lengthOf(option.name), "' doesn't allow an argument");
      places.option.value = option.result;
      return 63;
    }
    places.argument.value = name.offset(length + 1);
  } else if (option.takes === 1) {
    if (places.index.value >= count) {
      if (!quiet)
        say(args, addressOf(line.text[0]), option.name, lengthOf(option.name), "' requires an argument");
      places.option.value = option.result;
      return quiet ? 58 : 63;
    }
    places.argument.value = args[places.index.value];
    places.index.value++;
  }
  if (address(index) !== 0) index.value = match.index;
  if (address(option.flag) === 0) return option.result;
  option.flag.value = option.result;
  return 0;
}
function takeLetter(count: i32, args: ptr<Text>, letters: Text): i32 {
  const letter = places.next[0];
  places.next = places.next.offset(1);
  const isLast = places.next[0] === 0;
  let list = letters;
  if (list[0] === char("+") || list[0] === char("-")) list = list.offset(1);
  const quiet = list[0] === char(":");
  const known = letter === char(":") || letter === char(";") ? null : find(list, letter);
  const letterText: u8 = letter;
  if (isLast) places.index.value++;
  if (known === null) {
    places.option.value = i32(letter);
    if (!quiet) say(args, "invalid option -- '", addressOf(letterText), 1, "'");
    if (isLast) places.next = pointer<u8>(0);
    return 63;
  }
  if (known[1] !== char(":")) {
    if (isLast) places.next = pointer<u8>(0);
    return i32(letter);
  }
  if (!isLast) {
    places.argument.value = places.next;
    places.index.value++;
  } else if (known[2] === char(":")) places.argument.value = pointer<u8>(0);
  else if (places.index.value >= count) {
    places.option.value = i32(letter);
    if (!quiet) say(args, "option requires an argument -- '", addressOf(letterText), 1, "'");
    places.next = pointer<u8>(0);
    return quiet ? 58 : 63;
  } else {
    places.argument.value = args[places.index.value];
    places.index.value++;
  }
  places.next = pointer<u8>(0);
  return i32(letter);
}
function next(
  count: i32,
  args: ptr<Text>,
  letters: Text,
  options: ptr<LongOption>,
  index: ptr<i32>,
  only: bool,
): i32 {
  places.argument.value = pointer<u8>(0);
  if (places.index.value === 0 || !places.isStarted) {
    if (places.index.value === 0) places.index.value = 1;
    places.first = places.index.value;
    places.last = places.index.value;
    places.next = pointer<u8>(0);
    places.isStarted = true;
  }
  if (address(places.next) === 0 || places.next[0] === 0) {
    if (!advance(count, args, letters)) return -1;
    const text = args[places.index.value];
    if (!isOption(text)) {
      if (letters[0] !== char("-")) return -1;
      places.argument.value = text;
      places.index.value++;
      return 1;
    }
    if (address(options) !== 0 && text[1] === char("-")) {
      places.next = text.offset(2);
      return takeLong(count, args, letters, options, index, "--");
    }
    places.next = text.offset(1);
    if (address(options) !== 0 && only && (text[2] !== 0 || find(letters, text[1]) === null))
      return takeLong(count, args, letters, options, index, "-");
  }
  return takeLetter(count, args, letters);
}
/** @export */
export function getopt(count: i32, args: ptr<Text>, letters: Text): i32 {
  return next(count, args, letters, pointer<LongOption>(0), pointer<i32>(0), false);
}
/** @export */
export function __posix_getopt(count: i32, args: ptr<Text>, letters: Text): i32 {
  return getopt(count, args, letters);
}
/** @export */
export function getopt_long(
  count: i32,
  args: ptr<Text>,
  letters: Text,
  options: ptr<LongOption>,
  index: ptr<i32>,
): i32 {
  return next(count, args, letters, options, index, false);
}
/** @export */
export function getopt_long_only(
  count: i32,
  args: ptr<Text>,
  letters: Text,
  options: ptr<LongOption>,
  index: ptr<i32>,
): i32 {
  return next(count, args, letters, options, index, true);
}
