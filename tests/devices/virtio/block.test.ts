/** The block device through both kinds of rings: each request, its refusals, and when it is answered (virtio 1.2 §5.2). */
import { describe, expect, it } from "vitest";
import { VirtioBlock } from "../../../src/devices/virtio/block.ts";
import { FakeClock } from "../fake-clock.ts";
import { Driver, type DriverOptions, type DriverQueue, type Part } from "./driver.ts";
import { FakeDisk } from "./fake-disk.ts";

const [IN, OUT, FLUSH, GET_ID, DISCARD, WRITE_ZEROES] = [0, 1, 4, 8, 11, 13];
const [OK, IOERR, UNSUPP] = [0, 1, 2];
const [F_RO, F_FLUSH, F_DISCARD, F_WRITE_ZEROES] = [1n << 5n, 1n << 9n, 1n << 13n, 1n << 14n];

function header(type: number, sector: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, type, true);
  view.setBigUint64(8, BigInt(sector), true);
  return new Uint8Array(view.buffer);
}
function range(sector: number, sectors: number, flags = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, BigInt(sector), true);
  view.setUint32(8, sectors, true);
  view.setUint32(12, flags, true);
  return new Uint8Array(view.buffer);
}
const pattern = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 7 + 3);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((p) => [...p]));

class Rig {
  readonly clock = new FakeClock();
  readonly disk: FakeDisk;
  readonly driver: Driver;
  readonly queue: DriverQueue;
  readonly #indirect: boolean;

