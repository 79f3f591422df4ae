/** Where something stands in a source file. */
export interface Place {
  /** As the user named it, or relative to the file that was. */
  readonly file: string;
  /** From 1. Columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 units from the file's start, and how many are meant. */
  readonly offset: number;
  readonly length: number;
  /** Of code that the compiler has moved into a caller. */
  readonly inlined?: InlinedCall;
}

/** A call whose place the callee's body has taken. Each copy of a body has one of its own: identity is what matters. */
export interface InlinedCall {
  /** The callee's symbol. */
  readonly symbol: string;
  /** Of the call; it may have been moved itself. */
  readonly site: Place;
}
