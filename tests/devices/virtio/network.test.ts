/* The virtio network device through its registers and rings, as a driver sees it (virtio 1.2 §5.1). */
import { describe, expect, it } from "vitest";
import { NETWORK_FEATURE, VirtioNetwork } from "../../../src/devices/virtio/network.ts";
import type { NetworkBackend } from "../../../src/host/backends.ts";
import { Hub } from "../../../src/host/hub.ts";
import { Driver, type DriverOptions } from "./driver.ts";
import { drive } from "./garbage.ts";

const [RX, TX, CONTROL] = [0, 1, 2] as const;
const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
const HEADER = new Uint8Array(12);
const BROADCAST = "ff:ff:ff:ff:ff:ff";
const OWN = "52:54:00:12:34:56";
const OTHER = "52:54:00:00:00:99";
const MULTICAST = "01:00:5e:00:00:01";

const address = (text: string): Uint8Array => Uint8Array.from(text.split(":"), (part) => parseInt(part, 16));
/** A frame to an address; its bytes count up from the 13th on. */
function frame(to: string, length = 60): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => i);
  bytes.set(address(to));
  bytes.set(address("02:00:00:00:00:01"), 6);
  return bytes;
}
const bits = (...features: number[]): bigint => features.reduce((all, bit) => all | (1n << BigInt(bit)), 0n);

class Cable implements NetworkBackend {
  receive: ((frame: Uint8Array) => void) | undefined;
  readonly sent: Uint8Array[] = [];
  send(frame: Uint8Array): void {
    this.sent.push(frame);
  }
}

function set(options: DriverOptions = {}) {
  const cable = new Cable();
  const device = new VirtioNetwork({ backend: cable, mac: MAC });
  const driver = new Driver(device, { ram: 16 << 20, ...options });
  const answers = (queue: number) =>
    driver.queues[queue]!.answers().map((a) => a.bytes.subarray(0, a.length));
  return {
    cable,
    device,
    driver,
    answers,
    room: (...parts: number[]) => driver.queues[RX]!.send(parts),
    arrive: (...frames: Uint8Array[]) => {
      for (const f of frames) cable.receive?.(f);
    },
    /** Sends a command; its answer, OK 0 or ERR 1. */
    command: (kind: number, command: number, ...data: number[]) => {
      driver.queues[CONTROL]!.send([Uint8Array.of(kind, command), Uint8Array.from(data), 1]);
      const [answer] = driver.queues[CONTROL]!.answers();
      expect(answer?.length).toBe(1);
      return answer?.bytes[0];
    },
    /** Which of these addresses get through. */
    through: (...addresses: string[]) =>
      addresses.filter((to) => {
        driver.queues[RX]!.send([2000]);
        cable.receive?.(frame(to));
        const got = answers(RX).length > 0;
        if (!got) {
          // Fill the buffer that was offered.
          cable.receive?.(frame(BROADCAST));
          if (answers(RX).length === 0) throw new Error("broadcasts are off");
        }
        return got;
      }),
  };
}
const counts = (device: VirtioNetwork): unknown => {
  const { sent, received, dropped } = device.state() as Record<string, unknown>; // an object with these, as it says
  return { sent, received, dropped };
};