  constructor(options: DriverOptions, disk = new FakeDisk(64)) {
    this.disk = disk;
    this.driver = new Driver(
      new VirtioBlock({ backend: disk, clock: this.clock, id: "a disk's name" }),
      options,
    );
    this.queue = this.driver.queues[0]!;
    this.#indirect = options.indirect ?? true;
  }
  /** Makes a request and lets time pass until it is answered: status, and data without it. */
  request(parts: Part[]): { status: number; length: number; data: Uint8Array } {
    this.queue.send(parts, this.#indirect);
    this.clock.advance(this.clock.frequency);
    const [answer, ...more] = this.queue.answers();
    if (answer === undefined || more.length > 0) throw new Error("not one answer");
    return { status: answer.bytes.at(-1)!, length: answer.length, data: answer.bytes.subarray(0, -1) };
  }
}

const rings: DriverOptions[] = [
  { packed: false, eventIndex: false, indirect: false },
  { packed: false, eventIndex: true, indirect: true },
  { packed: true, eventIndex: false, indirect: false },
  { packed: true, eventIndex: true, indirect: true },
];

describe.each(rings)("block: packed $packed, event index $eventIndex, indirect $indirect", (options) => {
  it("says what the disk is", () => {
    const { driver } = new Rig(options);
    expect([driver.config(2, 2), driver.config(9, 1) | (driver.config(0x0a, 2) << 8)]).toEqual([
      0x1042, 0x010000,
    ]);
    expect([driver.deviceConfig(0, 4), driver.deviceConfig(4, 4)]).toEqual([64, 0]);
    expect([driver.deviceConfig(12, 4), driver.deviceConfig(20, 4)]).toEqual([254, 512]);
    expect(driver.offered & 0xffffffn).toBe((1n << 2n) | (1n << 6n) | F_FLUSH | F_DISCARD | F_WRITE_ZEROES);
  });

  it("reads into several buffers", () => {
    const rig = new Rig(options);
    const { status, length, data } = rig.request([header(IN, 3), 100, 412, 512, 1]);
    expect([status, length]).toEqual([OK, 1025]);
    expect(data).toEqual(rig.disk.bytes.slice(3 * 512, 5 * 512));
  });

  it("writes from several buffers, header and data mixed", () => {
    const rig = new Rig(options);
    const data = pattern(1024);
    const all = join(header(OUT, 62), data);
    const { status, length } = rig.request([all.slice(0, 10), all.slice(10, 500), all.slice(500), 1]);
    expect([status, length]).toEqual([OK, 1]);
    expect(rig.disk.bytes.slice(62 * 512)).toEqual(data);
    expect(rig.disk.calls.map(([name]) => name)).toEqual(["write"]);
  });

  it("flushes, and gives its name", () => {
    const rig = new Rig(options);
    expect(rig.request([header(FLUSH, 0), 1]).status).toBe(OK);
    expect(rig.disk.calls).toEqual([["flush", 0, 0]]);
    const { status, length, data } = rig.request([header(GET_ID, 0), 20, 1]);
    expect([status, length, String.fromCharCode(...data)]).toEqual([
      OK,
      21,
      "a disk's name".padEnd(20, "\0"),
    ]);
    expect(rig.request([header(GET_ID, 0), 4, 1])).toMatchObject({
      status: OK,
      data: Uint8Array.from([97, 32, 100, 105]),
    });
  });

  it("discards and writes zeros in ranges", () => {
    const rig = new Rig(options);
    expect(rig.request([header(DISCARD, 0), join(range(1, 2), range(63, 1)), 1]).status).toBe(OK);
    expect(rig.request([header(WRITE_ZEROES, 0), range(8, 4, 1), 1]).status).toBe(OK);
    expect(rig.disk.calls).toEqual([
      ["discard", 512, 1024],
      ["discard", 63 * 512, 512],
      ["zero", 4096, 2048],
    ]);
  });

  it("refuses what is beyond the disk or not whole sectors, and touches nothing", () => {
    const rig = new Rig(options);
    const refused: Part[][] = [
      [header(IN, 64), 512, 1],
      [header(IN, 63), 1024, 1],
      [header(IN, 2 ** 52), 512, 1],
      [header(IN, 0), 511, 1],
      [header(OUT, 0), new Uint8Array(513), 1],
      [header(OUT, 64), new Uint8Array(512), 1],
      [header(DISCARD, 0), range(60, 5), 1],
      [header(DISCARD, 0), join(range(0, 1), range(2 ** 50, 1)), 1],
      [header(WRITE_ZEROES, 0), range(0, 2 ** 17 + 1), 1],
      [header(WRITE_ZEROES, 0), new Uint8Array(17), 1],
      [header(DISCARD, 0), new Uint8Array(17 * 16), 1],
    ];
    for (const parts of refused) expect(rig.request(parts).status, String(parts)).toBe(IOERR);
    expect(rig.disk.calls).toEqual([]);
    expect(rig.driver.broken).toBe(false);
  });

  it("does not know other requests and flags", () => {
    const rig = new Rig(options);
    expect(rig.request([header(2, 0), 512, 1]).status).toBe(UNSUPP);
    expect(rig.request([header(0xffffffff, 0), 1]).status).toBe(UNSUPP);
    expect(rig.request([header(DISCARD, 0), range(0, 1, 1), 1]).status).toBe(UNSUPP);
    expect(rig.request([header(WRITE_ZEROES, 0), range(0, 1, 2), 1]).status).toBe(UNSUPP);
  });

  it("reports the host's failures", () => {
    const rig = new Rig(options);
    rig.disk.failing = true;
    for (const parts of [
      [header(IN, 0), 512, 1],
      [header(OUT, 0), new Uint8Array(512), 1],
      [header(FLUSH, 0), 1],
      [header(DISCARD, 0), range(0, 1), 1],
      [header(WRITE_ZEROES, 0), range(0, 1), 1],
    ]) {
      expect(rig.request(parts).status).toBe(IOERR);
    }
  });

  it("protects a disk that is read-only", () => {
    const rig = new Rig(options, new FakeDisk(8, true));
    expect(rig.driver.offered & 0xffffffn).toBe((1n << 2n) | (1n << 6n) | F_FLUSH | F_RO);
    expect(rig.request([header(OUT, 0), new Uint8Array(512), 1]).status).toBe(IOERR);
    expect(rig.request([header(DISCARD, 0), range(0, 1), 1]).status).toBe(UNSUPP);
    expect(rig.request([header(IN, 0), 512, 1]).status).toBe(OK);
  });

  it("flushes each write for a driver that cannot flush", () => {
    const rig = new Rig({ ...options, features: 0n });
    expect(rig.request([header(OUT, 0), new Uint8Array(512), 1]).status).toBe(OK);
    expect(rig.disk.calls.map(([name]) => name)).toEqual(["write", "flush"]);
    expect(rig.request([header(DISCARD, 0), range(0, 1), 1]).status).toBe(UNSUPP);
  });

  it("answers 20 µs and the data's time after the request, in order, small ones together", () => {
    const rig = new Rig({ ...options, ram: 16 << 20 }, new FakeDisk(8192));
    // 2 MiB at 2 GB/s are 1048.576 µs; then two flushes at once; 3,000 cycles are a µs.
    const tokens = [
      rig.queue.add([header(IN, 0), 2 << 20, 1], options.indirect),
      rig.queue.add([header(FLUSH, 0), 1], options.indirect),
      rig.queue.add([header(IN, 0), 512, 1], options.indirect),
    ];
    rig.queue.kick();
    expect(rig.disk.calls).toEqual([]);
    rig.clock.advance(Math.round((20 + 1048.576) * 3000) - 1);
    expect(rig.queue.answers()).toEqual([]);
    // The first of two parts has moved.
    expect(rig.disk.calls).toEqual([["read", 0, 1 << 20]]);
    rig.clock.advance(1);
    expect(rig.queue.answers().map((a) => a.token)).toEqual(tokens);
    expect(rig.driver.taken()).toEqual([1]);
    expect(rig.clock.armed).toEqual([]);
  });

  it("does not let one large request's successor overtake time", () => {
    const rig = new Rig({ ...options, ram: 16 << 20 }, new FakeDisk(8192));
    rig.queue.add([header(IN, 0), 512, 1], options.indirect);
    rig.queue.add([header(IN, 0), 1 << 20, 1], options.indirect);
    rig.queue.kick();
    rig.clock.advance(Math.round(20.256 * 3000));
    expect(rig.queue.answers().length).toBe(1);
    rig.clock.advance(Math.round(524 * 3000));
    expect(rig.queue.answers().length).toBe(0);
    rig.clock.advance(3000);
    expect(rig.queue.answers().length).toBe(1);
  });

  it("moves the data of one request after another", () => {
    const rig = new Rig({ ...options, ram: 16 << 20 }, new FakeDisk(8192));
    for (let i = 0; i < 3; i++) rig.queue.add([header(IN, 0), 1 << 20, 1], options.indirect);
    rig.queue.kick();
    const done = [1, 2, 3].map((n) => {
      const end = Math.round((20 + n * 524.288) * 3000);
      rig.clock.advance(end - rig.clock.now - 6000);
      const before = rig.queue.answers().length;
      rig.clock.advance(6000);
      return [before, rig.queue.answers().length];
    });
    expect(done).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it("forgets what is under way when it is reset", () => {
    const rig = new Rig(options);
    rig.queue.send([header(OUT, 0), new Uint8Array(512), 1], options.indirect);
    rig.driver.status = 0;
    rig.clock.advance(1e9);
    expect([rig.disk.calls, rig.clock.armed, rig.queue.answers()]).toEqual([[], [], []]);
  });

  it("is broken by a request without header or status", () => {
    for (const parts of [[new Uint8Array(15), 1], [header(IN, 0)]] as Part[][]) {
      const rig = new Rig(options);
      rig.queue.send(parts, options.indirect);
      expect(rig.driver.broken).toBe(true);
      expect(rig.driver.taken()).toEqual([0]);
      rig.driver.queues.length = 0;
      rig.driver.start();
      rig.driver.queues[0]!.send([header(FLUSH, 0), 1], options.indirect);
      rig.clock.advance(1e6);
      expect(rig.driver.queues[0]!.answers().length).toBe(1);
    }
  });
});
