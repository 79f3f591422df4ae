/** Messages on the APIC bus: message-signalled interrupts and destinations in mixed modes (SDM vol. 3A §10.11, §10.12). */
import { beforeEach, describe, expect, it } from "vitest";
import type { ApicBus } from "../../src/devices/apic-bus.ts";
import type { LocalApic } from "../../src/devices/local-apic.ts";
import { apics, enable, get, put, type RecordingProcessor, toX2apic } from "./apics.ts";

let bus: ApicBus;
let locals: readonly LocalApic[];
let processors: readonly RecordingProcessor[];
const pending = (): (number | undefined)[] => locals.map((a) => a.pending());

beforeEach(() => {
  ({ bus, locals, processors } = apics([2, 0, 1]));
  for (const a of locals) {
    enable(a);
    put(a, 0xd0, (1 << a.id) << 24);
  }
});

describe("a message-signalled interrupt", () => {
  it("goes to the APIC id in address bits 19–12", () => {
    bus.message(0xfee01000, 0x4061);
    expect(pending()).toEqual([undefined, undefined, 0x61]);
    bus.message(0xfeeff000, 0x71);
    expect(pending()).toEqual([0x71, 0x71, 0x71]);
  });

  it("goes to a logical destination by bit 2, with and without the redirection hint", () => {
    bus.message(0xfee05004, 0x61);
    expect(pending()).toEqual([0x61, 0x61, undefined]);
    bus.message(0xfee0600c, 0x71);
    expect(pending()).toEqual([0x71, 0x61, 0x71]);
  });

  it("goes to one by lowest priority, of equals the lowest id", () => {
    bus.message(0xfee0700c, 0x161);
    expect(pending()).toEqual([undefined, 0x61, undefined]);
    put(locals[1]!, 0x80, 0x10);
    bus.message(0xfee0700c, 0x171);
    expect(pending()).toEqual([undefined, 0x61, 0x71]);
  });

  it("may be NMI, INIT or a level", () => {
    bus.message(0xfee02000, 0x0400);
    bus.message(0xfee02000, 0x0500);
    expect(processors[0]!.log).toEqual(["nmi", "init"]);
    bus.message(0xfee02000, 0x8061); // de-assert
    expect(pending()[0]).toBeUndefined();
    bus.message(0xfee02000, 0xc061);
    expect([pending()[0], get(locals[0]!, 0x1b0)]).toEqual([0x61, 2]);
  });

  it("is nothing outside 0xFEExxxxx", () => {
    for (const address of [0, 0xfed00000, 0xfef00000, 0x1_fee0_0000, 2 ** 60, -1, Number.NaN]) {
      bus.message(address, 0x61);
    }
    expect(pending()).toEqual([undefined, undefined, undefined]);
  });

  it("reaches x2APICs by 8-bit ids, and cluster 0 by logical ones", () => {
    for (const a of locals) toX2apic(a);
    bus.message(0xfee02000, 0x61);
    expect(pending()).toEqual([0x61, undefined, undefined]);
    bus.message(0xfee06004, 0x71);
    expect(pending()).toEqual([0x71, undefined, 0x71]);
    bus.message(0xfeeff000, 0x81);
    expect(pending()).toEqual([0x81, 0x81, 0x81]);
  });
});

it("says whether anyone has accepted", () => {
  const fixed = { mode: 0, vector: 0x61, level: false, logical: false, wide: false };
  expect(bus.send({ ...fixed, destination: 1 })).toBe(true);
  expect(bus.send({ ...fixed, destination: 7 })).toBe(false);
  put(locals[2]!, 0xf0, 0xff);
  expect(bus.send({ ...fixed, destination: 1 })).toBe(false);
  expect(bus.send({ ...fixed, destination: 1, mode: 1 })).toBe(false);
  expect(bus.send({ ...fixed, destination: 0, mode: 1 })).toBe(true);
});
