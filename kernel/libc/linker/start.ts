/**
 * Where a program begins whose libc is the kernel's: the kernel has mapped it, and this takes the place of its interpreter. What it needs is loaded, all is bound,
 * and the program's own entry is jumped to with the stack as it was.
 */

import { type ProgramHeader, PT_LOAD, PT_PHDR } from "../../lib/elf.ts";
import { lookUp, setVariables } from "../environment.ts";
import { systemCall } from "../system.ts";
import { thisThread } from "../thread-block.ts";
import { readDynamic } from "./dynamic.ts";
import { initialise, programArguments } from "./initialise.ts";
import { append, type Loaded, objects } from "./object.ts";
import { readOwnSymbols } from "./own.ts";
import { endWith, problem, setProgramName } from "./problem.ts";
import { relocate } from "./relocate.ts";
import { load, loadNeeded } from "./search.ts";
import { closeModules, localBytes, makeLocals, mapLocals, placeModule, setThreadPointer } from "./tls.ts";

const AT_PHDR: u64 = 3;
const AT_PHNUM: u64 = 5;
const AT_ENTRY: u64 = 9;
const AT_RANDOM: u64 = 25;
const AT_EXECFN: u64 = 31;

const SYS_READLINK = 89;
const EXECUTABLE: ptr<u8> = "/proc/self/exe";
const origin: array<u8, 1024> = zeroed();

/** The auxiliary vector, for getauxval(3). */
export let auxiliary: ptr<u64> = pointer<u64>(0);
const program: Loaded = zeroed();

export function theProgram(): ptr<Loaded> {
  return addressOf(program);
}
/** 0: not there. */
export function auxiliaryValue(type: u64): u64 {
  for (let i: usize = 0; auxiliary[i] !== 0; i += 2) if (auxiliary[i] === type) return auxiliary[i + 1];
  return 0;
}
function failed(): never {
  endWith("error while loading shared libraries", addressOf(problem.text[0]));
}
function describe(): void {
  const headers = pointer<ProgramHeader>(auxiliaryValue(AT_PHDR));
  program.headers = headers;
  program.headerCount = auxiliaryValue(AT_PHNUM);
  program.name = "";
  // $ORIGIN is where the file lies that links lead to.
  const bytes = systemCall(
    SYS_READLINK,
    address(EXECUTABLE),
    address(addressOf(origin[0])),
    origin.length - 1,
  );
  program.path = bytes > 0 ? addressOf(origin[0]) : pointer<u8>(auxiliaryValue(AT_EXECFN));
  program.isProgram = true;
  program.isGlobal = true;
  let least: usize = 0xffff_ffff_ffff_ffff;
  let most: usize = 0;
  for (let i: usize = 0; i < program.headerCount; i++) {
    if (headers[i].type === PT_PHDR) program.base = address(headers) - headers[i].linear;
    if (headers[i].type !== PT_LOAD) continue;
    if (headers[i].linear < least) least = headers[i].linear;
    if (headers[i].linear + headers[i].memorySize > most) most = headers[i].linear + headers[i].memorySize;
  }
  program.start = program.base + (least & ~usize(4095));
  program.end = program.base + ((most + 4095) & ~usize(4095));
}
/** LD_PRELOAD's objects stand behind the program. */
function preload(): void {
  const list = lookUp("LD_PRELOAD");
  if (list === null) return;
  const name: array<u8, 512> = zeroed();
  let length: usize = 0;
  for (let i: usize = 0; ; i++) {
    const isEnd = list[i] === 0 || list[i] === char(":") || list[i] === char(" ");
    if (!isEnd && length < 511) {
      name[length] = list[i];
      length++;
      continue;
    }
    name[length] = 0;
    if (length > 0) load(addressOf(name[0]), null);
    length = 0;
    if (list[i] === 0) return;
  }
}
/** Canary and pointer guard, from the kernel's random bytes. */
function fillBlock(): void {
  const random = auxiliaryValue(AT_RANDOM);
  if (random === 0) return;
  thisThread().canary = pointer<u64>(random).value & ~u64(0xff);
  thisThread().guard = pointer<u64>(random)[1];
}
function relocateBehind(object: ptr<Loaded> | null): bool {
  if (object === null) return true;
  return relocateBehind(object.next) && relocate(object);
}
/** What is known of the program before it is bound. */
export function prepareProgram(count: i32, args: ptr<ptr<u8>>, environment: ptr<ptr<u8> | null>): void {
  let end: usize = 0;
  while (environment[end] !== null) end++;
  auxiliary = cast<u64>(environment.offset(end + 1));
  programArguments.count = count;
  programArguments.texts = args;
  setVariables(environment);
  setProgramName(count > 0 ? args[0] : pointer<u8>(auxiliaryValue(AT_EXECFN)));
}
/** Gives the address that the program begins at. `ready` is called before any of its code runs. */
export function bindProgram(ready: fn<() => void>): usize {
  const early = mapLocals();
  if (early !== 0) setThreadPointer(makeLocals(early));
  readOwnSymbols();
  describe();
  if (!readDynamic(addressOf(program))) failed();
  program.name = "";
  placeModule(addressOf(program));
  append(addressOf(program));
  preload();
  if (!loadNeeded(addressOf(program), true)) failed();
  closeModules();
  const memory = mapLocals();
  if (memory === 0)
    endWith("error while loading shared libraries", "cannot allocate TLS data structures for initial thread");
  const block = makeLocals(memory);
  block.map = memory;
  block.mapBytes = localBytes();
  setThreadPointer(block);
  block.id = truncate<i32>(systemCall(218, address(addressOf(block.id)), 0, 0));
  fillBlock();
  ready();
  if (!relocateBehind(objects.first)) failed();
  // Images of thread-local variables may have had relocations of their own.
  makeLocals(memory);
  for (let at = objects.first; at !== null; at = at.next) initialise(at);
  return auxiliaryValue(AT_ENTRY);
}
