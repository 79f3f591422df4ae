/** Destructors of C++'s thread-local objects (Itanium C++ ABI, thread_local). */
import { malloc } from "../kernel-calls.ts";
import { thisThread } from "../thread-block.ts";

class AtThreadExit extends Struct {
  destructor: usize;
  object: usize;
  next: usize;
}
/** @export */
export function __cxa_thread_atexit_impl(destructor: usize, object: usize, _library: usize): i32 {
  const memory = malloc(sizeof<AtThreadExit>());
  if (memory === null) return -1;
  cast<AtThreadExit>(memory).value = { destructor, object, next: thisThread().atExit };
  thisThread().atExit = address(memory);
  return 0;
}
