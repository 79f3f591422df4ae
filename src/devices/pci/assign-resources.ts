/**
 * The firmware's part in PCI: base addresses and interrupt lines for all functions, decoding switched on. Guests that know how
 * may move everything again. Bus mastering stays off, as after a BIOS: drivers switch it on.
 */
import type { Bar } from "./bar.ts";
import type { PciBus } from "./bus.ts";
import { COMMAND, HEADER } from "./configuration-space.ts";

export interface AddressRange {
  readonly start: number;
  readonly size: number;
}

export interface ResourceWindows {
  readonly io: AddressRange;
  /** Below 4 GiB. 64-bit windows are put here too, for guests that cannot reach higher. */
  readonly memory: AddressRange;
  /** What goes into the interrupt line register, for PICs: 0 to 15, or 255 for none. Default 255. */
  interruptLine?(device: number, pin: number): number;
}

/** Throws RangeError if a window is too small: that is the machine's mistake, not a guest's. */
export function assignResources(bus: PciBus, windows: ResourceWindows): void {
  const functions = bus.functions;
  const bars = functions.flatMap((p) => p.function.bars.map((bar) => ({ bar, write: p.function })));
  // Largest first: each is aligned to its size, and then no gaps arise.
  bars.sort((a, b) => b.bar.size - a.bar.size);
  const next = { io: windows.io.start, memory: windows.memory.start };
  const take = (bar: Bar): number => {
    const space = bar.kind === "io" ? "io" : "memory";
    const start = Math.ceil(next[space] / bar.size) * bar.size;
    const end = windows[space].start + windows[space].size;
    if (start + bar.size > end) throw new RangeError(`PCI ${space} window is full`);
    next[space] = start + bar.size;
    return start;
  };
  for (const { bar, write } of bars) {
    const start = take(bar);
    write.writeConfig(bar.register, 4, start % 2 ** 32);
    if (bar.kind === "memory64") write.writeConfig(bar.register + 4, 4, Math.floor(start / 2 ** 32));
  }
  for (const { device, function: f } of functions) {
    const line = f.pin === 0 ? 255 : (windows.interruptLine?.(device, f.pin) ?? 255);
    if (f.pin !== 0) f.writeConfig(HEADER.interruptLine, 1, line);
    // Bits for windows it does not have are not writable.
    f.writeConfig(HEADER.command, 2, f.readConfig(HEADER.command, 2) | COMMAND.io | COMMAND.memory);
  }
}
