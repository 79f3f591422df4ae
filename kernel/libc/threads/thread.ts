/** Threads of POSIX's: made by clone(2), with a stack and thread-local variables of their own. A pthread_t is the address of its `ThreadBlock`. */
import { localBytes, makeLocals } from "../linker/tls.ts";
import { type Lock, waitWord } from "../lock.ts";
import { systemCall, systemCall6 } from "../system.ts";
import { KEYS, type ThreadBlock, thisThread } from "../thread-block.ts";

const PAGE: usize = 4096;
const STACK_BYTES: usize = 8 << 20;
const EAGAIN: i32 = 11;
const EINVAL: i32 = 22;
const ESRCH: i32 = 3;
const EDEADLK: i32 = 35;
/** VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID. */
const CLONE_FLAGS: u64 = 0x3d_0f00;

/** pthread_attr_t: 56 bytes. */
export class Attributes extends Struct {
  detached: i32;
  stackBytes: at<8, usize>;
  stack: usize;
  guardBytes: usize;
  isSet: i32;
}
static_assert(sizeof<Attributes>() <= 56);
class Key extends Struct {
  isUsed: bool;
  destructor: usize;
}
class Threads extends Struct {
  lock: Lock;
  first: ptr<ThreadBlock> | null;
  keys: array<Key, typeof KEYS>;
  /** To be unmapped by the next who comes by: a detached thread cannot take its own stack away. */
  dead: ptr<ThreadBlock> | null;
  count: i32;
}
export const threads: Threads = zeroed();

