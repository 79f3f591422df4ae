/** printf and its kin: ISO C §7.23.6, POSIX, and the checked variants that compilers put in their place (__printf_chk). */
import { describe } from "../error-texts.ts";
import { malloc, realloc } from "../kernel-calls.ts";
import { thisThread } from "../thread-block.ts";
import { type Arguments, variadic } from "../variadic.ts";
import type { Sink } from "./directive.ts";
import { CAN_WRITE, type File, flush, makeFile, putBytes, releaseFile, standard } from "./file.ts";
import { formatTo } from "./format.ts";

const EVERYTHING: usize = 0x7fff_ffff_ffff_ffff;

/** @export */
export function vfprintf(file: ptr<File>, format: ptr<u8>, args: ptr<Arguments>): i32 {
  const error = thisThread().errno;
  file.lock.lock();
  const sink: Sink = init({ file });
  const count = formatTo(addressOf(sink), format, args, error);
  file.lock.unlock();
  return count;
}
/** @export */
export function vprintf(format: ptr<u8>, args: ptr<Arguments>): i32 {
  return vfprintf(standard.output.value, format, args);
}
/** @export */
export function vsnprintf(to: ptr<u8>, room: usize, format: ptr<u8>, args: ptr<Arguments>): i32 {
  const sink: Sink = init({ to, room: room === 0 ? 0 : room - 1 });
  const count = formatTo(addressOf(sink), format, args, thisThread().errno);
  if (room > 0) to[sink.count < room - 1 ? sink.count : room - 1] = 0;
  return count;
}
/** @export */
export function vsprintf(to: ptr<u8>, format: ptr<u8>, args: ptr<Arguments>): i32 {
  return vsnprintf(to, EVERYTHING, format, args);
}
/** @export */
export function vasprintf(to: ptr<ptr<u8>>, format: ptr<u8>, args: ptr<Arguments>): i32 {
  const again: Arguments = args.value;
  const length = vsnprintf(pointer<u8>(0), 0, format, addressOf(again));
  if (length < 0) return -1;
  const memory = malloc(usize(length) + 1);
  if (memory === null) return -1;
  to.value = memory;
  return vsnprintf(memory, usize(length) + 1, format, args);
}
/** @export */
export function vdprintf(descriptor: i32, format: ptr<u8>, args: ptr<Arguments>): i32 {
  const file = makeFile(descriptor, CAN_WRITE);
  if (file === null) return -1;
  const count = vfprintf(file, format, args);
  const done = releaseFile(file);
  realloc(file, 0);
  return done ? count : -1;
}
function printArguments(args: ptr<Arguments>): i32 {
  return vprintf(args.pointer(), args);
}
function fprintArguments(args: ptr<Arguments>): i32 {
  const file = cast<File>(args.pointer());
  return vfprintf(file, args.pointer(), args);
}
function sprintArguments(args: ptr<Arguments>): i32 {
  const to = args.pointer();
  return vsprintf(to, args.pointer(), args);
}
function snprintArguments(args: ptr<Arguments>): i32 {
  const to = args.pointer();
  const room = args.word();
  return vsnprintf(to, room, args.pointer(), args);
}
function asprintArguments(args: ptr<Arguments>): i32 {
  const to = cast<ptr<u8>>(args.pointer());
  return vasprintf(to, args.pointer(), args);
}
function dprintArguments(args: ptr<Arguments>): i32 {
  const descriptor = args.int();
  return vdprintf(descriptor, args.pointer(), args);
}
/** @export @naked */
export function printf(): void {
  asm`mov r11, ${printArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function fprintf(): void {
  asm`mov r11, ${fprintArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function sprintf(): void {
  asm`mov r11, ${sprintArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function snprintf(): void {
  asm`mov r11, ${snprintArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function asprintf(): void {
  asm`mov r11, ${asprintArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function dprintf(): void {
  asm`mov r11, ${dprintArguments}; jmp ${variadic}`;
}
// The checked ones have a flag more, and the size of what is written to.
function printChecked(args: ptr<Arguments>): i32 {
  args.word();
  return vprintf(args.pointer(), args);
}
function fprintChecked(args: ptr<Arguments>): i32 {
  const file = cast<File>(args.pointer());
  args.word();
  return vfprintf(file, args.pointer(), args);
}
function sprintChecked(args: ptr<Arguments>): i32 {
  const to = args.pointer();
  args.word();
  const room = args.word();
  return __vsprintf_chk(to, 0, room, args.pointer(), args);
}
function snprintChecked(args: ptr<Arguments>): i32 {
  const to = args.pointer();
  const room = args.word();
  args.word();
  args.word();
  return vsnprintf(to, room, args.pointer(), args);
}
function asprintChecked(args: ptr<Arguments>): i32 {
  const to = cast<ptr<u8>>(args.pointer());
  args.word();
  return vasprintf(to, args.pointer(), args);
}
function dprintChecked(args: ptr<Arguments>): i32 {
  const descriptor = args.int();
  args.word();
  return vdprintf(descriptor, args.pointer(), args);
}
/** @export @naked */
export function __printf_chk(): void {
  asm`mov r11, ${printChecked}; jmp ${variadic}`;
}
/** @export @naked */
export function __fprintf_chk(): void {
  asm`mov r11, ${fprintChecked}; jmp ${variadic}`;
}
/** @export @naked */
export function __sprintf_chk(): void {
  asm`mov r11, ${sprintChecked}; jmp ${variadic}`;
}
/** @export @naked */
export function __snprintf_chk(): void {
  asm`mov r11, ${snprintChecked}; jmp ${variadic}`;
}
/** @export @naked */
export function __asprintf_chk(): void {
  asm`mov r11, ${asprintChecked}; jmp ${variadic}`;
}
/** @export @naked */
export function __dprintf_chk(): void {
  asm`mov r11, ${dprintChecked}; jmp ${variadic}`;
}
/** @export */
export function __vprintf_chk(_flag: i32, format: ptr<u8>, args: ptr<Arguments>): i32 {
  return vprintf(format, args);
}
/** @export */
export function __vfprintf_chk(file: ptr<File>, _flag: i32, format: ptr<u8>, args: ptr<Arguments>): i32 {
  return vfprintf(file, format, args);
}
/** @export */
export function __vsprintf_chk(
  to: ptr<u8>,
  _flag: i32,
  room: usize,
  format: ptr<u8>,
  args: ptr<Arguments>,
): i32 {
  return vsnprintf(to, room > EVERYTHING ? EVERYTHING : room, format, args);
}
/** @export */
export function __vsnprintf_chk(
  to: ptr<u8>,
  room: usize,
  _flag: i32,
  _size: usize,
  format: ptr<u8>,
  args: ptr<Arguments>,
): i32 {
  return vsnprintf(to, room, format, args);
}
/** @export */
export function __vasprintf_chk(to: ptr<ptr<u8>>, _flag: i32, format: ptr<u8>, args: ptr<Arguments>): i32 {
  return vasprintf(to, format, args);
}
/** @export */
export function perror(text: ptr<u8>): void {
  const file = standard.errors.value;
  const what = describe(thisThread().errno);
  file.lock.lock();
  if (address(text) !== 0 && text[0] !== 0) {
    putText(file, text);
    putText(file, ": ");
  }
  putText(file, what);
  putText(file, "\n");
  flush(file);
  file.lock.unlock();
}
function putText(file: ptr<File>, text: ptr<u8>): void {
  let length: usize = 0;
  while (text[length] !== 0) length++;
  putBytes(file, text, length);
}
