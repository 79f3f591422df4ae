/**
 * What the program may use at most (getrlimit(2)), with what Linux gives at the start. Limits that are kept to are told to whoever keeps to them; the others
 * are only remembered.
 */
import { setDescriptorLimit } from "../fs/descriptors.ts";
import { EINVAL, EPERM } from "../fs/errno.ts";
import type { Text } from "../fs/text.ts";
import { LOCK_LIMIT, programMemory, UNLIMITED } from "./memory/program-memory.ts";
import { QUEUE_LIMIT, setQueueLimit } from "./pending.ts";
import { process } from "./process.ts";

/** struct rlimit64. */
export class Limit extends Struct {
  current: u64;
  most: u64;
}
class Row extends Struct {
  limit: Limit;
  /** As /proc/self/limits calls it. */
  name: ptr<u8>;
  unit: ptr<u8>;
}
export const LIMITS = 16;
const RLIMIT_DATA: u32 = 2;
const RLIMIT_NOFILE: u32 = 7;
const RLIMIT_MEMLOCK: u32 = 8;
const RLIMIT_AS: u32 = 9;
const RLIMIT_SIGPENDING: u32 = 11;
const MOST_FILES: u64 = 1 << 20;
const STACK: u64 = 8 << 20;
const MESSAGES: u64 = 819_200;

const rows: array<Row, typeof LIMITS> = [
  { name: "Max cpu time", unit: "seconds", limit: { current: UNLIMITED, most: UNLIMITED } },
  { name: "Max file size", unit: "bytes", limit: { current: UNLIMITED, most: UNLIMITED } },
  { name: "Max data size", unit: "bytes", limit: { current: UNLIMITED, most: UNLIMITED } },
  { name: "Max stack size", unit: "bytes", limit: { current: STACK, most: UNLIMITED } },
  { name: "Max core file size", unit: "bytes", limit: { current: 0, most: UNLIMITED } },
  { name: "Max resident set", unit: "bytes", limit: { current: UNLIMITED, most: UNLIMITED } },
  { name: "Max processes", unit: "processes", limit: { current: UNLIMITED, most: UNLIMITED } },
  { name: "Max open files", unit: "files", limit: { current: 1024, most: MOST_FILES } },
  { name: "Max locked memory", unit: "bytes", limit: { current: LOCK_LIMIT, most: LOCK_LIMIT } },
  { name: "Max address space", unit: "bytes", limit: { current: UNLIMITED, most: UNLIMITED } },
  { name: "Max file locks", unit: "locks", limit: { current: UNLIMITED, most: UNLIMITED } },
  { name: "Max pending signals", unit: "signals", limit: { current: QUEUE_LIMIT, most: QUEUE_LIMIT } },
  { name: "Max msgqueue size", unit: "bytes", limit: { current: MESSAGES, most: MESSAGES } },
  { name: "Max nice priority", unit: "", limit: { current: 0, most: 0 } },
  { name: "Max realtime priority", unit: "", limit: { current: 0, most: 0 } },
  { name: "Max realtime timeout", unit: "us", limit: { current: UNLIMITED, most: UNLIMITED } },
];

/** `resource` is below LIMITS. */
export function limitOf(resource: u32): ptr<Limit> {
  return addressOf(rows[resource].limit);
}
/** setrlimit(2): 0, or the negative of an error. `resource` is below LIMITS. */
export function setLimit(resource: u32, wanted: ptr<Limit>): i64 {
  if (wanted.current > wanted.most) return -EINVAL;
  if (wanted.most > limitOf(resource).most && process.owner !== 0) return -EPERM;
  if (resource === RLIMIT_NOFILE && wanted.most > MOST_FILES) return -EPERM;
  limitOf(resource).value = wanted.value;
  if (resource === RLIMIT_NOFILE) setDescriptorLimit(wanted.current);
  if (resource === RLIMIT_SIGPENDING) setQueueLimit(wanted.current);
  const memory = programMemory();
  if (memory === null) return 0;
  if (resource === RLIMIT_AS) memory.limit = wanted.current;
  if (resource === RLIMIT_DATA) memory.dataLimit = wanted.current;
  if (resource === RLIMIT_MEMLOCK) memory.lockLimit = wanted.current;
  return 0;
}
function putLimit(text: ptr<Text>, limit: u64): void {
  const start = text.length;
  if (limit === UNLIMITED) text.put("unlimited");
  else text.putU64(limit);
  text.putPadded("", 21 - (text.length - start));
}
/** /proc/self/limits. */
export function showLimits(text: ptr<Text>): void {
  text.put("Limit                     Soft Limit           Hard Limit           Units     \n");
  for (let i: u32 = 0; i < u32(LIMITS) && !text.failed; i++) {
    text.putPadded(rows[i].name, 26);
    putLimit(text, limitOf(i).current);
    putLimit(text, limitOf(i).most);
    if (rows[i].unit[0] !== 0) text.putPadded(rows[i].unit, 10);
    text.put("\n");
  }
}
