/** What the assembler says about a source it cannot assemble: one clear message with line and column, counted from 1. */
export class AssemblerError extends Error {
  override readonly name = "AssemblerError";
  readonly line: number;
  readonly column: number;
  /** The message without the place. */
  readonly reason: string;

  constructor(reason: string, line: number, column: number) {
    super(`${line}:${column}: ${reason}`);
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}
