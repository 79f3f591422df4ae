/**
 * A recorded trace, run again: the host gives it as a module, with room for the table of objects behind the steps. Steps are done one
 * after the other, each by the worker of its thread, as they were: a worker waits until its step's turn has come.
 */
import { moduleCount, modules } from "../../boot/loaded.ts";
import { Area, inArea } from "../../memory/address.ts";
import { panic } from "../../panic.ts";
import type { Run } from "../run.ts";
import { workerCount } from "../workers.ts";

const MAGIC: u64 = 0x3152_5443_4f4c_4c41;
/** @base u8 */
enum Kind {
  Allocate = 0,
  Resize = 1,
  Free = 2,
}
class Step extends Struct {
  kind: at<0, Kind>;
  thread: at<1, u8>;
  object: at<4, u32>;
  size: at<8, u64>;
}
class Header extends Struct {
  magic: u64;
  steps: u64;
  objects: u64;
  threads: u64;
}
class Live extends Struct {
  object: ptr<u8> | null;
  size: usize;
}
static_assert(sizeof<Header>() === 32 && sizeof<Step>() === 16 && sizeof<Live>() === 16);

/** Steps that are done. */
let turn: u64 = 0;

export function replay(run: ptr<Run>): void {
  if (moduleCount === 0) panic("bench: there is no trace to replay");
  const header = pointer<Header>(inArea(Area.Early, modules[0].start));
  if (header.magic !== MAGIC) panic("bench: the module is no trace");
  const steps = pointer<Step>(address(header) + sizeof<Header>());
  const table = pointer<Live>(address(steps) + header.steps * sizeof<Step>());
  for (let i: u64 = 0; i < header.steps; i++) {
    const step = steps.offset(i);
    if (u32(step.thread) % workerCount() !== run.worker) continue;
    while (atomicLoadAcquire(addressOf(turn)) !== i) pause();
    perform(run, step, table.offset(u64(step.object)));
    atomicStoreRelease(addressOf(turn), i + 1);
  }
}
function perform(run: ptr<Run>, step: ptr<Step>, live: ptr<Live>): void {
  const object = live.object;
  // The meter writes to objects of eight bytes and more.
  const size = step.size < 8 ? 8 : step.size;
  if (step.kind === Kind.Allocate) {
    live.object = run.meter.allocate(size);
    live.size = size;
  } else if (object !== null && step.kind === Kind.Resize) {
    const moved = run.meter.resize(object, live.size, size);
    if (moved === null) return;
    live.object = moved;
    live.size = size;
  } else if (object !== null) {
    run.meter.release(object, live.size);
    live.object = null;
  }
}
