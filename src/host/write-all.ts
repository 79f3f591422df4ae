/** Writing to a file descriptor until all is the operating system's, also where the descriptor does not wait (O_NONBLOCK). */
import { writeSync } from "node:fs";
import { errorCode } from "./errors.ts";

/** A pipe that is full and does not wait is asked again each millisecond. */
const patience = new Int32Array(new SharedArrayBuffer(4));

/** Throws what writeSync throws, but EAGAIN. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (errorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(patience, 0, 0, 1);
    }
  }
}
