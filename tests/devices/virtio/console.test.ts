/* The virtio console through its registers and rings, as a driver sees it (virtio 1.2 §5.3). */
import { describe, expect, it } from "vitest";
import { CONSOLE_EVENT, type ConsolePort, VirtioConsole } from "../../../src/devices/virtio/console.ts";
import type { CharacterBackend } from "../../../src/host/backends.ts";
import { Driver, type DriverOptions } from "./driver.ts";
import { drive } from "./garbage.ts";

/** The host's end of a port: keeps what was written, and gives what `type` was given. */
class Far implements CharacterBackend {
  onReady: (() => void) | undefined;
  shown = "";
  waiting = "";
  ended = false;

  write(bytes: Uint8Array): void {
    this.shown += Buffer.from(bytes).toString("latin1");
  }
  read(most: number): Uint8Array {
    const text = this.waiting.slice(0, most);
    this.waiting = this.waiting.slice(most);
    return Buffer.from(text, "latin1");
  }
  type(text: string): void {
    this.waiting += text;
    this.onReady?.();
  }
}

const MULTIPORT = 2n;
const EMERGENCY = 8;
/** Queue numbers of §5.3.2. */
const [RX0, TX0, CONTROL_RX, CONTROL_TX, RX1, TX1, RX2] = [0, 1, 2, 3, 4, 5, 6] as const;

const text = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s, "latin1"));
const show = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
function control(id: number, event: number, value: number): Uint8Array {
  const message = Buffer.alloc(8);
  message.writeUInt32LE(id, 0);
  message.writeUInt16LE(event, 4);
  message.writeUInt16LE(value, 6);
  return Uint8Array.from(message);
}

interface Set {
  readonly driver: Driver;
  readonly device: VirtioConsole;
  readonly far: readonly Far[];
  send(queue: number, ...parts: (Uint8Array | number)[]): void;
  /** What was received on a queue since it was asked last, each chain as it says it was filled. */
  received(queue: number): string[];
  /** Control messages since it was asked last, as [id, event, value, rest]. */
  told(): (number | string)[][];
}

function set(
  options: DriverOptions,
  ports: readonly Partial<ConsolePort>[] = [{}],
  size?: { columns: number; rows: number },
): Set {
  const far = ports.map(() => new Far());
  const device = new VirtioConsole({
    ports: ports.map((port, i) => ({ backend: far[i]!, ...port })),
    ...(size && { size }),
  });
  const driver = new Driver(device, options);
  const answers = (queue: number) =>
    driver.queues[queue]!.answers().map((a) => a.bytes.subarray(0, a.length));
  return {
    driver,
    device,
    far,
    send: (queue, ...parts) => void driver.queues[queue]!.send(parts),
    received: (queue) => answers(queue).map(show),
    told: () =>
      answers(CONTROL_RX).map((bytes) => {
        const message = Buffer.from(bytes);
        const rest = message.subarray(8).toString("latin1");
        const head = [message.readUInt32LE(0), message.readUInt16LE(4), message.readUInt16LE(6)];
        return rest === "" ? head : [...head, rest];
      }),
  };
}

