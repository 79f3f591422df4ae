/** What goes wrong on the host and is for the user to mend. Who catches it says it in one line; it carries no status. */

/** The message says what was wrong and with which file, in one line without a final stop. */
export class HostError extends Error {
  override readonly name = "HostError";
}

/** What the host's operating system said, in words without Node's decoration: "no such file or directory". */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^[A-Z0-9_]+: (.*?)(, \w+( '.*')?)?$/s.exec(error.message)?.[1] ?? error.message;
}

/** The name of an error of the operating system, such as ENOENT; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
