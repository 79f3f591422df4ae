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
}
