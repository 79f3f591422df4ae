/** Settings of threads and their objects that make no difference here: one scheduling policy, one process. Each is taken and told as POSIX has its default. */
import { free, malloc } from "../kernel-calls.ts";
import type { ThreadBlock } from "../thread-block.ts";

/** SCHED_OTHER, priority 0. @export */
export function pthread_getschedparam(_thread: ptr<ThreadBlock>, policy: ptr<i32>, priority: ptr<i32>): i32 {
  policy.value = 0;
  priority.value = 0;
  return 0;
}
/** @export */
export function pthread_setschedparam(_thread: ptr<ThreadBlock>, policy: i32, priority: ptr<i32>): i32 {
  return policy === 0 && priority.value === 0 ? 0 : 1;
}
/** @export */
export function pthread_setschedprio(_thread: ptr<ThreadBlock>, priority: i32): i32 {
  return priority === 0 ? 0 : 22;
}
/** @export */
export function __sched_cpucount(bytes: usize, set: ptr<u8>): i32 {
  let count: i32 = 0;
  for (let i: usize = 0; i < bytes; i++) count += i32(popcount(set[i]));
  return count;
}
/** @export */
export function __sched_cpualloc(count: usize): ptr<u8> | null {
  return malloc(((count + 63) / 64) * 8);
}
/** @export */
export function __sched_cpufree(set: ptr<u8>): void {
  free(set);
}
/** @export */
export function pthread_attr_setschedparam(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_mutexattr_setprotocol(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_mutexattr_setprioceiling(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_mutexattr_setrobust(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_condattr_setpshared(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_rwlockattr_setpshared(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_rwlockattr_setkind_np(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_barrierattr_init(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_barrierattr_destroy(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_barrierattr_setpshared(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_mutex_consistent(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_setconcurrency(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_attr_setaffinity_np(_object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_attr_getschedparam(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_attr_getschedpolicy(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_attr_getinheritsched(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_attr_getscope(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_mutexattr_getpshared(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_mutexattr_getprotocol(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_mutexattr_getrobust(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_condattr_getpshared(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_condattr_getclock(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_rwlockattr_getpshared(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_rwlockattr_getkind_np(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
/** @export */
export function pthread_barrierattr_getpshared(_object: usize, value: ptr<i32>): i32 {
  value.value = 0;
  return 0;
}
