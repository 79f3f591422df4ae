/**
 * wprintf and its kin (ISO C §7.31.2): the format becomes UTF-8, which printf's own machinery reads, and what that puts becomes characters again.
 */
import { failWith } from "../errno.ts";
import { free, malloc } from "../kernel-calls.ts";
import type { Sink } from "../stdio/directive.ts";
import { type File, standard } from "../stdio/file.ts";
import { formatTo } from "../stdio/format.ts";
import { thisThread } from "../thread-block.ts";
import { type Arguments, variadic } from "../variadic.ts";
import { put } from "./multibyte.ts";
import { wcslen } from "./strings.ts";

type Wide = ptr<u32>;
const EILSEQ: i32 = 84;
const EOVERFLOW: i32 = 75;

/** A wide text in UTF-8, to be freed; null: it has what is no character, or there is no memory. */
export function narrow(text: Wide): ptr<u8> | null {
  const memory = malloc(6 * wcslen(text) + 1);
  if (memory === null) return null;
  let length: usize = 0;
  for (let i: usize = 0; text[i] !== 0; i++) {
    const bytes = put(memory.offset(length), text[i], true);
    if (bytes === 0) {
      free(memory);
      failWith(EILSEQ);
      return null;
    }
    length += bytes;
  }
  memory[length] = 0;
  return memory;
}
function printTo(sink: ptr<Sink>, format: Wide, args: ptr<Arguments>): i32 {
  const error = thisThread().errno;
  const text = narrow(format);
  if (text === null) return -1;
  const count = formatTo(sink, text, args, error);
  free(text);
  return count;
}
/** @export */
export function vfwprintf(file: ptr<File>, format: Wide, args: ptr<Arguments>): i32 {
  file.lock.lock();
  if (file.orientation === 0) file.orientation = 1;
  const sink: Sink = init({ file, isWide: true });
  const count = printTo(addressOf(sink), format, args);
  file.lock.unlock();
  return count;
}
/** @export */
export function vwprintf(format: Wide, args: ptr<Arguments>): i32 {
  return vfwprintf(standard.output.value, format, args);
}
/** What does not fit is an error, other than of snprintf. @export */
export function vswprintf(to: Wide, room: usize, format: Wide, args: ptr<Arguments>): i32 {
  if (room === 0) return -1;
  const sink: Sink = init({ toWide: to, room: room - 1, isWide: true });
  const count = printTo(addressOf(sink), format, args);
  to[sink.count < room - 1 ? sink.count : room - 1] = 0;
  if (count < 0 || usize(count) < room) return count;
  return failWith(EOVERFLOW);
}
function wprintArguments(args: ptr<Arguments>): i32 {
  return vwprintf(pointer<u32>(args.word()), args);
}
function fwprintArguments(args: ptr<Arguments>): i32 {
  const file = cast<File>(args.pointer());
  return vfwprintf(file, pointer<u32>(args.word()), args);
}
function swprintArguments(args: ptr<Arguments>): i32 {
  const to = pointer<u32>(args.word());
  const room = args.word();
  return vswprintf(to, room, pointer<u32>(args.word()), args);
}
/** @export @naked */
export function wprintf(): void {
  asm`mov r11, ${wprintArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function fwprintf(): void {
  asm`mov r11, ${fwprintArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function swprintf(): void {
  asm`mov r11, ${swprintArguments}; jmp ${variadic}`;
}
// The checked ones have a flag more, and the size of what is written to.
function wprintChecked(args: ptr<Arguments>): i32 {
  args.word();
  return vwprintf(pointer<u32>(args.word()), args);
}
function fwprintChecked(args: ptr<Arguments>): i32 {
  const file = cast<File>(args.pointer());
  args.word();
  return vfwprintf(file, pointer<u32>(args.word()), args);
}
function swprintChecked(args: ptr<Arguments>): i32 {
  const to = pointer<u32>(args.word());
  const room = args.word();
  args.word();
  args.word();
  return vswprintf(to, room, pointer<u32>(args.word()), args);
}
/** @export @naked */
export function __wprintf_chk(): void {
  asm`mov r11, ${wprintChecked}; jmp ${variadic}`;
}
/** @export @naked */
export function __fwprintf_chk(): void {
  asm`mov r11, ${fwprintChecked}; jmp ${variadic}`;
}
/** @export @naked */
export function __swprintf_chk(): void {
  asm`mov r11, ${swprintChecked}; jmp ${variadic}`;
}
/** @export */
export function __vfwprintf_chk(file: ptr<File>, _flag: i32, format: Wide, args: ptr<Arguments>): i32 {
  return vfwprintf(file, format, args);
}
/** @export */
export function __vwprintf_chk(_flag: i32, format: Wide, args: ptr<Arguments>): i32 {
  return vwprintf(format, args);
}
/** @export */
export function __vswprintf_chk(
  to: Wide,
  room: usize,
  _flag: i32,
  _size: usize,
  format: Wide,
  args: ptr<Arguments>,
): i32 {
  return vswprintf(to, room, format, args);
}
