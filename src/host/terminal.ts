/**
 * The process's standard input and output as the far end of a serial line.
 *
 * Where standard input is a terminal it is raw: every key, Ctrl-C too, goes to the guest, except those behind Ctrl-A
 * (terminal-keys.ts). It is as it was when the process ends: by `close`, by exit, by an exception, by a signal that can be
 * caught. What kills a process outright (SIGKILL, memory used up) leaves it raw: `stty sane` mends it.
 *
 * Where it is a pipe, bytes are the guest's input as they arrive; where it is a file, they are there from the start. Its
 * end is no more input, nothing else.
 */
import { fstatSync } from "node:fs";
import type { CharacterBackend } from "./backends.ts";
import type { HostError } from "./errors.ts";
import { readInputFile, WaitingInput } from "./standard-input.ts";
import { StandardOutput } from "./standard-output.ts";
import { HELP, TerminalKeys } from "./terminal-keys.ts";
import { writeAll } from "./write-all.ts";

const INPUT = 0;
const ERRORS = 2;
/** Bytes that wait for the guest before the sender is made to wait. */
const MOST_WAITING = 65536;
const NOTHING = new Uint8Array(0);

/**
 * Signals that end a process and for which Node does not put the terminal right by itself, as it does for SIGINT and
 * SIGTERM before any program's code runs: those stay untouched.
 */
const SIGNALS = ["SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR2", "SIGABRT"] as const;

export class Terminal implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #onLeave: (error?: HostError) => void;
  readonly #keys: TerminalKeys | undefined;
  readonly #isFile: boolean;
  readonly #output = new StandardOutput((error) => this.#leave(error));
  readonly #waiting = new WaitingInput(MOST_WAITING);
  #open = true;
  #left = false;

  /**
   * Takes standard input over until `close`. One at a time.
   * @param leave called once at most, when the machine should stop: the user pressed Ctrl-A x, nobody reads the output any
   *   more, or, with the error, it cannot be written.
   */
  constructor(leave: (error?: HostError) => void) {
    this.#onLeave = leave;
    this.#isFile = isRegularFile(INPUT);
    if (this.#isFile) return;
    const { stdin } = process;
    if (stdin.isTTY) {
      this.#keys = new TerminalKeys(
        () => this.#leave(),
        () => this.#help(),
      );
      stdin.setRawMode(true);
      process.on("exit", this.#restore);
      process.on("SIGCONT", this.#resume);
      for (const signal of SIGNALS) process.on(signal, this.#signalled);
    }
    stdin.on("data", this.#arrived);
    // A terminal that hung up, a directory: no more input. It may say so after `close`, too.
    stdin.on("error", () => {});
    stdin.resume();
  }

  /** Returns once the bytes are the operating system's. After a failure they are lost. */
  write(bytes: Uint8Array): void {
    this.#output.write(bytes);
  }

  read(most: number): Uint8Array {
    if (!this.#open || most <= 0) return NOTHING;
    if (this.#isFile) return readInputFile(Math.min(most, MOST_WAITING));
    return this.#waiting.take(most);
  }

  /** Gives standard input back and makes the terminal what it was. The process can end. A second call does nothing. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#isFile) return;
    this.#restore();
    process.stdin.off("data", this.#arrived).pause();
    process.off("exit", this.#restore).off("SIGCONT", this.#resume);
    for (const signal of SIGNALS) process.off(signal, this.#signalled);
  }

  readonly #arrived = (typed: Buffer): void => {
    const bytes = this.#keys?.filter(typed) ?? typed;
    // A key may have led to `close`.
    if (bytes.length === 0 || !this.#open) return;
    this.#waiting.push(bytes);
    this.onReady?.();
  };
  readonly #restore = (): void => {
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
  };
  /** The process was stopped, and who had the terminal meanwhile may have changed it. Node sets only a mode that differs from its own last. */
  readonly #resume = (): void => {
    process.stdin.setRawMode(false);
    process.stdin.setRawMode(true);
  };
  /** Ends the process by the same signal, as if it had not been caught, unless someone else catches it too. */
  readonly #signalled = (signal: NodeJS.Signals): void => {
    this.close();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };

  #leave(error?: HostError): void {
    if (this.#left) return;
    this.#left = true;
    this.#onLeave(error);
  }

  /** On standard error, so that output that is kept stays the guest's own. */
  #help(): void {
    try {
      writeAll(ERRORS, new TextEncoder().encode(`\r\n${HELP.join("\r\n")}\r\n`));
    } catch {
      // Nobody is there to be helped.
    }
  }
}

function isRegularFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