describe.each([
  ["split", {}],
  ["split with event index", { eventIndex: true }],
  ["packed", { packed: true }],
  ["packed with event index", { packed: true, eventIndex: true }],
] as const)("console, %s ring", (_name, ring) => {
  describe("without multiport", () => {
    const single: DriverOptions = { ...ring, features: 4n };

    it("shows what the guest writes, in order, over several buffers", () => {
      const { driver, far, send } = set(single);
      send(TX0, text("hello "), text("wor"), text("ld"));
      send(TX0, text("!"));
      expect(far[0]!.shown).toBe("hello world!");
      expect(driver.queues[TX0]!.answers().map((a) => a.length)).toEqual([0, 0]);
      expect(driver.taken()).toContain(TX0 + 1);
    });

    it("gives input to the guest as it finds room", () => {
      const { driver, far, send, received } = set(single);
      far[0]!.type("abcdef");
      expect(received(RX0)).toEqual([]);
      send(RX0, 2);
      expect(received(RX0)).toEqual(["ab"]);
      send(RX0, 3, 100);
      expect(received(RX0)).toEqual(["cdef"]);
      expect(driver.taken()).toContain(RX0 + 1);
      send(RX0, 4);
      send(RX0, 4);
      expect(received(RX0)).toEqual([]);
      far[0]!.type("ghijk");
      expect(received(RX0)).toEqual(["ghij", "k"]);
    });

    it("gives input that was there before the driver", () => {
      const far = new Far();
      far.type("early");
      const driver = new Driver(new VirtioConsole({ ports: [{ backend: far }] }), single);
      driver.queues[RX0]!.send([64]);
      expect(driver.queues[RX0]!.answers().map((a) => show(a.bytes.subarray(0, a.length)))).toEqual([
        "early",
      ]);
    });

    it("leaves the control queues and other ports alone", () => {
      const { driver, far, send, told } = set(single, [{}, {}]);
      send(CONTROL_RX, 64);
      send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
      send(TX1, text("x"));
      expect(told()).toEqual([]);
      expect(far[1]!.shown).toBe("");
      expect(driver.broken).toBe(false);
    });
  });

  describe("with multiport", () => {
    const three = [{ name: "org.example.0" }, { name: "agent" }, { console: true }];
    const buffers = (s: Set, count: number): void => {
      for (let i = 0; i < count; i++) s.send(CONTROL_RX, 64);
    };

    it("has the queues of its ports", () => {
      const { driver, device } = set(ring, three);
      expect(driver.common(18, 2)).toBe(8);
      expect(driver.deviceConfig(4, 4)).toBe(3);
      expect(device.features & MULTIPORT).toBe(MULTIPORT);
    });

    it("announces ports once, then tells each that is ready what it is", () => {
      const s = set(ring, three);
      buffers(s, 20);
      expect(s.told()).toEqual([]);
      s.send(CONTROL_TX, control(0xffffffff, CONSOLE_EVENT.deviceReady, 1));
      expect(s.told()).toEqual([0, 1, 2].map((id) => [id, CONSOLE_EVENT.portAdd, 1]));
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
      expect(s.told()).toEqual([]);
      s.send(CONTROL_TX, control(1, CONSOLE_EVENT.portReady, 1));
      expect(s.told()).toEqual([
        [1, CONSOLE_EVENT.portName, 1, "agent"],
        [1, CONSOLE_EVENT.portOpen, 1],
      ]);
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.portReady, 1));
      expect(s.told()).toEqual([
        [0, CONSOLE_EVENT.consolePort, 1],
        [0, CONSOLE_EVENT.portName, 1, "org.example.0"],
        [0, CONSOLE_EVENT.portOpen, 1],
      ]);
      s.send(CONTROL_TX, control(2, CONSOLE_EVENT.portReady, 1));
      expect(s.told()).toEqual([
        [2, CONSOLE_EVENT.consolePort, 1],
        [2, CONSOLE_EVENT.portOpen, 1],
      ]);
    });

    it("tells once that input has ended, when all of it has been taken", () => {
      const s = set(ring, three);
      buffers(s, 20);
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.portReady, 1));
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.portOpen, 1));
      s.told();
      s.far[0]!.ended = true;
      s.far[0]!.type("last");
      expect(s.told()).toEqual([]);
      s.send(RX0, 10);
      expect(s.received(RX0)).toEqual(["last"]);
      expect(s.told()).toEqual([]);
      s.send(RX0, 10);
      expect(s.told()).toEqual([[0, CONSOLE_EVENT.portOpen, 0]]);
      s.send(RX0, 10);
      s.far[0]!.onReady?.();
      expect(s.told()).toEqual([]);
    });

    it("keeps messages until the driver has room, and cuts off what does not fit", () => {
      const s = set(ring, three);
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
      buffers(s, 2);
      expect(s.told().map(([id]) => id)).toEqual([0, 1]);
      buffers(s, 1);
      expect(s.told().map(([id]) => id)).toEqual([2]);
      s.send(CONTROL_TX, control(1, CONSOLE_EVENT.portReady, 1));
      s.send(CONTROL_RX, 10);
      expect(s.told()).toEqual([[1, CONSOLE_EVENT.portName, 1, "ag"]]);
    });

    it("does nothing for a driver that failed, nor for messages of no sense", () => {
      const s = set(ring, three);
      buffers(s, 20);
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 0));
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.portReady, 1));
      s.send(CONTROL_TX, control(7, CONSOLE_EVENT.portOpen, 1));
      s.send(CONTROL_TX, control(0, 99, 1));
      s.send(CONTROL_TX, Uint8Array.of(1, 2, 3));
      s.send(CONTROL_TX, 16);
      expect(s.told()).toEqual([]);
      expect(s.driver.queues[CONTROL_TX]!.answers()).toHaveLength(6);
      expect(s.driver.broken).toBe(false);
    });

    it("carries each port's bytes, input only while the guest has it open", () => {
      const s = set(ring, three);
      buffers(s, 20);
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
      for (const id of [0, 1, 2]) s.send(CONTROL_TX, control(id, CONSOLE_EVENT.portReady, 1));
      s.send(TX1, text("from 1"));
      expect(s.far.map((f) => f.shown)).toEqual(["", "from 1", ""]);
      for (const queue of [RX0, RX1, RX2]) for (let i = 0; i < 3; i++) s.send(queue, 32);
      s.far[1]!.type("to 1");
      s.far[2]!.type("to 2");
      expect([s.received(RX0), s.received(RX1), s.received(RX2)]).toEqual([[], [], []]);
      s.send(CONTROL_TX, control(1, CONSOLE_EVENT.portOpen, 1));
      expect([s.received(RX0), s.received(RX1), s.received(RX2)]).toEqual([[], ["to 1"], []]);
      s.send(CONTROL_TX, control(1, CONSOLE_EVENT.portOpen, 0));
      s.far[1]!.type("later");
      expect(s.received(RX1)).toEqual([]);
      s.send(CONTROL_TX, control(1, CONSOLE_EVENT.portOpen, 1));
      expect(s.received(RX1)).toEqual(["later"]);
    });

    it("forgets all of it at a reset", () => {
      const s = set(ring, three);
      buffers(s, 20);
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
      expect(s.told()).toHaveLength(3);
      s.driver.start();
      buffers(s, 20);
      expect(s.told()).toEqual([]);
      s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
      expect(s.told()).toHaveLength(3);
    });
  });

  it("has a size that can change", () => {
    const s = set(ring, [{}], { columns: 80, rows: 25 });
    expect([s.driver.deviceConfig(0, 2), s.driver.deviceConfig(2, 2)]).toEqual([80, 25]);
    for (let i = 0; i < 8; i++) s.send(CONTROL_RX, 64);
    s.send(CONTROL_TX, control(0, CONSOLE_EVENT.deviceReady, 1));
    s.send(CONTROL_TX, control(0, CONSOLE_EVENT.portReady, 1));
    s.told();
    s.driver.taken();
    s.device.resize({ columns: 132, rows: 43 });
    expect([s.driver.deviceConfig(0, 2), s.driver.deviceConfig(2, 2)]).toEqual([132, 43]);
    expect(s.driver.taken()).toContain(0);
    expect(s.told()).toEqual([[0, CONSOLE_EVENT.resize, 1, "\x84\x00\x2b\x00"]]);
  });

  it("looks at no more than 1 MiB of one chain", () => {
    const s = set({ ...ring, features: 4n });
    s.send(TX0, new Uint8Array(1_500_000).fill(0x61));
    expect(s.far[0]!.shown.length).toBe(1 << 20);
    expect(s.driver.queues[TX0]!.answers()).toHaveLength(1);
  });

  it("survives garbage", () => {
    const far = [new Far(), new Far()];
    const device = new VirtioConsole({
      ports: far.map((backend) => ({ backend })),
      size: { columns: 1, rows: 1 },
    });
    let interrupts = 0;
    for (let seed = 0; seed < 5; seed++) {
      interrupts += drive(device, ring, seed, () => {
        for (const f of far) f.type("x".repeat(1000));
        far[0]!.shown = far[1]!.shown = far[0]!.waiting = far[1]!.waiting = "";
        device.resize({ columns: seed, rows: 70000 });
      });
    }
    expect(interrupts).toBeGreaterThan(50);
    const driver = new Driver(device, { ...ring, features: 4n });
    driver.queues[TX0]!.send([text("still there")]);
    expect(far[0]!.shown).toMatch(/still there$/);
  });
});

describe("console", () => {
  it("takes emergency writes before any driver is there", () => {
    const far = new Far();
    const driver = new Driver(new VirtioConsole({ ports: [{ backend: far }] }), {}, false);
    for (const c of text("Oops")) driver.deviceConfig(EMERGENCY, 4, c);
    driver.deviceConfig(EMERGENCY, 1, 0x21);
    driver.deviceConfig(0, 2, 99);
    expect(far.shown).toBe("Oops!");
    expect(driver.deviceConfig(0, 2)).toBe(0);
    expect(driver.deviceConfig(EMERGENCY, 4)).toBe(0);
  });
  it("does not offer a size that it was not given", () => {
    expect(new VirtioConsole({ ports: [{ backend: new Far() }] }).features & 1n).toBe(0n);
  });
  it("refuses what it cannot be", () => {
    expect(() => new VirtioConsole({ ports: [] })).toThrow(RangeError);
    const ports = Array.from({ length: 32 }, () => ({ backend: new Far() }));
    expect(() => new VirtioConsole({ ports })).toThrow("1 to 31 ports, not 32");
    expect(() => new VirtioConsole({ ports: [{ backend: new Far(), name: "naïve" }] })).toThrow(
      "no name for a port",
    );
  });
});
