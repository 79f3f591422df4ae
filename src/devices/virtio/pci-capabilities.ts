/**
 * The vendor capabilities by which drivers find virtio's registers in the BARs of a PCI function (virtio 1.2 §4.1.4), and the
 * window on them in configuration space for firmware that cannot map BARs (§4.1.4.9).
 */
import type { AccessSize, RegisterHandler } from "../bus.ts";
import type { PciFunction } from "../pci/function.ts";

const VENDOR_CAPABILITY = 9;

/** cfg_type. */
const TYPE = { common: 1, notify: 2, isr: 3, device: 4, window: 5 } as const;

/** Offsets in the capability. */
const FIELD = { bar: 4, offset: 8, length: 12, extra: 16 } as const;
const LENGTH = 16;
const LENGTH_WITH_EXTRA = 20;

export interface RegisterRegion {
  readonly type: "common" | "notify" | "isr" | "device";
  /** Within the BAR, in bytes. */
  readonly offset: number;
  readonly length: number;
  /** notify_off_multiplier, of the notifications only. */
  readonly multiplier?: number;
}

/** What the window shows. */
interface Target {
  readonly handler: RegisterHandler;
  readonly offset: number;
  readonly size: AccessSize;
}

function body(type: number, bar: number, region: Omit<RegisterRegion, "type">, extra: boolean): Uint8Array {
  const length = extra ? LENGTH_WITH_EXTRA : LENGTH;
  // The id and the link are before it.
  const view = new DataView(new ArrayBuffer(length - 2));
  view.setUint8(0, length);
  view.setUint8(1, type);
  view.setUint8(FIELD.bar - 2, bar);
  view.setUint32(FIELD.offset - 2, region.offset, true);
  view.setUint32(FIELD.length - 2, region.length, true);
  if (extra) view.setUint32(FIELD.extra - 2, region.multiplier ?? 0, true);
  return new Uint8Array(view.buffer);
}

/** Adds a capability for each region of one BAR. */
export function addCapabilities(f: PciFunction, bar: number, regions: readonly RegisterRegion[]): void {
  for (const region of regions) {
    f.addCapability(VENDOR_CAPABILITY, body(TYPE[region.type], bar, region, region.type === "notify"));
  }
}

/**
 * Adds the capability whose bar, offset and length software writes, to read and write a BAR through the four bytes behind them.
 * An access that is not of 1, 2 or 4 bytes, aligned and within the BAR does not happen.
 */
export function addConfigurationWindow(f: PciFunction): void {
  const at = f.addCapability(VENDOR_CAPABILITY, body(TYPE.window, 0, { offset: 0, length: 0 }, true));
  const data = at + FIELD.extra;
  f.config.allow(at + FIELD.bar, 1, 0xff);
  for (const field of [FIELD.offset, FIELD.length, FIELD.extra]) f.config.allow(at + field, 4, -1);
  const target = (): Target | undefined => {
    const index = f.config.read(at + FIELD.bar, 1);
    const offset = f.config.read(at + FIELD.offset, 4);
    const size = f.config.read(at + FIELD.length, 4);
    const bar = f.bars.find((b) => b.index === index);
    if (bar === undefined || !(size === 1 || size === 2 || size === 4)) return undefined;
    return offset % size === 0 && offset + size <= bar.size
      ? { handler: bar.handler, offset, size }
      : undefined;
  };
  const touches = (offset: number, size: number): boolean => offset < data + 4 && data < offset + size;
  f.watch({
    beforeRead: (offset, size) => {
      const to = touches(offset, size) ? target() : undefined;
      if (to) f.config.set(data, 4, to.handler.read(to.offset, to.size));
    },
    afterWrite: (offset, size) => {
      const to = touches(offset, size) ? target() : undefined;
      if (to) to.handler.write(to.offset, to.size, f.config.read(data, to.size));
    },
  });
}
