/** What the interrupt command register asks for (SDM vol. 3A §10.6.1, §10.12.9; valid pairs: table 10-3). */
import { type ApicMessage, DELIVERY } from "./apic-bus.ts";
import {
  ICR_ASSERT,
  ICR_LEVEL,
  ICR_LOGICAL,
  ICR_SHORTHAND_SHIFT,
  LVT_MODE_SHIFT,
} from "./local-apic-registers.ts";

/** Vectors below are the processor's own. */
export const FIRST_VECTOR = 16;
const SHORTHAND = { NONE: 0, SELF: 1, ALL: 2, OTHERS: 3 } as const;

/** An interprocessor interrupt and whom it goes to: as its destination says, or by a shorthand. */
export interface Ipi {
  readonly to: "destination" | "self" | "all" | "others";
  readonly message: ApicMessage;
}

/**
 * The interrupt of an ICR: its lower half, and the destination of 8 bits, or 32 if `wide`. "illegal vector": an error to
 * record. Undefined: nothing is sent, as for SMI, reserved modes, pairs that are not valid, and the level de-assert of INIT,
 * which only older buses knew. Messages are edge-triggered, whatever the trigger mode says.
 */
export function ipiOf(icr: number, destination: number, wide: boolean): Ipi | "illegal vector" | undefined {
  const mode = (icr >> LVT_MODE_SHIFT) & 7;
  const vector = icr & 0xff;
  switch (mode) {
    case DELIVERY.FIXED:
    case DELIVERY.LOWEST_PRIORITY:
      if (vector < FIRST_VECTOR) return "illegal vector";
      break;
    case DELIVERY.INIT:
      if ((icr & (ICR_ASSERT | ICR_LEVEL)) === ICR_LEVEL) return undefined;
      break;
    case DELIVERY.NMI:
    case DELIVERY.STARTUP:
      break;
    default:
      return undefined;
  }
  const shorthand = (icr >> ICR_SHORTHAND_SHIFT) & 3;
  if (shorthand === SHORTHAND.NONE) {
    const logical = (icr & ICR_LOGICAL) !== 0;
    return { to: "destination", message: { mode, vector, level: false, logical, destination, wide } };
  }
  const message = { mode, vector, level: false, logical: false, destination: 0xff, wide: false };
  if (shorthand === SHORTHAND.OTHERS) return { to: "others", message };
  // Oneself may be among the receivers of a shorthand only if it is fixed.
  if (mode !== DELIVERY.FIXED) return undefined;
  return { to: shorthand === SHORTHAND.SELF ? "self" : "all", message };
}
