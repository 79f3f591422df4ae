/** Machines for tests of ACPI tables: the smallest, the usual one, one of two nodes, one with more processors than bytes count. */
import type { AcpiPlatform } from "../../../src/devices/acpi/platform.ts";
import { HPET_ADDRESS, HPET_BLOCK_ID } from "../../../src/devices/hpet.ts";
import { HPET_MINIMUM_TICK } from "../../../src/devices/hpet-timer.ts";

const ioApic = { id: 0, address: 0xfec0_0000, firstInterrupt: 0 };
const processors = (count: number): { apicId: number }[] =>
  Array.from({ length: count }, (_, apicId) => ({ apicId }));

const usual: AcpiPlatform = {
  cpus: processors(4),
  ioApic,
  pci: {
    ecam: { base: 0xe000_0000, busCount: 256 },
    ioWindow: { first: 0x1000, last: 0xffff },
    memoryWindows: [
      { first: 0xc000_0000, last: 0xdfff_ffff },
      { first: 0xf000_0000, last: 0xfebf_ffff },
      { first: 2 ** 38, last: 2 ** 39 - 1 },
    ],
  },
  hpet: { address: HPET_ADDRESS, blockId: HPET_BLOCK_ID, minimumTick: HPET_MINIMUM_TICK },
  serial: [
    { port: 0x3f8, irq: 4 },
    { port: 0x2f8, irq: 3 },
  ],
  rtc: { century: 0x32 },
  keyboard: true,
  mouse: true,
  fwCfg: 0x510,
};

const twoNodes: AcpiPlatform = {
  ...usual,
  numa: {
    nodes: [
      {
        memory: [
          { start: 0, size: 0xa0000 },
          { start: 0x10_0000, size: 0x7ff0_0000 },
        ],
        apicIds: [0, 2],
      },
      { memory: [{ start: 2 ** 32, size: 2 ** 31 }], apicIds: [1, 3] },
    ],
    distances: [
      [10, 21],
      [31, 10],
    ],
  },
};

export const platforms: Readonly<
  Record<"smallest" | "usual" | "two nodes" | "many processors", AcpiPlatform>
> = {
  smallest: { cpus: processors(1), ioApic },
  usual,
  "two nodes": twoNodes,
  "many processors": {
    ...usual,
    cpus: processors(300),
    numa: {
      nodes: [0, 1].map((n) => ({
        memory: [{ start: n * 2 ** 32, size: 2 ** 31 }],
        apicIds: processors(300).flatMap(({ apicId }) => (apicId % 2 === n ? [apicId] : [])),
      })),
    },
  },
};
