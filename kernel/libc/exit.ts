/** How a program begins and ends: __libc_start_main, exit, atexit (ISO C §7.24.4; System V ABI, C++ ABI §3.3.6). */

import { variables } from "./environment.ts";
import { callConstructors, callPreinit, finishAll, programArguments } from "./linker/initialise.ts";
import { theProgram } from "./linker/start.ts";
import type { Lock } from "./lock.ts";
import { flushAll } from "./stdio/file.ts";
import { systemCall } from "./system.ts";

type Main = fn<(count: i32, args: ptr<ptr<u8>>, environment: ptr<ptr<u8> | null>) => i32>;
type Handler = fn<(argument: usize) => void>;
class AtExit extends Struct {
  handler: usize;
  argument: usize;
  /** Of the object that put it up; 0: of none. */
  object: usize;
}
const MOST = 1024;
const handlers: array<AtExit, typeof MOST> = zeroed();
const quick: array<usize, 32> = zeroed();
class Counts extends Struct {
  handlers: usize;
  quick: usize;
  lock: Lock;
}
const counts: Counts = zeroed();

/** @export */
export function __cxa_atexit(handler: usize, argument: usize, object: usize): i32 {
  counts.lock.lock();
  const isRoom = counts.handlers < usize(MOST);
  if (isRoom) {
    handlers[counts.handlers] = init({ handler, argument, object });
    counts.handlers++;
  }
  counts.lock.unlock();
  return isRoom ? 0 : -1;
}
/** @export */
export function atexit(handler: usize): i32 {
  return __cxa_atexit(handler, 0, 0);
}
/** Those of an object; of all, if it is 0. The last one first. @export */
export function __cxa_finalize(object: usize): void {
  for (let i = counts.handlers; i > 0; i--) {
    // A handler may put up others.
    if (i > counts.handlers) i = counts.handlers;
    if (i === 0) return;
    const one = handlers[i - 1];
    if (one.handler === 0 || (object !== 0 && one.object !== object)) continue;
    handlers[i - 1].handler = 0;
    if (i === counts.handlers) counts.handlers--;
    const before = counts.handlers;
    functionAt<Handler>(one.handler)(one.argument);
    if (counts.handlers > before) i = counts.handlers + 1;
  }
}
/** @export */
export function _exit(status: i32): never {
  for (;;) systemCall(231, truncate<u64>(i64(status)), 0, 0);
}
/** @export */
export function _Exit(status: i32): never {
  _exit(status);
}
/** @export */
export function exit(status: i32): never {
  __cxa_finalize(0);
  finishAll();
  flushAll();
  _exit(status);
}
/** @export */
export function at_quick_exit(handler: usize): i32 {
  if (counts.quick === 32) return -1;
  quick[counts.quick] = handler;
  counts.quick++;
  return 0;
}
/** @export */
export function quick_exit(status: i32): never {
  for (let i = counts.quick; i > 0; i--) functionAt<() => void>(quick[i - 1])();
  _exit(status);
}
/** Called by a program's `_start`. Constructors of its libraries have run. Older programs bring a function along that calls their own. @export */
export function __libc_start_main(main: Main, _count: i32, args: ptr<ptr<u8>>, init: usize): i32 {
  const program = theProgram();
  callPreinit(program);
  if (init !== 0) functionAt<Main>(init)(programArguments.count, args, variables());
  else callConstructors(program);
  exit(main(programArguments.count, args, variables()));
}
