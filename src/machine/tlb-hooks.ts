/** How a processor's invalidations reach the soft TLB of whatever engine runs it. */
import type { SoftTlb } from "../engine/soft-tlb.ts";
import type { EngineHooks } from "./cpu.ts";

/** Hooks for `cpu.hooks`; `contextChanged` is the engine's. */
export function tlbHooks(tlb: SoftTlb, contextChanged: () => void): EngineHooks {
  return {
    flushTlb: (kind, address = 0n) => {
      if (kind === "all") tlb.flush();
      else if (kind === "nonglobal") tlb.flushNonglobal();
      else tlb.flushPage(Number(BigInt.asIntN(32, address >> 32n)), Number(BigInt.asIntN(32, address)));
    },
    switchSpace: (pcid, keep) => tlb.switchSpace(pcid, keep),
    contextChanged,
  };
}