describe.each([
  ["split", {}],
  ["split with event index", { eventIndex: true }],
  ["packed", { packed: true }],
  ["packed with event index", { packed: true, eventIndex: true }],
] as const)("network, %s ring", (_name, ring) => {
  it("tells its address and that the link is up", () => {
    const { driver, device } = set(ring);
    expect(Uint8Array.from({ length: 6 }, (_, i) => driver.deviceConfig(i, 1))).toEqual(MAC);
    expect(driver.deviceConfig(6, 2)).toBe(1);
    driver.deviceConfig(0, 1, 0xee);
    expect(driver.deviceConfig(0, 1)).toBe(0x52);
    driver.taken();
    device.setLink(false);
    expect(driver.deviceConfig(6, 2)).toBe(0);
    expect(driver.taken()).toEqual([0]);
  });

  it("sends frames without their header, however they are cut", () => {
    const { driver, cable } = set(ring);
    const f = frame(OTHER, 100);
    driver.queues[TX]!.send([HEADER, f]);
    driver.queues[TX]!.send([HEADER.subarray(0, 5), HEADER.subarray(5), f.subarray(0, 1), f.subarray(1)]);
    const whole = new Uint8Array(112);
    whole.set(f, 12);
    driver.queues[TX]!.send([whole], true);
    expect(cable.sent).toEqual([f, f, f]);
    expect(driver.queues[TX]!.answers().map((a) => a.length)).toEqual([0, 0, 0]);
    expect(driver.taken()).toContain(TX + 1);
  });

  it("drops frames that are too short or too long, both ways", () => {
    const { driver, cable, device, room, arrive, answers } = set({ ...ring, features: 0n });
    for (const length of [0, 13, 14, 65536, 65537]) {
      driver.queues[TX]!.send([HEADER, new Uint8Array(length)]);
      room(70000);
      arrive(frame(BROADCAST, Math.max(length, 12)).subarray(0, length));
    }
    driver.queues[TX]!.send([HEADER.subarray(1)]);
    driver.queues[TX]!.send([10]);
    expect(cable.sent.map((f) => f.length)).toEqual([14, 65536]);
    expect(answers(RX).map((f) => f.length)).toEqual([26, 65548]);
    expect(counts(device)).toEqual({ sent: 2, received: 2, dropped: 8 });
    expect(driver.queues[TX]!.answers()).toHaveLength(7);
  });

  it("receives a frame behind a header of one buffer", () => {
    const { driver, room, arrive, answers } = set(ring);
    room(12, 2000);
    const f = frame(OWN);
    arrive(f);
    const [got] = answers(RX);
    expect(got!.subarray(0, 12)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
    expect(got!.subarray(12)).toEqual(f);
    expect(driver.taken()).toContain(RX + 1);
  });

  it("keeps frames while there is no room: 256 of them, the oldest", () => {
    const { device, room, arrive, answers } = set(ring);
    const frames = Array.from({ length: 300 }, (_, i) => {
      const f = frame(BROADCAST);
      f.set([i & 255, i >> 8], 20);
      return f;
    });
    arrive(...frames);
    expect(counts(device)).toEqual({ sent: 0, received: 0, dropped: 44 });
    for (let i = 0; i < 130; i++) room(100);
    const first = answers(RX);
    for (let i = 0; i < 130; i++) room(100);
    const got = [...first, ...answers(RX)];
    expect(got.map((f) => f[32]! + f[33]! * 256)).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it("keeps the frame as it was when it arrived", () => {
    const { room, arrive, answers } = set(ring);
    const f = frame(OWN);
    arrive(f);
    f.fill(0xcc);
    room(100);
    expect(answers(RX)[0]!.subarray(12)).toEqual(frame(OWN));
  });

  it("spreads a frame over buffers that may be merged", () => {
    const { driver, room, arrive, answers } = set(ring);
    const f = frame(BROADCAST, 250);
    room(100);
    room(100);
    arrive(f);
    expect(answers(RX)).toEqual([]);
    room(100);
    const parts = answers(RX);
    expect(parts.map((p) => p.length)).toEqual([100, 100, 62]);
    expect(parts[0]![10]).toBe(3);
    expect(Uint8Array.from(parts.flatMap((p) => [...p])).subarray(12)).toEqual(f);
    expect(driver.taken()).toContain(RX + 1);
  });

  it("uses one buffer for a frame where they may not be merged, and drops what does not fit", () => {
    const { device, room, arrive, answers } = set({ ...ring, features: 0n });
    room(100);
    room(100);
    arrive(frame(BROADCAST, 89), frame(BROADCAST, 88), frame(BROADCAST, 20));
    expect(answers(RX).map((p) => p.length)).toEqual([100, 32]);
    expect(counts(device)).toEqual({ sent: 0, received: 2, dropped: 1 });
  });

  it("drops a frame that all buffers together have no room for", () => {
    const { device, room, arrive, answers } = set({ ...ring, queueSize: 4 });
    for (let i = 0; i < 4; i++) room(100);
    arrive(frame(BROADCAST, 389), frame(BROADCAST, 388));
    expect(answers(RX).map((p) => p.length)).toEqual([100, 100, 100, 100]);
    expect(counts(device)).toEqual({ sent: 0, received: 1, dropped: 1 });
  });

  it("lets everything through to a driver that did not ask for a filter", () => {
    const { through } = set({ ...ring, features: bits(NETWORK_FEATURE.mac) });
    expect(through(OWN, OTHER, MULTICAST, BROADCAST)).toEqual([OWN, OTHER, MULTICAST, BROADCAST]);
  });

  it("filters by address, modes and table", () => {
    const { through, command } = set(ring);
    const all = [OWN, OTHER, MULTICAST, BROADCAST];
    expect(through(...all)).toEqual([OWN, BROADCAST]);
    expect(command(0, 0, 1)).toBe(0); // PROMISC
    expect(through(...all)).toEqual(all);
    expect(command(0, 0, 0)).toBe(0);
    expect(command(0, 1, 1)).toBe(0); // ALLMULTI
    expect(through(...all)).toEqual([OWN, MULTICAST, BROADCAST]);
    expect(command(0, 3, 1)).toBe(0); // NOMULTI is stronger
    expect(through(...all)).toEqual([OWN, BROADCAST]);
    expect(command(0, 2, 1)).toBe(0); // ALLUNI
    expect(through(...all)).toEqual([OWN, OTHER, BROADCAST]);
    expect(command(0, 4, 1)).toBe(0); // NOUNI is stronger
    expect(through(...all)).toEqual([BROADCAST]);
    for (const mode of [1, 2, 3, 4]) expect(command(0, mode, 0)).toBe(0);
    const table = [1, 0, 0, 0, ...address(OTHER), 1, 0, 0, 0, ...address(MULTICAST)];
    expect(command(1, 0, ...table)).toBe(0); // MAC_TABLE_SET
    expect(through(...all, "02:00:00:00:00:77", "33:33:00:00:00:01")).toEqual(all);
    expect(command(1, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBe(0);
    expect(through(...all)).toEqual([OWN, BROADCAST]);
  });

  it("suppresses broadcasts where asked", () => {
    const { command, room, arrive, answers } = set(ring);
    room(100);
    expect(command(0, 5, 1)).toBe(0);
    arrive(frame(BROADCAST));
    expect(answers(RX)).toEqual([]);
    arrive(frame(OWN));
    expect(answers(RX)).toHaveLength(1);
  });

  it("lets all addresses of a kind through when the table is too long", () => {
    const { through, command } = set(ring);
    const long = Array.from({ length: 1025 }, () => [2, 0, 0, 0, 0, 1]).flat();
    expect(command(1, 0, 1, 4, 0, 0, ...long, 0, 0, 0, 0)).toBe(0);
    expect(through(OWN, OTHER, MULTICAST)).toEqual([OWN, OTHER]);
  });

  it("takes another address, until it is reset", () => {
    const { driver, through, command } = set(ring);
    expect(command(1, 1, ...address(OTHER))).toBe(0);
    expect(driver.deviceConfig(2, 4)).toBe(0x99000000);
    expect(through(OWN, OTHER)).toEqual([OTHER]);
    driver.start();
    expect(driver.deviceConfig(2, 4)).toBe(0x56341200);
    expect(through(OWN, OTHER)).toEqual([OWN]);
  });

  it("answers commands that are unknown, not negotiated or cut short with an error", () => {
    const { driver, command } = set(ring);
    for (const [kind, number, ...data] of [
      [0, 6, 1],
      [0, 0],
      [1, 0],
      [1, 0, 1, 0, 0, 0, 1, 2, 3],
      [1, 0, 0, 0, 0, 0, 255, 255, 255, 255],
      [1, 1, 1, 2, 3, 4, 5],
      [1, 2, 1, 2, 3, 4, 5, 6],
      [2, 0, 1, 0], // VLAN
      [4, 0, 1, 0], // multiqueue
      [255, 255],
    ] as const) {
      expect([kind, number, command(kind, number, ...data)]).toEqual([kind, number, 1]);
    }
    driver.queues[CONTROL]!.send([Uint8Array.of(0)]);
    driver.queues[CONTROL]!.send([1]);
    expect(driver.queues[CONTROL]!.answers().map((a) => [a.length, ...a.bytes])).toEqual([[0], [1, 1]]);
    const plain = set({ ...ring, features: bits(NETWORK_FEATURE.controlQueue) });
    expect([plain.command(0, 0, 1), plain.command(1, 1, ...MAC)]).toEqual([1, 1]);
  });

  it("refuses control features without the control queue", () => {
    for (const feature of [NETWORK_FEATURE.receiveModes, NETWORK_FEATURE.setMac]) {
      expect(() => set({ ...ring, features: bits(feature) })).toThrow("features refused");
    }
  });

  it("loses frames while the cable is out, and while no driver is there", () => {
    const { driver, cable, device, room, arrive, answers } = set(ring);
    room(100);
    device.setLink(false);
    arrive(frame(OWN));
    driver.queues[TX]!.send([HEADER, frame(OTHER)]);
    device.setLink(true);
    arrive(frame(OWN));
    expect(cable.sent).toEqual([]);
    expect(answers(RX)).toHaveLength(1);
    driver.status = 0;
    arrive(frame(OWN));
    driver.start();
    room(100);
    expect(answers(RX)).toEqual([]);
    expect(counts(device)).toEqual({ sent: 0, received: 1, dropped: 3 });
  });

  it("talks to another machine over a hub", () => {
    const hub = new Hub();
    const [a, b] = [0, 1].map((n) => {
      const mac = MAC.map((byte, i) => (i === 5 ? n : byte));
      return new Driver(new VirtioNetwork({ backend: hub.port(), mac }), ring);
    }) as [Driver, Driver]; // as many as were mapped
    b.queues[RX]!.send([2000]);
    a.queues[RX]!.send([2000]);
    const f = frame("52:54:00:12:34:01");
    a.queues[TX]!.send([HEADER, f]);
    expect(b.queues[RX]!.answers().map((x) => x.bytes.slice(12, x.length))).toEqual([f]);
    expect(a.queues[RX]!.answers()).toEqual([]);
  });

  it("survives garbage", () => {
    const cable = new Cable();
    const device = new VirtioNetwork({ backend: cable, mac: MAC });
    const frames = [14, 1500, 65536].map((length) => frame(BROADCAST, length));
    let interrupts = 0;
    for (let seed = 0; seed < 5; seed++) {
      interrupts += drive(device, ring, seed, () => {
        for (const f of frames) cable.receive?.(f);
        cable.sent.length = 0;
      });
    }
    expect(interrupts).toBeGreaterThan(50);
    const driver = new Driver(device, ring);
    driver.queues[TX]!.send([HEADER, frame(OTHER)]);
    expect(cable.sent).toEqual([frame(OTHER)]);
  });
});

it("a network device wants an address of six bytes", () => {
  expect(() => new VirtioNetwork({ backend: new Cable(), mac: MAC.subarray(1) })).toThrow("6 bytes, not 5");
});
