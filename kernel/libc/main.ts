/**
 * The kernel's libc: what programs are bound to that `vitrine run --libc kernel` runs. An image of its own, in ring 0 and the program's address space, so that
 * each of its functions is a function call away; what faults in it is the program's fault, and a signal. docs/libc.md.
 */
import "./complaints.ts";
import "./convert.ts";
import "./match.ts";
import "./not-here.ts";
import "./obstack.ts";
import "./regex/functions.ts";
import "./search.ts";
import "./strptime.ts";
import "./terminal.ts";
import "./threads/settings.ts";
import "./users.ts";
import "./exit.ts";
import "./in-locale.ts";
import "./floats.ts";
import "./integers.ts";
import "./jump.ts";
import { rememberFirstThread } from "./linker/dl.ts";
import { fillLocales } from "./locale.ts";
import "./calls/events.ts";
import "./calls/files.ts";
import "./calls/memory.ts";
import "./calls/names.ts";
import "./calls/processes.ts";
import "./calls/sockets.ts";
import "./directory.ts";
import "./math/environment.ts";
import { watchSign } from "./math/double.ts";
import "./math/float.ts";
import "./math/fused.ts";
import "./math/long.ts";
import "./memory.ts";
import "./messages.ts";
import "./random.ts";
import "./sort.ts";
import "./stdio/open.ts";
import "./stdio/print.ts";
import "./stdio/scan.ts";
import "./stdio/state.ts";
import "./stdio/transfer.ts";
import "./signals.ts";
import "./string.ts";
import { setProgramNames } from "./system-facts.ts";
import "./threads/at-exit.ts";
import "./threads/condition.ts";
import "./threads/mutex.ts";
import "./time.ts";
import "./wide/kinds.ts";
import "./wide/multibyte.ts";
import "./wide/numbers.ts";
import "./wide/strings.ts";
import "./wide/wide-print.ts";
import "./wide/wide-scan.ts";
import "./wide/wide-streams.ts";
import "./wide/wide-time.ts";
import { fillTables } from "./ctype.ts";
import { watchOptions } from "./getopt.ts";
import { bindProgram, prepareProgram } from "./linker/start.ts";
import { watchEnvironment } from "./moved.ts";
import { watchFiles } from "./stdio/file.ts";

/** Called by `_start`, whose frame is left: the program finds its stack as the kernel made it. */
export function main(count: i32, args: ptr<ptr<u8>>, environment: ptr<ptr<u8> | null>): i32 {
  fillTables();
  fillLocales();
  watchEnvironment();
  watchFiles();
  watchOptions();
  watchSign();
  prepareProgram(count, args, environment);
  setProgramNames();
  const entry = bindProgram(rememberFirstThread);
  return leave(entry, address(args) - 8);
}
/** RDX: a function for atexit; none. @naked */
function leave(_entry: usize, _stack: usize): i32 {
  return asm<i32>`mov rsp, rsi; xor edx, edx; xor ebp, ebp; jmp rdi`;
}
