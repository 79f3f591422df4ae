/** Whether a local APIC is meant by a message (SDM vol. 3A §10.6.2; §10.12.9 and §10.12.10 for x2APIC). */
import { type ApicMessage, isBroadcast } from "./apic-bus.ts";

/** Who a local APIC is. */
export interface ApicAddress {
  readonly x2apic: boolean;
  /** 32 bits; the low 8 are the xAPIC id. */
  readonly id: number;
  /** The logical destination register, in the form of the mode. */
  readonly ldr: number;
  /** The destination format register, of xAPIC mode. */
  readonly dfr: number;
}

/** The LDR of x2APIC mode: a cluster of sixteen ids in bits 31–16, one bit of 15–0. */
export const x2apicLogicalId = (id: number): number => (((id >>> 4) << 16) | (1 << (id & 15))) >>> 0;

export function isMeant(message: ApicMessage, address: ApicAddress): boolean {
  if (isBroadcast(message)) return true;
  const { destination } = message;
  const { x2apic, id } = address;
  if (!message.logical) return destination === (x2apic || message.wide ? id : id & 0xff);
  if (x2apic) {
    return destination >>> 16 === address.ldr >>> 16 && (destination & address.ldr & 0xffff) !== 0;
  }
  if (destination > 0xff) return false;
  const logical = address.ldr >>> 24;
  switch (address.dfr >>> 28) {
    case 0xf: // flat: a bit each
      return (destination & logical) !== 0;
    case 0: // a cluster, and a bit of four
      return destination >> 4 === logical >> 4 && (destination & logical & 15) !== 0;
    default:
      return false;
  }
}
