/** wscanf and its kin (ISO C §7.31.2): format and text become UTF-8, of which scanf's own machinery reads; widths count bytes. */
import { free } from "../kernel-calls.ts";
import { type File, standard } from "../stdio/file.ts";
import { vfscanf, vsscanf } from "../stdio/scan.ts";
import { type Arguments, variadic } from "../variadic.ts";
import { narrow } from "./wide-print.ts";

type Wide = ptr<u32>;

/** @export */
export function vfwscanf(file: ptr<File>, format: Wide, args: ptr<Arguments>): i32 {
  const text = narrow(format);
  if (text === null) return -1;
  if (file.orientation === 0) file.orientation = 1;
  const matched = vfscanf(file, text, args);
  free(text);
  return matched;
}
/** @export */
export function vwscanf(format: Wide, args: ptr<Arguments>): i32 {
  return vfwscanf(standard.input.value, format, args);
}
/** @export */
export function vswscanf(from: Wide, format: Wide, args: ptr<Arguments>): i32 {
  const text = narrow(from);
  if (text === null) return -1;
  const pattern = narrow(format);
  const matched: i32 = pattern === null ? -1 : vsscanf(text, pattern, args);
  free(text);
  free(pattern);
  return matched;
}
function wscanArguments(args: ptr<Arguments>): i32 {
  return vwscanf(pointer<u32>(args.word()), args);
}
function fwscanArguments(args: ptr<Arguments>): i32 {
  const file = cast<File>(args.pointer());
  return vfwscanf(file, pointer<u32>(args.word()), args);
}
function swscanArguments(args: ptr<Arguments>): i32 {
  const from = pointer<u32>(args.word());
  return vswscanf(from, pointer<u32>(args.word()), args);
}
/** @export @naked */
export function wscanf(): void {
  asm`mov r11, ${wscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function fwscanf(): void {
  asm`mov r11, ${fwscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function swscanf(): void {
  asm`mov r11, ${swscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc99_wscanf(): void {
  asm`mov r11, ${wscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc99_fwscanf(): void {
  asm`mov r11, ${fwscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc99_swscanf(): void {
  asm`mov r11, ${swscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc99_vwscanf(): void {
  asm`jmp ${vwscanf}`;
}
/** @export @naked */
export function __isoc99_vfwscanf(): void {
  asm`jmp ${vfwscanf}`;
}
/** @export @naked */
export function __isoc99_vswscanf(): void {
  asm`jmp ${vswscanf}`;
}
/** @export @naked */
export function __isoc23_wscanf(): void {
  asm`mov r11, ${wscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc23_fwscanf(): void {
  asm`mov r11, ${fwscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc23_swscanf(): void {
  asm`mov r11, ${swscanArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function __isoc23_vwscanf(): void {
  asm`jmp ${vwscanf}`;
}
/** @export @naked */
export function __isoc23_vfwscanf(): void {
  asm`jmp ${vfwscanf}`;
}
/** @export @naked */
export function __isoc23_vswscanf(): void {
  asm`jmp ${vswscanf}`;
}
