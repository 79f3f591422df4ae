/**
 * Page faults of a program, and of the kernel at a program's addresses, on the thread's kernel stack (vm/deferred.ts): what the mapping
 * says is done, or the program gets a signal. SDM vol. 3 §4.7 for the error code, sigaction(2) for what a signal tells.
 */
import { isProgramCode } from "../../arch/code.ts";
import type { Registers } from "../../arch/exceptions.ts";
import { setOnCut } from "../../fs/contents.ts";
import type { Node } from "../../fs/node.ts";
import { setFaultService } from "../../vm/deferred.ts";
import { currentSpace, enterSpace, isProgramAddress } from "../../vm/space.ts";
import { SIGBUS, SIGKILL, SIGSEGV } from "../signal-numbers.ts";
import { forgetPages } from "./cut.ts";
import { programMemory } from "./program-memory.ts";
import { type Access, Served, serveAt } from "./serve.ts";

const WAS_WRITE: u64 = 2;
const WAS_FETCH: u64 = 16;

const SEGV_MAPERR: i32 = 1;
const SEGV_ACCERR: i32 = 2;
const BUS_ADRERR: i32 = 2;

/** The program's thread gets a signal for what its code has done; `registers` become what it goes on with. `linear`: si_addr. */
type Signal = fn<(registers: ptr<Registers>, signal: u32, code: i32, linear: usize) => void>;
type Before = fn<(registers: ptr<Registers>) => void>;
let signalFault: Signal | null = null;
let beforeProgram: Before | null = null;

export function setFaultSignal(signal: Signal): void {
  signalFault = signal;
}
/** Called before a program goes on after a fault that was served. */
export function setAfterFault(before: Before): void {
  beforeProgram = before;
}

/** The signal for an access that cannot be made. */
function punish(registers: ptr<Registers>, served: Served, linear: usize): bool {
  if (!isProgramCode(registers.rip) || signalFault === null) return false;
  if (served === Served.NoMemory) signalFault(registers, SIGKILL, 0, linear);
  else if (served === Served.NoPage) signalFault(registers, SIGBUS, BUS_ADRERR, linear);
  else signalFault(registers, SIGSEGV, served === Served.Forbidden ? SEGV_ACCERR : SEGV_MAPERR, linear);
  return true;
}
/** The deferred fault's service: true, the thread goes on with `registers`. */
function serveFault(registers: ptr<Registers>, linear: usize, code: u64): bool {
  const memory = programMemory();
  if (memory === null) return false;
  if (!isProgramAddress(linear)) return punish(registers, Served.Unmapped, linear);
  if (currentSpace() !== memory.space) {
    // A thread that has not been at a program's addresses before.
    enterSpace(memory.space);
    return true;
  }
  const access: Access = {
    linear,
    isWrite: (code & WAS_WRITE) !== 0,
    isFetch: (code & WAS_FETCH) !== 0,
  };
  memory.lock.lockRead();
  const served = serveAt(memory, addressOf(access));
  memory.lock.unlockRead();
  if (served !== Served.Yes) return punish(registers, served, linear);
  if (isProgramCode(registers.rip) && beforeProgram !== null) beforeProgram(registers);
  return true;
}
function onCut(node: ptr<Node>, first: u64): void {
  const memory = programMemory();
  if (memory !== null) forgetPages(memory, node, first);
}
/** Once, at start. */
export function initProgramFaults(): void {
  setOnCut(onCut);
  setFaultService(serveFault);
}
