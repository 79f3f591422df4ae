/**
 * Interrupts of devices and other processors: vectors 32 to 255. Handlers run with interrupts off; the local APIC is told that they are
 * done, and then the scheduler may take the processor. SDM vol. 3 §11.8.
 */
import { print, printLine, printU64 } from "../console/print.ts";
import { thisCpu } from "./cpu.ts";
import { FIRST_DEVICE_VECTOR, SPURIOUS_VECTOR, TIMER_VECTOR } from "./vectors.ts";

const FIRST: u32 = 32;
const VECTORS = 224;

type Handler = fn<() => void>;
const handlers: array<Handler | null, typeof VECTORS> = zeroed();
/** Of devices: their handlers, and whose they are. */
type DeviceHandler = fn<(device: ptr<unknown>) => void>;
class DeviceVector extends Struct {
  handler: DeviceHandler | null;
  device: ptr<unknown>;
}
const deviceVectors: array<DeviceVector, typeof VECTORS> = zeroed();
class Next extends Struct {
  vector: u32;
}
const next: Next = { vector: FIRST_DEVICE_VECTOR };

let acknowledge: Handler | null = null;
let reschedule: Handler | null = null;

/** `vector`: 32 to 254. */
export function setInterruptHandler(vector: u32, handler: Handler): void {
  handlers[vector - FIRST] = handler;
}
/** A vector that was nobody's, on all processors, and is the device's from now on; 0: there is none left. */
export function takeDeviceVector(handler: DeviceHandler, device: ptr<unknown>): u32 {
  const vector = atomicAdd(addressOf(next.vector), 1);
  if (vector >= TIMER_VECTOR) return 0;
  const taken = addressOf(deviceVectors[vector - FIRST]);
  taken.device = device;
  taken.handler = handler;
  return vector;
}
/** What tells the interrupt controller that a handler is done. */
export function setAcknowledge(acknowledged: Handler): void {
  acknowledge = acknowledged;
}
/** Called on the way out of an interrupt with interrupts off, if a switch is pending and preemption allowed. */
export function setReschedule(switchThreads: Handler): void {
  reschedule = switchThreads;
}

/** Called by dispatch. */
export function takeInterrupt(vector: u32): void {
  if (vector === SPURIOUS_VECTOR) return;
  const cpu = thisCpu();
  cpu.interruptDepth++;
  const handler = handlers[vector - FIRST];
  const taken = addressOf(deviceVectors[vector - FIRST]);
  if (handler !== null) handler();
  else if (taken.handler !== null) taken.handler(taken.device);
  else reportUnexpected(vector);
  if (acknowledge !== null) acknowledge();
  cpu.interruptDepth--;
  if (cpu.pending !== 0 && cpu.preemption === 0 && cpu.interruptDepth === 0 && reschedule !== null)
    reschedule();
}
function reportUnexpected(vector: u32): void {
  print("warning: interrupt ");
  printU64(u64(vector));
  printLine(" has no handler");
}
