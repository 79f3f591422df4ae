/*
 * What the command line says when something goes wrong: one clear line and an exit status, never a stack trace.
 */
import { HostError } from "../host/errors.ts";
import { BootError } from "../machine/boot/error.ts";

/** Bad use, or anything else that is for the user to mend. The message says what was wrong and where, without a final stop. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit status of a fault in Vitrine itself (EX_SOFTWARE of sysexits). */
const internalErrorStatus = 70;

const isSystemError = (error: Error): error is NodeJS.ErrnoException => "syscall" in error && "code" in error;

/** What to print and with which status to end. `debug` adds the stack of a fault in Vitrine itself. */
export function describeError(error: unknown, debug = false): { line: string; exitCode: number } {
  if (error instanceof UserError) return { line: oneLine(error.message), exitCode: error.exitCode };
  // Theirs too: a file or a disk of the host, a kernel that is none.
  if (error instanceof HostError || error instanceof BootError) {
    return { line: oneLine(error.message), exitCode: 2 };
  }
  if (error instanceof Error && isSystemError(error)) {
    // Node's "ENOENT: no such file or directory, open 'x'" becomes "x: no such file or directory".
    const what = /^[A-Z0-9_]+: (.*?)(, \w+( '.*')?)?$/.exec(error.message)?.[1] ?? error.message;
    return { line: oneLine(error.path === undefined ? what : `${error.path}: ${what}`), exitCode: 2 };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  const message = oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const line = debug && stack ? stack : `${message} (VITRINE_DEBUG=1 shows where)`;
  return { line: `internal error: ${line}`, exitCode: internalErrorStatus };
}

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, " ");
