/** Waiting for one of several files: what poll(2) and select(2) stand on. */
import { WaitEnd } from "../thread/wait-queue.ts";
import { EINTR } from "./errno.ts";
import { type OpenFile, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from "./file.ts";
import { type Readiness, unwatch, type Watch } from "./readiness.ts";

export class Polled extends Struct {
  /** null: it is not looked at. */
  file: ptr<OpenFile> | null;
  /** POLL bits. */
  wanted: u32;
  /** Those of them that hold. */
  got: u32;
  watch: Watch;
}
function notify(watch: ptr<Watch>): void {
  cast<Readiness>(watch.argument).changed();
}
/** What a file is ready for now. */
export function readyFor(file: ptr<OpenFile>): u32 {
  const poll = file.operations.poll;
  return poll === null ? POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM : poll(file);
}
function look(list: ptr<Polled>, count: u64): i64 {
  let ready: i64 = 0;
  for (let i: u64 = 0; i < count; i++) {
    const polled = list.offset(i);
    const file = polled.file;
    if (file !== null) polled.got = readyFor(file) & polled.wanted;
    if (polled.got !== 0) ready++;
  }
  return ready;
}
/** How many are ready; 0: the deadline came, in nanoseconds since boot, FOREVER for none; -EINTR. */
export function pollFiles(list: ptr<Polled>, count: u64, deadline: u64): i64 {
  const changes: Readiness = zeroed();
  let ready = look(list, count);
  if (ready > 0 || deadline === 0) return ready;
  for (let i: u64 = 0; i < count; i++) {
    const polled = list.offset(i);
    const file = polled.file;
    if (file === null) continue;
    const readiness = file.operations.readiness;
    polled.watch.notify = notify;
    polled.watch.argument = addressOf(changes);
    if (readiness !== null) readiness(file).watch(addressOf(polled.watch));
  }
  for (;;) {
    const seen = changes.now();
    ready = look(list, count);
    if (ready > 0) break;
    const end = changes.wait(seen, deadline);
    if (end === WaitEnd.Woken) continue;
    if (end === WaitEnd.Interrupted) ready = -EINTR;
    else ready = look(list, count);
    break;
  }
  for (let i: u64 = 0; i < count; i++) unwatch(addressOf(list[i].watch));
  return ready;
}
