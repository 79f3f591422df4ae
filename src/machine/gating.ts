/**
 * Which instructions the processor's state allows at all: control-register bits for x87, MMX and SSE, VEX in real and
 * virtual-8086 mode, CPUID features (SDM vol. 3A §2.5, table 9-3, table 12-1, table 13-1; vol. 2A §2.3).
 *
 * Depends on a row and on mode bits only, so that engines may ask when they decode and keep the answer as long as
 * `gatingContext` stays what it was. A pending x87 error, which depends on data, is `mmxErrorPending`.
 */
import type { ExceptionName } from "../isa/ops.ts";
import type { Row } from "../isa/row.ts";
import * as S from "../isa/state.ts";
import { CR0_BIT, CR4_BIT } from "./control-registers.ts";
import type { Cpu } from "./cpu.ts";
import { featuresOf } from "./cpuid.ts";

/** The exception that `row` raises instead of running, or undefined. */
export function gate(row: Row, cpu: Cpu): ExceptionName | undefined {
  if (row.feature !== undefined && !featureSet(cpu).has(row.feature)) return "UD";
  if (row.vex !== undefined && (!cpu.protectedMode || cpu.virtual8086)) return "UD";
  if (row.unit === undefined) return undefined;
  const { cr0 } = cpu;
  switch (row.unit) {
    case "x87":
      return (cr0 & (CR0_BIT.em | CR0_BIT.ts)) !== 0 ? "NM" : undefined;
    case "fwait":
      return (cr0 & CR0_BIT.mp) !== 0 && (cr0 & CR0_BIT.ts) !== 0 ? "NM" : undefined;
    case "mmx":
      if ((cr0 & CR0_BIT.em) !== 0) return "UD";
      return (cr0 & CR0_BIT.ts) !== 0 ? "NM" : undefined;
    case "sse":
    case "mmx sse":
      if ((cr0 & CR0_BIT.em) !== 0 || (cpu.cr4 & CR4_BIT.osfxsr) === 0) return "UD";
      return (cr0 & CR0_BIT.ts) !== 0 ? "NM" : undefined;
  }
}

const features = new WeakMap<Cpu, { identity: Cpu["identity"]; set: ReturnType<typeof featuresOf> }>();
function featureSet(cpu: Cpu): ReturnType<typeof featuresOf> {
  let known = features.get(cpu);
  if (known === undefined || known.identity !== cpu.identity) {
    known = { identity: cpu.identity, set: featuresOf(cpu) };
    features.set(cpu, known);
  }
  return known.set;
}

/** A number that changes whenever decoding or `gate` could answer otherwise: bits 0–1 the mode (0 16, 1 32, 2 64), then control bits. */
export function gatingContext(cpu: Cpu): number {
  const mode = cpu.mode === 64 ? 2 : cpu.mode === 32 ? 1 : 0;
  const { cr0, cr4 } = cpu;
  return (
    mode |
    ((cr0 & CR0_BIT.pe) !== 0 && !cpu.virtual8086 ? 4 : 0) |
    ((cr0 & CR0_BIT.mp) !== 0 ? 8 : 0) |
    ((cr0 & CR0_BIT.em) !== 0 ? 16 : 0) |
    ((cr0 & CR0_BIT.ts) !== 0 ? 32 : 0) |
    ((cr4 & CR4_BIT.osfxsr) !== 0 ? 64 : 0)
  );
}

/** FSW.ES. */
const FSW_ERROR = 0x80;

/** Whether an MMX instruction meets an unmasked x87 exception and raises #MF instead of running. */
export const mmxErrorPending = (row: Row, cpu: Cpu): boolean =>
  (row.unit === "mmx" || row.unit === "mmx sse") && (cpu.u16(S.FSW) & FSW_ERROR) !== 0;
