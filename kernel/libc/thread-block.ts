/**
 * What is at a thread's FS base: the ABI's words (System V ABI, "ELF Handling For Thread-Local Storage" §3.4.6; glibc's canary and pointer guard), and what the libc has of
 * a thread. Thread-local variables lie below.
 */
export const KEYS = 128;

/** A function that a thread runs when it ends (pthread_cleanup_push's frames are the program's own). */
export class ThreadBlock extends Struct {
  self: at<0, usize>;
  table: at<8, usize>;
  selfAgain: at<16, usize>;
  canary: at<0x28, u64>;
  guard: at<0x30, u64>;
  errno: at<0x100, i32>;
  /** Of the kernel; cleared by it when the thread ends, and waiters are woken. */
  id: i32;
  /** 1: nobody joins it. */
  detached: i32;
  /** Set once it will run no more code of the program's. */
  ended: i32;
  start: usize;
  argument: usize;
  result: usize;
  /** Its memory, of mmap. */
  map: usize;
  mapBytes: usize;
  stack: usize;
  stackBytes: usize;
  guardBytes: usize;
  /** dlerror's: what it gives next; 0: nothing. */
  problem: usize;
  /** What pthread_cleanup_push has put up (glibc's __pthread_unwind_buf_t, innermost first). */
  cleanup: usize;
  /** __cxa_thread_atexit_impl's. */
  atExit: usize;
  /** uselocale's; 0: the one of all. */
  locale: usize;
  cancelled: i32;
  cancelState: i32;
  next: ptr<ThreadBlock> | null;
  previous: ptr<ThreadBlock> | null;
  /** By pthread_key_t. */
  values: array<usize, typeof KEYS>;
}
/** Room for it, with what may come. */
export const BLOCK_BYTES: usize = 2304;
static_assert(sizeof<ThreadBlock>() <= 2304);

export function thisThread(): ptr<ThreadBlock> {
  return asm<ptr<ThreadBlock>>`mov ${asm.result}, fs:[0]`;
}
