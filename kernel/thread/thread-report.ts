/** All threads as a table, for people. */
import { newline, print, printLine, printU64, tab } from "../console/print.ts";
import { type Thread, ThreadState } from "./thread.ts";
import { visitThreads } from "./thread-list.ts";
import { MICROSECOND } from "./time.ts";

const NAME: u32 = 8;
const STATE: u32 = 34;
const PROCESSOR: u32 = 44;
const TIME: u32 = 56;
const SWITCHES: u32 = 70;
const MOVES: u32 = 82;

const states: array<ptr<u8>, 5> = ["ready", "running", "waiting", "exiting", "dead"];
static_assert(u32(ThreadState.Dead) === 4);

function printThread(thread: ptr<Thread>): void {
  printU64(u64(thread.id));
  tab(NAME);
  print(addressOf(thread.name[0]));
  tab(STATE);
  print(states[u32(thread.state)]);
  tab(PROCESSOR);
  printU64(u64(thread.cpu));
  tab(TIME);
  printU64(thread.ran / MICROSECOND);
  tab(SWITCHES);
  printU64(thread.switches);
  tab(MOVES);
  printU64(thread.migrations);
  newline();
}
/** Times are up to each thread's last switch. */
export function printThreads(): void {
  print("thread");
  tab(NAME);
  print("name");
  tab(STATE);
  print("state");
  tab(PROCESSOR);
  print("processor");
  tab(TIME);
  print("µs run");
  tab(SWITCHES);
  print("switches");
  tab(MOVES);
  printLine("moves");
  visitThreads(printThread);
}
