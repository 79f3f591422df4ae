/**
 * The kernel's trace points. Those of one matter have one first name, by which they are turned on together.
 */
import type { TracePoint } from "./point.ts";

/** @section .tracepoints */
export const interruptPoint: TracePoint = init({ name: "interrupt", values: "vector *rip" });
/** @section .tracepoints */
export const pageFaultPoint: TracePoint = init({ name: "fault", values: "*address error *rip" });
/** @section .tracepoints */
export const switchPoint: TracePoint = init({ name: "switch", values: "*from *to" });
/** @section .tracepoints */
export const wakePoint: TracePoint = init({ name: "wake", values: "*woken" });
/** @section .tracepoints */
export const startPoint: TracePoint = init({ name: "thread.start", values: "*started" });
/** @section .tracepoints */
export const exitPoint: TracePoint = init({ name: "thread.exit", values: "" });
/** @section .tracepoints */
export const takeFramesPoint: TracePoint = init({ name: "frames.take", values: "*physical order" });
/** @section .tracepoints */
export const giveFramesPoint: TracePoint = init({ name: "frames.give", values: "*physical order" });
/** @section .tracepoints */
export const mallocPoint: TracePoint = init({ name: "malloc", values: "size *address" });
/** @section .tracepoints */
export const reallocPoint: TracePoint = init({ name: "realloc", values: "*old size *address" });
/** @section .tracepoints */
export const freePoint: TracePoint = init({ name: "free", values: "*address" });
