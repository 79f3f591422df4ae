/** The interrupt descriptor table: a gate for each of 256 vectors, the same for all processors. SDM vol. 3 §6.14.1. */
import { setEntryCode } from "./backtrace.ts";
import { saveAndDispatch, stubOf } from "./entry.ts";
import { loadIdt } from "./instructions.ts";
import { CODE_SELECTOR, Stack } from "./segments.ts";
import { staysOnItsStack } from "./staying.ts";

const VECTORS = 256;
/** A present interrupt gate: interrupts are off in its handler. */
const INTERRUPT_GATE: u8 = 0x8e;

class Gate extends Struct {
  low: u16;
  selector: u16;
  stack: u8;
  type: u8;
  middle: u16;
  high: u32;
  reserved: u32;
}
static_assert(sizeof<Gate>() === 16);
/** @packed */
class TablePointer extends Struct {
  limit: u16;
  base: u64;
}
const idt: array<Gate, typeof VECTORS> = zeroed();

function stackFor(vector: u32): Stack {
  if (!staysOnItsStack(vector)) return Stack.Entry;
  switch (vector) {
    case 2:
      return Stack.NonMaskable;
    case 8:
      return Stack.DoubleFault;
    case 18:
      return Stack.MachineCheck;
    default:
      return Stack.PageFault;
  }
}
export function initGates(): void {
  for (let vector: u32 = 0; vector < VECTORS; vector++) {
    const stub = stubOf(vector);
    idt[vector] = init({
      low: truncate<u16>(stub),
      selector: CODE_SELECTOR,
      stack: u8(stackFor(vector)),
      type: INTERRUPT_GATE,
      middle: truncate<u16>(stub >> 16),
      high: truncate<u32>(stub >> 32),
    });
  }
  setEntryCode(address(saveAndDispatch));
  loadGates();
}
/** For every processor. */
export function loadGates(): void {
  const idtr: TablePointer = { limit: VECTORS * 16 - 1, base: address(addressOf(idt)) };
  loadIdt(addressOf(idtr));
}
