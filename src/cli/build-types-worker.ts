/* The thread of build-types.ts: asks tsc, answers, ends. If it fails there is no answer. */
import { type MessagePort, workerData } from "node:worker_threads";
import { tscErrors } from "../compiler/frontend/check.ts";
import { sourceText } from "./build-sources.ts";
import type { Question } from "./build-types.ts";

const { question, port, ready }: { question: Question; port: MessagePort; ready: Int32Array } = workerData;
try {
  port.postMessage(tscErrors(question.file, { readFile: sourceText }, question.library));
} finally {
  Atomics.store(ready, 0, 1);
  Atomics.notify(ready, 0);
}
