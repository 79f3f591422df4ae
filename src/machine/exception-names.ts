/** Exceptions by the names that people know them by (SDM vol. 3A table 6-1). */
const NAMES: Readonly<Record<number, string>> = {
  0: "#DE divide error",
  1: "#DB debug",
  2: "NMI",
  3: "#BP breakpoint",
  4: "#OF overflow",
  5: "#BR bound range",
  6: "#UD invalid opcode",
  7: "#NM device not available",
  8: "#DF double fault",
  10: "#TS invalid TSS",
  11: "#NP segment not present",
  12: "#SS stack fault",
  13: "#GP general protection",
  14: "#PF page fault",
  16: "#MF x87 error",
  17: "#AC alignment check",
  19: "#XM SIMD error",
};

/** Of a vector, 0 to 255. */
export const exceptionName = (vector: number): string => NAMES[vector] ?? `interrupt ${vector}`;
