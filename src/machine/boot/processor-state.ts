/**
 * The processor at a kernel's first instruction: flat segments in 32-bit protected mode or 64-bit mode, interrupts off, and
 * a GDT in memory that says the same as the segment registers.
 */
import type { GPR_NAMES } from "../../isa/state.ts";
import { CR0_BIT, CR4_BIT, EFER_BIT } from "../control-registers.ts";
import { UNUSABLE } from "../segmentation.ts";
import { Structure } from "./structure.ts";

/** A segment register with its hidden part; attributes as isa/state.ts has them. */
export interface SegmentState {
  readonly selector: number;
  readonly base: number;
  readonly limit: number;
  readonly attributes: number;
}
interface TableRegister {
  readonly base: number;
  readonly limit: number;
}
type GeneralRegister = (typeof GPR_NAMES)[number];

/** What is not named is as after RESET; general registers are 0, flags clear. */
export interface ProcessorState {
  readonly mode: 32 | 64;
  /** Linear address, which is physical too. */
  readonly rip: number;
  readonly registers: Readonly<Partial<Record<GeneralRegister, number>>>;
  readonly cr0: number;
  readonly cr3: number;
  readonly cr4: number;
  readonly efer: number;
  readonly gdtr: TableRegister;
  readonly idtr: TableRegister;
  readonly cs: SegmentState;
  /** ds, es, fs, gs and ss alike. */
  readonly data: SegmentState;
  readonly tr: SegmentState;
  readonly ldtr: SegmentState;
  /** XCR0 has SSE on, and the x87 is as after FNINIT. */
  readonly floatingPoint: boolean;
}

const FLAT_LIMIT = 0xffff_ffff;
const CODE64 = 0xa09b;
const CODE32 = 0xc09b;
const DATA = 0xc093;
const TSS_BUSY = 0x008b;
/** The smallest that a 32-bit and a 64-bit TSS may have. */
const TSS_LIMIT = 0x67;

export interface Environment {
  readonly mode: 32 | 64;
  /** Selector of the flat code segment; data and TSS follow it. */
  readonly codeSelector: number;
  /** Linear address of the GDT. */
  readonly gdt: number;
}

/** Bytes that `gdtBytes` gives. */
export const GDT_SIZE = 0x40;

function segments({ mode, codeSelector }: Environment): Record<"cs" | "data" | "tr", SegmentState> {
  const flat = (selector: number, attributes: number): SegmentState => ({
    selector,
    base: 0,
    limit: FLAT_LIMIT,
    attributes,
  });
  return {
    cs: flat(codeSelector, mode === 64 ? CODE64 : CODE32),
    data: flat(codeSelector + 8, DATA),
    tr: { selector: codeSelector + 16, base: 0, limit: TSS_LIMIT, attributes: TSS_BUSY },
  };
}

/** The GDT of an environment: GDT_SIZE bytes. */
export function gdtBytes(environment: Environment): Uint8Array {
  const table = new Structure(GDT_SIZE);
  for (const { selector, base, limit, attributes } of Object.values(segments(environment))) {
    const scaled = (attributes & 0x8000) !== 0 ? Math.floor(limit / 4096) : limit;
    // SDM vol. 3A figure 3-8; the upper half of a 16-byte TSS descriptor stays zero.
    table
      .u16(selector, scaled & 0xffff)
      .u16(selector + 2, base & 0xffff)
      .u8(selector + 4, (base >> 16) & 0xff)
      .u8(selector + 5, attributes & 0xff)
      .u8(selector + 6, ((attributes >> 8) & 0xf0) | (scaled >> 16))
      .u8(selector + 7, base >>> 24);
  }
  return table.bytes;
}

type Rest = Pick<ProcessorState, "rip" | "registers">;

function state(
  environment: Environment,
  rest: Rest & Pick<ProcessorState, "cr0" | "cr3" | "cr4" | "efer" | "floatingPoint">,
): ProcessorState {
  return {
    mode: environment.mode,
    ...segments(environment),
    gdtr: { base: environment.gdt, limit: GDT_SIZE - 1 },
    idtr: { base: 0, limit: 0 },
    ldtr: { selector: 0, base: 0, limit: 0, attributes: UNUSABLE },
    ...rest,
  };
}

/** Protected mode, no paging: of cr0 only PE, and ET, which is always set. */
export function protectedMode(environment: Environment, rest: Rest): ProcessorState {
  return state(environment, {
    ...rest,
    cr0: CR0_BIT.pe | CR0_BIT.et,
    cr3: 0,
    cr4: 0,
    efer: 0,
    floatingPoint: false,
  });
}

/** 64-bit mode with the page tables at `cr3`. */
export function longMode(environment: Environment, cr3: number, rest: Rest): ProcessorState {
  return state(environment, {
    ...rest,
    cr0: (CR0_BIT.pe | CR0_BIT.et | CR0_BIT.ne | CR0_BIT.wp | CR0_BIT.pg) >>> 0,
    cr3,
    cr4: CR4_BIT.pae,
    efer: EFER_BIT.lme | EFER_BIT.lma,
    floatingPoint: false,
  });
}

/** The same with SSE and no-execute pages switched on, as programs find them that `vitrine exec` runs. */
export function forPrograms(before: ProcessorState): ProcessorState {
  return {
    ...before,
    cr0: (before.cr0 | CR0_BIT.mp | CR0_BIT.ne | CR0_BIT.wp | CR0_BIT.am) >>> 0,
    cr4: before.cr4 | CR4_BIT.osfxsr | CR4_BIT.osxmmexcpt | CR4_BIT.osxsave,
    efer: before.mode === 64 ? before.efer | EFER_BIT.nxe : before.efer,
    floatingPoint: true,
  };
}
