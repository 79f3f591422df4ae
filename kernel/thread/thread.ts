/** A thread: what the processor needs to go on with it, and what the scheduler knows of it. */

export class Thread extends Struct {
  /** The stack pointer while it does not run; what it points to is in switch.ts. */
  stackPointer: at<0, usize>;
}
