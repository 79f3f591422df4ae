/** Lines on standard error that say what is wrong: err(3), error(3). */
import { describe } from "./error-texts.ts";
import { exit } from "./exit.ts";
import { programName } from "./linker/problem.ts";
import { standard } from "./stdio/file.ts";
import { vfprintf } from "./stdio/print.ts";
import { fflush } from "./stdio/state.ts";
import { fputs } from "./stdio/transfer.ts";
import { shortName } from "./system-facts.ts";
import { thisThread } from "./thread-block.ts";
import { type Arguments, variadic } from "./variadic.ts";

type Text = ptr<u8>;
/** @export */
export let error_message_count: u32 = 0;
/** @export */
export let error_one_per_line: i32 = 0;
/** In place of the program's name; 0: none. @export */
export let error_print_progname: usize = 0;

/** "program: text: error" on standard error. */
function warnWith(format: Text, args: ptr<Arguments>, error: i32): void {
  const out = standard.errors.value;
  fputs(shortName(), out);
  fputs(": ", out);
  if (address(format) !== 0) vfprintf(out, format, args);
  if (error >= 0) {
    if (address(format) !== 0) fputs(": ", out);
    fputs(describe(error), out);
  }
  fputs("\n", out);
}
function warnArguments(args: ptr<Arguments>): void {
  const error = thisThread().errno;
  warnWith(args.pointer(), args, error);
}
function warnPlain(args: ptr<Arguments>): void {
  warnWith(args.pointer(), args, -1);
}
function errArguments(args: ptr<Arguments>): void {
  const error = thisThread().errno;
  const status = args.int();
  warnWith(args.pointer(), args, error);
  exit(status);
}
function errPlain(args: ptr<Arguments>): void {
  const status = args.int();
  warnWith(args.pointer(), args, -1);
  exit(status);
}
/** @export @naked */
export function warn(): void {
  asm`mov r11, ${warnArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function warnx(): void {
  asm`mov r11, ${warnPlain}; jmp ${variadic}`;
}
/** @export @naked */
export function err(): void {
  asm`mov r11, ${errArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function errx(): void {
  asm`mov r11, ${errPlain}; jmp ${variadic}`;
}
/** @export */
export function vwarn(format: Text, args: ptr<Arguments>): void {
  warnWith(format, args, thisThread().errno);
}
/** @export */
export function vwarnx(format: Text, args: ptr<Arguments>): void {
  warnWith(format, args, -1);
}
/** What stands behind the name. Ends the program if the status is not 0. */
function complain(status: i32, error: i32, args: ptr<Arguments>): void {
  const out = standard.errors.value;
  vfprintf(out, args.pointer(), args);
  error_message_count++;
  if (error !== 0) {
    fputs(": ", out);
    fputs(describe(error), out);
  }
  fputs("\n", out);
  if (status !== 0) exit(status);
}
function putName(): void {
  fflush(standard.output.value);
  if (error_print_progname !== 0) functionAt<() => void>(error_print_progname)();
  else {
    fputs(programName, standard.errors.value);
    fputs(": ", standard.errors.value);
  }
}
function errorArguments(args: ptr<Arguments>): void {
  const status = args.int();
  const error = args.int();
  putName();
  complain(status, error, args);
}
function errorLineArguments(args: ptr<Arguments>): void {
  const status = args.int();
  const error = args.int();
  const file = args.pointer();
  const line = args.int();
  putName();
  if (address(file) !== 0) putPlace(file, line);
  complain(status, error, args);
}
/** "file:line: ". */
function putPlace(file: Text, line: i32): void {
  const digits: array<u8, 12> = zeroed();
  let at: usize = 11;
  for (let rest = line; rest > 0; rest /= 10) {
    at--;
    digits[at] = u8(rest % 10) + char("0");
  }
  const out = standard.errors.value;
  fputs(file, out);
  fputs(":", out);
  fputs(addressOf(digits[at]), out);
  fputs(": ", out);
}
/** @export @naked */
export function error(): void {
  asm`mov r11, ${errorArguments}; jmp ${variadic}`;
}
/** @export @naked */
export function error_at_line(): void {
  asm`mov r11, ${errorLineArguments}; jmp ${variadic}`;
}
