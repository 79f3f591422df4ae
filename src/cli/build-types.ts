/*
 * tsc's look at a program's types, in a thread of its own: it takes as long as ours, and they go on side by side. The thread is told a
 * program's name, reads the same files, and answers with what is wrong.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";

/** The thread's program, in what is built of the sources; this file may be in a chunk above it. */
const PROGRAM = ["build-types-worker.js", "cli/build-types-worker.js"]
  .map((name) => fileURLToPath(new URL(name, import.meta.url)))
  .find((path) => existsSync(path));

/** Milliseconds after which the thread is taken for dead: it answers in about one second. */
const PATIENCE = 60_000;

export interface Question {
  readonly file: string;
  readonly library: string;
}

/**
 * Begins to look, and gives what waits for the end of it: tsc's errors, or undefined if the thread has failed. Undefined at once: there is
 * no second processor, or no program for it. Whoever has no answer asks tsc himself.
 */
export function lookAtTypes(question: Question): (() => readonly Diagnostic[] | undefined) | undefined {
  if (availableParallelism() < 2 || PROGRAM === undefined) return undefined;
  const { port1: port, port2: theirs } = new MessageChannel();
  const ready = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(PROGRAM, {
    workerData: { question, port: theirs, ready },
    transferList: [theirs],
  });
  worker.on("error", () => {});
  worker.unref();
  return () => {
    Atomics.wait(ready, 0, 0, PATIENCE);
    const errors: readonly Diagnostic[] | undefined = receiveMessageOnPort(port)?.message;
    port.close();
    return errors;
  };
}
