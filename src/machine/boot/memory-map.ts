/** The memory map that kernels are given: address ranges with the types of ACPI 6.5 §15 (INT 15h, E820h). */

/**
 * "ram" is free for use; "acpi" holds tables and may be reused once they have been read; "nvs" is kept for the firmware
 * across sleep; "unusable" is broken memory; "persistent" keeps its contents without power.
 */
export type MemoryType = "ram" | "reserved" | "acpi" | "nvs" | "unusable" | "persistent";

export interface MemoryRange {
  /** Physical address and size in bytes: whole numbers below 2^52. */
  readonly start: number;
  readonly size: number;
  readonly type: MemoryType;
}

/** Address range types (ACPI 6.5 table 15.2). PVH and multiboot use the same numbers. */
export const ADDRESS_RANGE_TYPE: Readonly<Record<MemoryType, number>> = {
  ram: 1,
  reserved: 2,
  acpi: 3,
  nvs: 4,
  unusable: 5,
  persistent: 7,
};

/** A half-open range of addresses. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** What of a map is RAM and nothing else: sorted, merged. */
export function ramIntervals(map: readonly MemoryRange[]): Interval[] {
  const sorted = map.filter((r) => r.type === "ram" && r.size > 0).sort((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const { start, size } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, start + size);
    else merged.push({ start, end: start + size });
  }
  const others = map.filter((r) => r.type !== "ram" && r.size > 0);
  return others.reduce<Interval[]>((free, { start, size }) => {
    const end = start + size;
    return free.flatMap((r) =>
      r.end <= start || end <= r.start
        ? [r]
        : [
            { start: r.start, end: start },
            { start: end, end: r.end },
          ].filter((piece) => piece.start < piece.end),
    );
  }, merged);
}

const MIB = 2 ** 20;
const KIB = 1024;

/** KiB of RAM from address 0 on, at most 640, and from 1 MiB up to the first hole: what BIOS calls conventional and extended memory. */
export function basicMemory(map: readonly MemoryRange[]): { readonly lower: number; readonly upper: number } {
  const ram = ramIntervals(map);
  const low = ram.find((r) => r.start === 0)?.end ?? 0;
  const high = ram.find((r) => r.start <= MIB && r.end > MIB)?.end ?? MIB;
  return {
    lower: Math.floor(Math.min(low, 640 * KIB) / KIB),
    upper: Math.floor((Math.min(high, 2 ** 32) - MIB) / KIB),
  };
}
