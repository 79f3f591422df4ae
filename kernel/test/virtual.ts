/**
 * Whether time is virtual: then cases may ask for it to the microsecond. On other machines it also passes while the host is busy, on each
 * processor by itself and at any moment: there a case may ask for what comes at last, for nothing that comes by a time, and for no order.
 */
import { cpuidAB } from "../arch/instructions.ts";

const HYPERVISOR_LEAF: u32 = 0x4000_0000;
/** EBX: the first letters of the hypervisor's name. */
const NAME: u64 = 0x7274_6956;

export function isVirtual(): bool {
  return cpuidAB(HYPERVISOR_LEAF, 0) >> 32 === NAME;
}