/** Starts a thread at `run` on its stack. Gives its number, or an error. @naked */
function cloneThread(_flags: u64, _stack: usize, _id: ptr<i32>, _block: ptr<ThreadBlock>): i64 {
  return asm<i64>`
    mov r8, rcx
    mov r10, rdx
    mov eax, 56
    syscall
    test eax, eax
    jz thread
    ret
  thread:
    xor ebp, ebp
    and rsp, -16
    call ${run}
    hlt`;
}
function run(): never {
  const block = thisThread();
  pthread_exit(functionAt<(argument: usize) => usize>(block.start)(block.argument));
}
function release(block: ptr<ThreadBlock>): void {
  systemCall(11, block.map, block.mapBytes, 0);
}
/** Threads that are gone and that nobody waits for: their memory goes. Under the lock. */
function reap(): void {
  let before: ptr<ThreadBlock> | null = null;
  let block = threads.dead;
  while (block !== null) {
    const next = block.next;
    if (atomicLoad(addressOf(block.id)) === 0) {
      if (before === null) threads.dead = next;
      else before.next = next;
      release(block);
    } else before = block;
    block = next;
  }
}
/** @export */
export function pthread_create(
  place: ptr<usize>,
  given: ptr<Attributes>,
  start: usize,
  argument: usize,
): i32 {
  const attributes: Attributes = address(given) === 0 ? init<Attributes>({ guardBytes: PAGE }) : given.value;
  const stackBytes =
    attributes.stackBytes === 0 ? STACK_BYTES : (attributes.stackBytes + PAGE - 1) & ~(PAGE - 1);
  const guard = attributes.stack !== 0 ? 0 : (attributes.guardBytes + PAGE - 1) & ~(PAGE - 1);
  const own = attributes.stack !== 0 ? 0 : stackBytes;
  const bytes = guard + own + localBytes();
  const map = systemCall6(9, 0, bytes, 3, 0x2_0022, 0xffff_ffff_ffff_ffff, 0);
  if (map < 0 && map >= -4095) return EAGAIN;
  const memory = truncate<usize>(map);
  if (guard > 0) systemCall(10, memory, guard, 0);
  const self = thisThread();
  const block = makeLocals(memory + guard + own);
  block.canary = self.canary;
  block.guard = self.guard;
  block.start = start;
  block.argument = argument;
  block.detached = attributes.detached;
  block.map = memory;
  block.mapBytes = bytes;
  block.stack = attributes.stack !== 0 ? attributes.stack : memory + guard;
  block.stackBytes = stackBytes;
  block.guardBytes = guard;
  threads.lock.lock();
  reap();
  link(block);
  place.value = address(block);
  const id = cloneThread(CLONE_FLAGS, block.stack + stackBytes, addressOf(block.id), block);
  if (id < 0) {
    unlink(block);
    release(block);
  }
  threads.lock.unlock();
  return id < 0 ? EAGAIN : 0;
}
function link(block: ptr<ThreadBlock>): void {
  block.next = threads.first;
  block.previous = null;
  if (threads.first !== null) threads.first.previous = block;
  threads.first = block;
  threads.count++;
}
function unlink(block: ptr<ThreadBlock>): void {
  const next = block.next;
  const previous = block.previous;
  if (previous === null) threads.first = next;
  else previous.next = next;
  if (next !== null) next.previous = previous;
  threads.count--;
}
type Destructor = fn<(value: usize) => void>;
/** What the thread has under keys, up to four times round (PTHREAD_DESTRUCTOR_ITERATIONS). */
function destroyValues(block: ptr<ThreadBlock>): void {
  for (let round: u32 = 0; round < 4; round++) {
    let any = false;
    for (let i: usize = 0; i < usize(KEYS); i++) {
      const value = block.values[i];
      block.values[i] = 0;
      if (value === 0 || threads.keys[i].destructor === 0) continue;
      any = true;
      functionAt<Destructor>(threads.keys[i].destructor)(value);
    }
    if (!any) return;
  }
}
/** Destructors of thread-local objects of C++'s: the last one first. */
class AtThreadExit extends Struct {
  destructor: usize;
  object: usize;
  next: usize;
}
function destroyObjects(block: ptr<ThreadBlock>): void {
  while (block.atExit !== 0) {
    const one = pointer<AtThreadExit>(block.atExit);
    block.atExit = one.next;
    functionAt<Destructor>(one.destructor)(one.object);
  }
}
export function destroyThreadObjects(): void {
  destroyObjects(thisThread());
}
type Cleanup = fn<(argument: usize) => void>;
class CleanupFrame extends Struct {
  routine: usize;
  argument: usize;
  type: i32;
  previous: usize;
}
/** @export */
export function _pthread_cleanup_push(frame: ptr<CleanupFrame>, routine: usize, argument: usize): void {
  frame.routine = routine;
  frame.argument = argument;
  frame.previous = thisThread().cleanup;
  thisThread().cleanup = address(frame);
}
/** @export */
export function _pthread_cleanup_pop(frame: ptr<CleanupFrame>, execute: i32): void {
  thisThread().cleanup = frame.previous;
  if (execute !== 0) functionAt<Cleanup>(frame.routine)(frame.argument);
}
/** glibc's frames begin with a jmp_buf to the program's own clean-up code, and the frame before is behind it. @export */
export function __pthread_register_cancel(frame: usize): void {
  pointer<usize>(frame + 72).value = thisThread().cleanup | 1;
  thisThread().cleanup = frame | 1;
}
/** @export */
export function __pthread_unregister_cancel(frame: usize): void {
  thisThread().cleanup = pointer<usize>(frame + 72).value & ~usize(1);
}
/** @export */
export function pthread_exit(result: usize): never {
  const block = thisThread();
  block.result = result;
  while (block.cleanup !== 0 && (block.cleanup & 1) === 0) {
    const frame = pointer<CleanupFrame>(block.cleanup);
    block.cleanup = frame.previous;
    functionAt<Cleanup>(frame.routine)(frame.argument);
  }
  destroyObjects(block);
  destroyValues(block);
  threads.lock.lock();
  const isFirst = block.map === 0 || block.start === 0;
  if (!isFirst) {
    unlink(block);
    if (block.detached !== 0) {
      block.next = threads.dead;
      threads.dead = block;
    }
    block.ended = 1;
  }
  threads.lock.unlock();
  for (;;) systemCall(60, 0, 0, 0);
}
/** @export */
export function pthread_join(thread: ptr<ThreadBlock>, result: ptr<usize>): i32 {
  if (address(thread) === 0) return ESRCH;
  if (thread === thisThread()) return EDEADLK;
  if (thread.detached !== 0) return EINVAL;
  for (;;) {
    const id = atomicLoad(addressOf(thread.id));
    if (id === 0) break;
    // The kernel wakes who waits for a thread's end without the private bit.
    systemCall6(202, address(addressOf(thread.id)), 0, truncate<u64>(i64(id)), 0, 0, 0);
  }
  if (address(result) !== 0) result.value = thread.result;
  release(thread);
  return 0;
}
/** @export */
export function pthread_tryjoin_np(thread: ptr<ThreadBlock>, result: ptr<usize>): i32 {
  return atomicLoad(addressOf(thread.id)) === 0 ? pthread_join(thread, result) : 16;
}
/** @export */
export function pthread_detach(thread: ptr<ThreadBlock>): i32 {
  threads.lock.lock();
  const already = thread.detached !== 0;
  const isOver = thread.ended !== 0;
  thread.detached = 1;
  if (isOver && !already) {
    thread.next = threads.dead;
    threads.dead = thread;
  }
  threads.lock.unlock();
  return already ? EINVAL : 0;
}
/** @export */
export function pthread_self(): ptr<ThreadBlock> {
  return thisThread();
}
/** @export */
export function pthread_equal(a: usize, b: usize): i32 {
  return a === b ? 1 : 0;
}
/** @export */
export function pthread_yield(): i32 {
  systemCall(24, 0, 0, 0);
  return 0;
}
/** @export */
export function pthread_kill(thread: ptr<ThreadBlock>, signal: i32): i32 {
  const status = systemCall(
    234,
    u64(systemCall(39, 0, 0, 0)),
    truncate<u64>(i64(thread.id)),
    truncate<u64>(i64(signal)),
  );
  return i32(0 - status);
}
/** @export */
export function pthread_once(word: ptr<u32>, routine: usize): i32 {
  for (;;) {
    const state = atomicCompareExchange(word, 0, 1);
    if (state === 2) return 0;
    if (state === 0) {
      functionAt<() => void>(routine)();
      atomicStore(word, 2);
      systemCall6(202, address(word), 129, 0x7fff_ffff, 0, 0, 0);
      return 0;
    }
    waitWord(word, 1);
  }
}
/** @export */
export function pthread_key_create(place: ptr<u32>, destructor: usize): i32 {
  threads.lock.lock();
  let i: usize = 0;
  while (i < usize(KEYS) && threads.keys[i].isUsed) i++;
  if (i < usize(KEYS)) {
    threads.keys[i] = { isUsed: true, destructor };
    place.value = u32(i);
  }
  threads.lock.unlock();
  return i < usize(KEYS) ? 0 : EAGAIN;
}
/** Programs and libgcc ask by this name whether there are threads. @export @naked */
export function __pthread_key_create(): void {
  asm`jmp ${pthread_key_create}`;
}
/** @export */
export function pthread_key_delete(key: u32): i32 {
  if (key >= u32(KEYS) || !threads.keys[key].isUsed) return EINVAL;
  threads.lock.lock();
  for (let at = threads.first; at !== null; at = at.next) at.values[key] = 0;
  thisThread().values[key] = 0;
  threads.keys[key] = { isUsed: false, destructor: 0 };
  threads.lock.unlock();
  return 0;
}
/** @export */
export function pthread_getspecific(key: u32): usize {
  return key < u32(KEYS) ? thisThread().values[key] : 0;
}
/** @export */
export function pthread_setspecific(key: u32, value: usize): i32 {
  if (key >= u32(KEYS) || !threads.keys[key].isUsed) return EINVAL;
  thisThread().values[key] = value;
  return 0;
}
/** @export */
export function pthread_attr_init(attributes: ptr<Attributes>): i32 {
  memset(attributes, 0, 56);
  attributes.guardBytes = PAGE;
  return 0;
}
/** @export */
export function pthread_attr_destroy(_attributes: ptr<Attributes>): i32 {
  return 0;
}
/** @export */
export function pthread_attr_setdetachstate(attributes: ptr<Attributes>, state: i32): i32 {
  if (state < 0 || state > 1) return EINVAL;
  attributes.detached = state;
  return 0;
}
/** @export */
export function pthread_attr_getdetachstate(attributes: ptr<Attributes>, state: ptr<i32>): i32 {
  state.value = attributes.detached;
  return 0;
}
/** @export */
export function pthread_attr_setstacksize(attributes: ptr<Attributes>, bytes: usize): i32 {
  if (bytes < 16384) return EINVAL;
  attributes.stackBytes = bytes;
  return 0;
}
/** @export */
export function pthread_attr_getstacksize(attributes: ptr<Attributes>, bytes: ptr<usize>): i32 {
  bytes.value = attributes.stackBytes === 0 ? STACK_BYTES : attributes.stackBytes;
  return 0;
}
/** @export */
export function pthread_attr_setstack(attributes: ptr<Attributes>, stack: usize, bytes: usize): i32 {
  attributes.stack = stack;
  attributes.stackBytes = bytes;
  return 0;
}
/** @export */
export function pthread_attr_getstack(
  attributes: ptr<Attributes>,
  stack: ptr<usize>,
  bytes: ptr<usize>,
): i32 {
  stack.value = attributes.stack;
  bytes.value = attributes.stackBytes;
  return 0;
}
/** @export */
export function pthread_attr_setguardsize(attributes: ptr<Attributes>, bytes: usize): i32 {
  attributes.guardBytes = bytes;
  return 0;
}
/** @export */
export function pthread_attr_getguardsize(attributes: ptr<Attributes>, bytes: ptr<usize>): i32 {
  bytes.value = attributes.guardBytes;
  return 0;
}
/** The first thread's stack is the kernel's to say: 8 MiB below programs' end. @export */
export function pthread_getattr_np(thread: ptr<ThreadBlock>, attributes: ptr<Attributes>): i32 {
  pthread_attr_init(attributes);
  attributes.detached = thread.detached;
  attributes.stack = thread.stack === 0 ? 0x7fff_ffff_f000 - STACK_BYTES : thread.stack;
  attributes.stackBytes = thread.stack === 0 ? STACK_BYTES : thread.stackBytes;
  return 0;
}
/** Hints that mean nothing here. @export */
export function pthread_attr_setscope(_attributes: ptr<Attributes>, _scope: i32): i32 {
  return 0;
}
/** @export */
export function pthread_attr_setinheritsched(_attributes: ptr<Attributes>, _inherit: i32): i32 {
  return 0;
}
/** @export */
export function pthread_attr_setschedpolicy(_attributes: ptr<Attributes>, _policy: i32): i32 {
  return 0;
}
/** @export */
export function pthread_setname_np(_thread: ptr<ThreadBlock>, _name: ptr<u8>): i32 {
  return 0;
}
/** @export */
export function pthread_getname_np(_thread: ptr<ThreadBlock>, name: ptr<u8>, room: usize): i32 {
  if (room > 0) name[0] = 0;
  return 0;
}
/** @export */
export function pthread_setcancelstate(state: i32, old: ptr<i32>): i32 {
  if (address(old) !== 0) old.value = thisThread().cancelState;
  thisThread().cancelState = state;
  return 0;
}
/** @export */
export function pthread_setcanceltype(_type: i32, old: ptr<i32>): i32 {
  if (address(old) !== 0) old.value = 0;
  return 0;
}
/** A thread that is to end does so at its next pthread_testcancel, and nowhere else. @export */
export function pthread_cancel(thread: ptr<ThreadBlock>): i32 {
  atomicStore(addressOf(thread.cancelled), 1);
  return 0;
}
/** @export */
export function pthread_testcancel(): void {
  const block = thisThread();
  if (atomicLoad(addressOf(block.cancelled)) !== 0 && block.cancelState === 0)
    pthread_exit(0xffff_ffff_ffff_ffff);
}
/** @export */
export function pthread_atfork(_prepare: usize, _parent: usize, _child: usize): i32 {
  return 0;
}
/** @export */
export function __register_atfork(_prepare: usize, _parent: usize, _child: usize, _object: usize): i32 {
  return 0;
}
/** @export */
export function pthread_getcpuclockid(thread: ptr<ThreadBlock>, clock: ptr<i32>): i32 {
  clock.value = (~thread.id << 3) | 6;
  return 0;
}
/** @export */
export function pthread_getaffinity_np(_thread: ptr<ThreadBlock>, bytes: usize, set: ptr<u8>): i32 {
  const written = systemCall(204, 0, bytes, address(set));
  if (written < 0) return i32(0 - written);
  for (let i = usize(written); i < bytes; i++) set[i] = 0;
  return 0;
}
/** @export */
export function pthread_setaffinity_np(_thread: ptr<ThreadBlock>, bytes: usize, set: ptr<u8>): i32 {
  return i32(0 - systemCall(203, 0, bytes, address(set)));
}
