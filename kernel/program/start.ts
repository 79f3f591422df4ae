/** From a launch to a program that runs: a table of contents. */

import type { Registers } from "../arch/exceptions.ts";
import { print } from "../console/print.ts";
import { consoleHas, consoleWrite } from "../drivers/console.ts";
import { initDrivers } from "../drivers/drivers.ts";
import { randomBytes } from "../drivers/random.ts";
import { initPageCache } from "../fs/cache.ts";
import { setFileClock } from "../fs/file-clock.ts";
import { type ProgramMemory as FileMemory, setProgramMemory } from "../fs/program-memory.ts";
import { textLength } from "../lib/text.ts";
import { openQuickCalls } from "../syscall/quick.ts";
import { startTracing } from "../syscall/trace.ts";
import { exitThread } from "../thread/spawn.ts";
import { cloneRoot } from "../vm/clone.ts";
import { enterSpace, PROGRAMS_END } from "../vm/space.ts";
import { initClock, realTime } from "./clock.ts";
import { listenForSignals } from "./control.ts";
import { endMachine } from "./end.ts";
import { PROGRAM_FLAGS } from "./enter.ts";
import { initProgramExceptions, raiseFault } from "./exceptions.ts";
import { makeInitialStack } from "./initial-stack.ts";
import { openKernelFunctions } from "./kernel-functions.ts";
import { launchNumber, launchText } from "./launch.ts";
import { type Loaded, loadProgram, NOT_FOUND } from "./load.ts";
import { initProgramFaults, setAfterFault, setFaultSignal } from "./memory/fault.ts";
import { openHeap } from "./memory/heap.ts";
import { MAP_FIXED, MAP_GROWSDOWN, mapZeros } from "./memory/map.ts";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "./memory/mapping.ts";
import { openMemory, type ProgramMemory } from "./memory/program-memory.ts";
import { showProgram } from "./proc-self.ts";
import { process } from "./process.ts";
import { makeProgramThread, startProgramThread } from "./program-thread.ts";
import { afterInterrupt, watchInterrupts } from "./return.ts";
import { addModules, changeDirectory, makeRoot } from "./root.ts";
import { archiveFault, unpackArchive } from "./root-archive.ts";
import { searchPath } from "./search.ts";
import { type MountFault, mountAll } from "./shares.ts";
import { openStandardFiles } from "./standard-files.ts";
import { copyIn, copyOut, initUserMemory } from "./user.ts";
import { mountUsualFiles } from "./usual-files.ts";

/** RLIMIT_STACK's usual value. */
const STACK_BYTES: usize = 8 << 20;
const FAILED: u32 = 126;
const ERRORS: u32 = 1;

const memory: ProgramMemory = zeroed();
const loaded: Loaded = zeroed();

function write(text: ptr<u8>): void {
  if (consoleHas(ERRORS)) consoleWrite(ERRORS, text, textLength(text));
  else print(text);
}
/** One line for the user, and the end. */
function give(what: ptr<u8>, why: ptr<u8>, status: u32): never {
  write("vitrine: ");
  write(what);
  write(": ");
  write(why);
  write("\n");
  endMachine(status);
}
function fileTime(): i64 {
  return i64(realTime());
}
function takeFault(registers: ptr<Registers>, signal: u32, code: i32, linear: usize): void {
  raiseFault(registers, signal, code, linear);
  afterInterrupt(registers);
}
function bytesIn(to: ptr<u8>, from: usize, bytes: usize): bool {
  return copyIn(to, from, bytes);
}
function bytesOut(to: usize, from: ptr<u8>, bytes: usize): bool {
  return copyOut(to, from, bytes);
}
/** What files, faults and signals have to know of programs. */
function connect(): void {
  initUserMemory();
  const files: FileMemory = { copyIn: bytesIn, copyOut: bytesOut };
  setProgramMemory(addressOf(files));
  initClock();
  setFileClock(fileTime);
  initProgramExceptions();
  initProgramFaults();
  setFaultSignal(takeFault);
  setAfterFault(afterInterrupt);
  watchInterrupts();
}
function openFiles(): void {
  initPageCache();
  if (makeRoot() < 0) give("files", "there is no memory for them", FAILED);
  const broken = unpackArchive();
  if (broken !== null) give(broken, archiveFault(), FAILED);
  const fault: MountFault = zeroed();
  if (!mountAll(addressOf(fault))) give(fault.place, fault.why, FAILED);
  if (!mountUsualFiles()) give("files", "there is no memory for them", FAILED);
  openKernelFunctions();
  addModules();
  const directory = launchText("cwd=", 0);
  if (directory !== null && changeDirectory(directory) < 0) give(directory, "no such directory", FAILED);
  if (!openStandardFiles()) give("files", "there is no memory for them", FAILED);
}
/** Memory, file, stack. Leaves the registers that it begins with. */
function load(path: ptr<u8>, registers: ptr<Registers>): void {
  if (!cloneRoot(addressOf(process.space))) give(path, "there is no memory for it", FAILED);
  enterSpace(addressOf(process.space));
  openMemory(addressOf(memory), addressOf(process.space));
  loaded.usesKernelLibc = launchNumber("libc=") !== 0;
  if (!loadProgram(addressOf(memory), path, addressOf(loaded))) {
    const fault = loaded.fault;
    give(loaded.faulty, fault === null ? "cannot be run" : fault, loaded.status);
  }
  openHeap(addressOf(memory), loaded.end);
  const rights = PROT_READ | PROT_WRITE | (loaded.executableStack ? PROT_EXEC : 0);
  const start = PROGRAMS_END - STACK_BYTES;
  if (mapZeros(addressOf(memory), start, STACK_BYTES, rights, MAP_FIXED | MAP_GROWSDOWN) < 0)
    give(path, "there is no memory for its stack", FAILED);
  const random: array<u8, 16> = zeroed();
  randomBytes(addressOf(random[0]), 16);
  const top = makeInitialStack(
    PROGRAMS_END,
    addressOf(loaded),
    path,
    launchNumber("owner="),
    launchNumber("group="),
    addressOf(random[0]),
  );
  if (top === 0) give(path, "there is no memory for its arguments", FAILED);
  memory.stack = top;
  showProgram(addressOf(loaded), top);
  registers.rip = loaded.entry;
  registers.rsp = top;
  registers.rflags = PROGRAM_FLAGS;
}
/** Runs what the launch names. The calling thread ends; the machine does when the program does. */
export function runProgram(): never {
  const program = launchText("program=", 0);
  if (program === null) give("launch", "it names no program", FAILED);
  initDrivers();
  connect();
  openFiles();
  const path = searchPath(program);
  if (path === null) give(program, "command not found", NOT_FOUND);
  if (launchNumber("strace=") !== 0) startTracing();
  else openQuickCalls();
  process.owner = u32(launchNumber("owner="));
  process.group = u32(launchNumber("group="));
  const registers: Registers = zeroed();
  load(path, addressOf(registers));
  const thread = makeProgramThread(addressOf(registers));
  if (thread === null || !startProgramThread(thread, "program"))
    give(path, "there is no memory for it", FAILED);
  listenForSignals();
  exitThread();
}
