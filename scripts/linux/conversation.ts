/*
 * A talk with a machine over its serial line, which is a process's standard input and output: waits for what it says, answers, and
 * tells how it ended. It knows no time: a machine that says nothing more and does not end is waited for.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Ended {
  readonly status: number | null;
  /** All of its serial output. */
  readonly out: string;
  readonly err: string;
}

export class Conversation {
  /** Once the process has ended, its serial output and errors. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #out = "";
  #err = "";
  /** What of the output has been dealt with. */
  #at = 0;
  #over = false;
  #heard: () => void = () => {};

  /** Standard input is a pipe, or the file descriptor given. */
  constructor(program: string, args: readonly string[], input: number | "pipe" = "pipe") {
    const child = spawn(program, args, { stdio: [input, "pipe", "pipe"] });
    this.#child = child;
    // Who has ended hears nothing; how it ended says so.
    child.stdin?.on("error", () => {});
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      this.#out += text;
      this.#heard();
    });
    child.stderr?.setEncoding("latin1").on("data", (text: string) => {
      this.#err += text;
    });
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => {
        this.#over = true;
        this.#heard();
        resolve({ status, out: this.#out, err: this.#err });
      });
    });
    // Whoever waits for the end learns of it; who does not need not.
    this.ended.catch(() => {});
  }

  /** What comes up to and with `marker`. Throws Error if the machine ends before it. */
  async until(marker: string): Promise<string> {
    for (;;) {
      const found = this.#out.indexOf(marker, this.#at);
      if (found >= 0) {
        const text = this.#out.slice(this.#at, found + marker.length);
        this.#at = found + marker.length;
        return text;
      }
      if (this.#over) {
        throw new Error(
          `no ${JSON.stringify(marker)} before the end\n${this.#out.slice(-3000)}\n${this.#err}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }
  /** Processor time that the process has used, of all its threads, in seconds; undefined where the host does not tell. */
  get processorSeconds(): number | undefined {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "latin1");
      // proc(5): utime and stime are fields 14 and 15, in hundredths of a second; field 2 is a name in parentheses.
      const [user, system] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 13);
      return (Number(user) + Number(system)) / 100;
    } catch {
      return undefined;
    }
  }
  send(text: string): void {
    this.#child.stdin?.write(text);
  }
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
