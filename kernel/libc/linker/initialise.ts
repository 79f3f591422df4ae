/** Constructors and destructors of objects: what an object needs comes before it, and ends after it (gABI chapter 5, "Initialization and Termination Functions"). */
import { variables } from "../environment.ts";
import { type Loaded, objects } from "./object.ts";

type Constructor = fn<(count: i32, args: ptr<ptr<u8>>, environment: ptr<ptr<u8> | null>) => void>;
type Destructor = fn<() => void>;

class Arguments extends Struct {
  count: i32;
  texts: ptr<ptr<u8>>;
}
export const programArguments: Arguments = zeroed();

/** In the order in which they were initialised. */
const MOST = 512;
const done: array<ptr<Loaded> | null, typeof MOST> = zeroed();
let doneCount: usize = 0;

function callEach(table: ptr<usize>, bytes: u64): void {
  for (let i: usize = 0; i < bytes / 8; i++) {
    if (table[i] === 0 || table[i] === 0xffff_ffff_ffff_ffff) continue;
    functionAt<Constructor>(table[i])(programArguments.count, programArguments.texts, variables());
  }
}
export function callPreinit(program: ptr<Loaded>): void {
  callEach(program.preinitArray, program.preinitBytes);
}
/** The object's own, once. */
export function callConstructors(object: ptr<Loaded>): void {
  if (object.init !== 0)
    functionAt<Constructor>(object.init)(programArguments.count, programArguments.texts, variables());
  callEach(object.initArray, object.initBytes);
}
/** What it needs, then itself; a circle is cut where it is entered. */
export function initialise(object: ptr<Loaded>): void {
  if (object.isInitialised) return;
  object.isInitialised = true;
  for (let i: usize = 0; i < object.neededCount; i++) {
    const needed = object.needed[i];
    if (needed !== null) initialise(needed);
  }
  if (doneCount < usize(MOST)) {
    done[doneCount] = object;
    doneCount++;
  }
  // The program's own are __libc_start_main's.
  if (!object.isProgram) callConstructors(object);
}
export function callDestructors(object: ptr<Loaded>): void {
  if (object.isFinished || !object.isInitialised) return;
  object.isFinished = true;
  for (let i = object.finiBytes / 8; i > 0; i--) {
    const at = object.finiArray[i - 1];
    if (at !== 0 && at !== 0xffff_ffff_ffff_ffff) functionAt<Destructor>(at)();
  }
  if (object.fini !== 0) functionAt<Destructor>(object.fini)();
}
/** At the program's end, the last one first. */
export function finishAll(): void {
  for (let i = doneCount; i > 0; i--) {
    const object = done[i - 1];
    if (object !== null) callDestructors(object);
  }
}
/** It is gone. */
export function forget(object: ptr<Loaded>): void {
  for (let i: usize = 0; i < doneCount; i++) if (done[i] === object) done[i] = null;
}
export function isLoaded(object: ptr<Loaded>): bool {
  for (let at = objects.first; at !== null; at = at.next) if (at === object) return true;
  return false;
}
