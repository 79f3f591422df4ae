/**
 * The registers of a local APIC: numbers, and what each interface to them allows. A register's number is its offset in the
 * page divided by 16, and its MSR minus 0x800 (SDM vol. 3A tables 10-1 and 10-6).
 *
 * There is no LVT CMCI register: machine checks are never corrected here.
 */

export const REGISTER = {
  ID: 0x02,
  VERSION: 0x03,
  TPR: 0x08,
  APR: 0x09,
  PPR: 0x0a,
  EOI: 0x0b,
  RRD: 0x0c,
  LDR: 0x0d,
  DFR: 0x0e,
  SVR: 0x0f,
  ISR: 0x10,
  TMR: 0x18,
  IRR: 0x20,
  ESR: 0x28,
  ICR: 0x30,
  ICR_HIGH: 0x31,
  LVT_TIMER: 0x32,
  LVT_THERMAL: 0x33,
  LVT_PERFORMANCE: 0x34,
  LVT_LINT0: 0x35,
  LVT_LINT1: 0x36,
  LVT_ERROR: 0x37,
  INITIAL_COUNT: 0x38,
  CURRENT_COUNT: 0x39,
  DIVIDE: 0x3e,
  SELF_IPI: 0x3f,
} as const;

/** Bits of LVT entries (figure 10-8) and, up to the trigger mode, of the ICR (figure 10-12). */
export const LVT_REMOTE_IRR = 1 << 14;
export const LVT_LEVEL = 1 << 15;
export const LVT_MASKED = 1 << 16;
export const LVT_MODE_SHIFT = 8;
export const LVT_TIMER_MODE_SHIFT = 17;

/** LVT entries: bits that software sets. Delivery status (12) and remote IRR (14) are read-only. */
export const LVT_WRITABLE: ReadonlyMap<number, number> = new Map([
  [REGISTER.LVT_TIMER, 0x700ff],
  [REGISTER.LVT_THERMAL, 0x107ff],
  [REGISTER.LVT_PERFORMANCE, 0x107ff],
  [REGISTER.LVT_LINT0, 0x1a7ff],
  [REGISTER.LVT_LINT1, 0x1a7ff],
  [REGISTER.LVT_ERROR, 0x100ff],
]);

/** Bits of the spurious-interrupt vector register; EOI-broadcast suppression (12) is not offered by our version. */
export const SVR_ENABLED = 0x100;
export const SVR_WRITABLE = 0x3ff;

/** The ICR's lower half: vector, delivery and destination mode, level, trigger mode, shorthand. */
export const ICR_WRITABLE = 0xccfff & ~(1 << 12);
export const ICR_LOGICAL = 1 << 11;
export const ICR_ASSERT = 1 << 14;
export const ICR_LEVEL = 1 << 15;
export const ICR_SHORTHAND_SHIFT = 18;

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);
const VECTOR_SETS = range(REGISTER.ISR, 24);

/** Registers that the page has. Others are illegal addresses. */
export const XAPIC_REGISTERS: ReadonlySet<number> = new Set(
  [...Object.values(REGISTER), ...VECTOR_SETS].filter((register) => register !== REGISTER.SELF_IPI),
);

export interface MsrRights {
  readonly readable: boolean;
  /** Bits that may be 1 in what is written; undefined: WRMSR is refused. Of the ICR, the lower half. */
  readonly writable: number | undefined;
}

const readOnly: MsrRights = { readable: true, writable: undefined };
const readWrite = (writable: number): MsrRights => ({ readable: true, writable });
const writeOnly = (writable: number): MsrRights => ({ readable: false, writable });
const READ_ONLY_BIT_12 = 1 << 12;

/**
 * Registers that x2APIC has as MSRs. Read-only bits of LVT entries may be written, and bit 12 of the ICR, which processors
 * that have no use for it ignore.
 */
export const X2APIC_REGISTERS: ReadonlyMap<number, MsrRights> = new Map<number, MsrRights>([
  [REGISTER.ID, readOnly],
  [REGISTER.VERSION, readOnly],
  [REGISTER.TPR, readWrite(0xff)],
  [REGISTER.PPR, readOnly],
  [REGISTER.EOI, writeOnly(0)],
  [REGISTER.LDR, readOnly],
  [REGISTER.SVR, readWrite(SVR_WRITABLE)],
  ...VECTOR_SETS.map((register): [number, MsrRights] => [register, readOnly]),
  [REGISTER.ESR, readWrite(0)],
  [REGISTER.ICR, readWrite(ICR_WRITABLE | READ_ONLY_BIT_12)],
  ...[...LVT_WRITABLE].map(([register, bits]): [number, MsrRights] => {
    const lint = register === REGISTER.LVT_LINT0 || register === REGISTER.LVT_LINT1;
    return [register, readWrite(bits | READ_ONLY_BIT_12 | (lint ? LVT_REMOTE_IRR : 0))];
  }),
  [REGISTER.INITIAL_COUNT, readWrite(0xffff_ffff)],
  [REGISTER.CURRENT_COUNT, readOnly],
  [REGISTER.DIVIDE, readWrite(0b1011)],
  [REGISTER.SELF_IPI, writeOnly(0xff)],
]);
