/*
 * A guest that lost its mind, from a seed: random accesses to every port and window, PCI configuration, MSRs of local APICs, drivers of
 * virtio devices whose rings are in order often enough to be looked at, and time that passes in between.
 */
import { type Draws, seededDraws } from "../../../src/isa/form-bytes.ts";
import { ECAM, PORT, SERIAL_PORTS } from "../../../src/machine/memory-map.ts";
import { type Board, CPUS, RAM, RAM_FREE } from "./board.ts";
import { HOST_EVENTS, type Operation } from "./operation.ts";
import { PROGRAMS } from "./programs.ts";

/** First port and number of ports of each device. */
const PORTS: readonly (readonly [number, number])[] = [
  [PORT.pic1, 2],
  [PORT.pic2, 2],
  [PORT.elcr, 2],
  [PORT.pit, 4],
  [PORT.i8042Data, 2],
  [PORT.i8042Command, 1],
  [PORT.cmos, 2],
  [PORT.debugConsole, 1],
  [PORT.debugExit, 4],
  [PORT.fwCfg, 12],
  [PORT.pm, 0x28],
  [PORT.pciConfiguration, 8],
  ...SERIAL_PORTS.map(({ port }) => [port, 8] as const),
];
/** Windows at fixed places: local APIC, I/O APIC, HPET. */
const WINDOWS = [
  { start: 0xfee00000, size: 0x400 },
  { start: 0xfec00000, size: 0x50 },
  { start: 0xfed00000, size: 0x180 },
];
/** Slots of bus 0 that have a function, and one that has not. */
const SLOTS = 8;
const FIRST_VIRTIO = 1;
const VIRTIO = 6;
/** BARs of a virtio function, as transport.ts says. */
const MSIX_BAR = 1;
const REGISTER_BAR = 4;
const PAGE = 0x1000;
const COMMON = { select: 0, feature: 4, driverSelect: 8, driverFeature: 12, status: 20, queue: 22 } as const;
const NOTIFY = 0x3000;
/** Rings: each queue has 32 KiB, and descriptors, driver area and device area have their pages. */
const RING_AREA = 0x8000;
const QUEUES = 8;
const BUFFERS = RAM_FREE + VIRTIO * QUEUES * RING_AREA;

interface QueueState {
  next: number;
  wrap: boolean;
  packed: boolean;
  size: number;
}

interface Descriptor {
  readonly address: number;
  readonly length: number;
  readonly flags: number;
}

/** One that a device would understand: bytes for it in hexadecimal, and lengths for what it writes. */
interface Request {
  readonly queue: number;
  readonly read: readonly string[];
  readonly written: readonly number[];
}
type Draw = (below: number) => number;

/** virtio 1.2 §5.2.6: type, sector; ranges of discard and write zeroes. */
const blockRequest = (draw: Draw): Request => {
  const type = [0, 1, 4, 8, 11, 13, 14][draw(7)] ?? 0;
  const header = little([type, 4], [0, 4], [draw(80), 8]);
  const length = draw(6) === 0 ? draw(600) : 512 * draw(5);
  const ranges = (): string =>
    Array.from({ length: draw(4) }, () => little([draw(80), 8], [draw(80), 4], [draw(4), 4])).join("");
  const body = type === 1 ? "5a".repeat(length) : type >= 11 ? ranges() : "";
  const read = body === "" ? [header] : [header, body];
  return { queue: 0, read, written: type === 0 || type === 8 ? [length, 1] : [1] };
};
/** §5.1.6.5: commands of the control queue; frames with a header of 12 bytes. */
const networkRequest = (draw: Draw): Request => {
  if (draw(3) > 0) {
    const table = (): string => little([draw(4), 4]) + "52".repeat(6 * draw(4));
    const body =
      [little([draw(3), 1]), "56".repeat(6), table() + table(), little([draw(5), 2])][draw(4)] ?? "";
    return { queue: 2, read: [little([draw(6), 1], [draw(7), 1]), body], written: [1] };
  }
  return draw(2) === 0
    ? { queue: 1, read: ["00".repeat(12), "ff".repeat(14 + draw(1600))], written: [] }
    : { queue: 0, read: [], written: [12, 1526] };
};
/** §5.3.6.2: port, event, value to the control queue; bytes to a port. */
const consoleRequest = (draw: Draw): Request => {
  const queue = [3, 3, 2, 0, 1, 4, 5][draw(7)] ?? 0;
  if (queue % 2 === 0) return { queue, read: [], written: [8 + draw(64)] };
  return {
    queue,
    read: [queue === 3 ? little([draw(3), 4], [draw(9), 2], [draw(2), 2]) : "61".repeat(draw(40))],
    written: [],
  };
};
/** Of each virtio device of the board, in order of their slots: two disks, network, console, entropy, balloon. */
const REQUESTS: readonly ((draw: Draw) => Request)[] = [
  blockRequest,
  blockRequest,
  networkRequest,
  consoleRequest,
  (draw) => ({ queue: 0, read: [], written: [draw(100)] }),
  (draw) => ({
    queue: draw(3),
    read: [Array.from({ length: 1 + draw(8) }, () => little([draw(RAM >> 12), 4])).join("")],
    written: [],
  }),
];

export class Garbage {
  readonly #board: Board;
  readonly #draws: Draws;
  readonly #record: (operation: Operation) => void;
  readonly #queues = Array.from(
    { length: VIRTIO * QUEUES },
    (): QueueState => ({ next: 0, wrap: true, packed: false, size: 16 }),
  );

  /** `record` is told of each operation before it is done. */
  constructor(board: Board, seed: number, record: (operation: Operation) => void) {
    this.#board = board;
    this.#draws = seededDraws(seed);
    this.#record = record;
  }

  /** Some operations that belong together. Throws what the board throws. */
  step(): void {
    const kind = this.#below(100);
    if (kind < 28) this.#port();
    else if (kind < 46) this.#window();
    else if (kind < 62)
      for (const operation of this.#pick(PROGRAMS)((n) => this.#below(n))) this.#act(operation);
    else if (kind < 70) this.#configuration();
    else if (kind < 72) this.#startDriver(this.#below(VIRTIO));
    else if (kind < 86) this.#request(this.#below(VIRTIO));
    else if (kind < 94) this.#act({ kind: "wait", cycles: this.#cycles() });
    else if (kind < 97) this.#msr();
    else this.#act({ kind: "host", event: this.#pick(HOST_EVENTS), value: this.#below(2000) });
  }

  #act(operation: Operation): number {
    this.#record(operation);
    return this.#board.act(operation);
  }
  #below(n: number): number {
    return this.#draws.below(n);
  }
  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }
  /** Small ones, single bits, all ones, or anything. */
  #value(bytes: number): bigint {
    const value = (): bigint => {
      switch (this.#below(4)) {
        case 0:
          return BigInt(this.#below(16));
        case 1:
          return 1n << BigInt(this.#below(bytes * 8));
        case 2:
          return this.#draws.immediate(bytes * 8);
        default:
          return BigInt(this.#below(256));
      }
    };
    return BigInt.asUintN(bytes * 8, value());
  }
  /** Mostly a little; long enough for a second of the clock now and then. */
  #cycles(): number {
    switch (this.#below(40)) {
      case 0:
        return this.#below(10_000_000);
      case 1:
      case 2:
      case 3:
        return this.#below(300_000);
      default:
        return this.#below(5000);
    }
  }

  // ---------------------------------------------------------------------------------------- ports, windows, MSRs

  #port(): void {
    const size = this.#pick([1, 1, 1, 2, 4] as const);
    const [first, count] = this.#pick(PORTS);
    const port = this.#below(8) === 0 ? this.#below(0x10000) : first + this.#below(count);
    if (this.#below(2) === 0) this.#act({ kind: "in", port, size });
    else this.#act({ kind: "out", port, size, value: Number(this.#value(size)) });
  }
  #window(): void {
    const bars = this.#board.machine.chipset.pci.functions.flatMap(({ function: f }) =>
      f.bars.flatMap(({ mapped, size, kind }) =>
        mapped === undefined || kind === "io" ? [] : [{ start: mapped, size }],
      ),
    );
    const ecam = { start: ECAM.base + (this.#below(SLOTS) << 15), size: this.#below(4) === 0 ? PAGE : 0x100 };
    const { start, size } = this.#pick([...WINDOWS, ...WINDOWS, ecam, ...bars]);
    let at = start + this.#below(size);
    if (this.#below(4) > 0) at -= at % 4;
    // Registers of virtio are at the starts of pages.
    if (size > PAGE && this.#below(3) > 0) at -= at % PAGE < 0x40 ? 0 : (at % PAGE) - this.#below(0x40);
    if (this.#below(100) === 0) at = this.#below(2 ** 31) * 2 ** this.#below(22);
    this.#memory(at);
  }
  #memory(address: number): void {
    const size = Math.min(this.#pick([1, 2, 4, 4, 4, 8, 8, 3, 5, 6, 7]), PAGE - (address % PAGE));
    if (this.#below(2) === 0) this.#act({ kind: "read", address, size });
    else this.#act({ kind: "write", address, size, value: this.#value(size) });
  }
  #msr(): void {
    const cpu = this.#below(CPUS);
    const index = this.#below(8) === 0 ? this.#pick([0x1b, 0x6e0]) : 0x800 + this.#below(0x40);
    if (this.#below(2) === 0) this.#act({ kind: "rdmsr", cpu, index });
    else this.#act({ kind: "wrmsr", cpu, index, value: this.#value(8) });
  }
  #configuration(): void {
    const slot = this.#below(SLOTS);
    const register = this.#below(this.#below(8) === 0 ? 256 : 0x60) & 0xfc;
    const value = 0x80000000 + slot * 0x800 + register;
    this.#act({ kind: "out", port: PORT.pciConfiguration, size: 4, value });
    const size = this.#pick([1, 2, 4] as const);
    const port = PORT.pciConfiguration + 4 + this.#below(5 - size);
    if (this.#below(3) === 0) this.#act({ kind: "in", port, size });
    else this.#act({ kind: "out", port, size, value: Number(this.#value(size)) });
  }

  // ------------------------------------------------------------------------------------------------------ virtio

  #config(slot: number, offset: number, size: 1 | 2 | 4, value: number): void {
    const address = 0x80000000 + slot * 0x800 + (offset & 0xfc);
    this.#act({ kind: "out", port: PORT.pciConfiguration, size: 4, value: address });
    this.#act({ kind: "out", port: PORT.pciConfiguration + 4 + (offset & 3), size, value });
  }
  #registers(device: number): number {
    return 0xf000_0000 + device * 0x10000;
  }
  #write(address: number, size: number, value: number): void {
    this.#act({ kind: "write", address, size, value: BigInt(value) });
  }
  /** As a driver does that knows what it does, up to a few wrong values. */
  #startDriver(device: number): void {
    const slot = FIRST_VIRTIO + device;
    const base = this.#registers(device);
    this.#config(slot, 0x10 + REGISTER_BAR * 4, 4, base);
    this.#config(slot, 0x14 + REGISTER_BAR * 4, 4, 0);
    this.#config(slot, 0x10 + MSIX_BAR * 4, 4, base + 0x8000);
    this.#config(slot, 4, 2, 6);
    const write = (offset: number, size: number, value: number): void =>
      this.#write(base + offset, size, value);
    for (const status of [0, 1, 3]) write(COMMON.status, 1, status);
    const packed = this.#below(2) === 0;
    const wrong = this.#below(10) === 0 ? this.#below(2 ** 16) : 0;
    for (const word of [0, 1]) {
      write(COMMON.select, 4, word);
      const offered = this.#act({ kind: "read", address: base + COMMON.feature, size: 4 });
      // Of rings: indirect descriptors and the event index, version 1, the packed ring.
      const mask = word === 0 ? this.#below(2 ** 30) | (this.#below(4) << 28) : packed ? 0x105 : 0x101;
      write(COMMON.driverSelect, 4, word);
      write(COMMON.driverFeature, 4, ((offered & mask) ^ wrong) >>> 0);
    }
    write(COMMON.status, 1, 11);
    for (let queue = 0; queue < QUEUES; queue++) {
      const state = this.#queues[device * QUEUES + queue]!;
      Object.assign(state, { next: 0, wrap: true, packed, size: 2 ** (1 + this.#below(6)) });
      write(COMMON.queue, 2, queue);
      write(COMMON.queue + 2, 2, state.size);
      write(COMMON.queue + 4, 2, this.#below(3));
      const ring = this.#ring(device, queue);
      for (const [i, page] of [0, 2, 4].entries()) {
        write(32 + i * 8, 4, ring + page * PAGE);
        write(36 + i * 8, 4, 0);
      }
      this.#act({ kind: "ram", address: ring, bytes: "00".repeat(64) });
      for (const page of [2, 4])
        this.#act({ kind: "ram", address: ring + page * PAGE, bytes: "0000000000000000" });
      write(COMMON.queue + 6, 2, 1);
    }
    for (let vector = 0; vector < 3; vector++) {
      const entry = base + 0x8000 + vector * 16;
      this.#write(entry, 4, 0xfee00000);
      this.#write(entry + 8, 4, 0x40 + vector);
      this.#write(entry + 12, 4, 0);
    }
    if (this.#below(2) === 0) this.#config(slot, this.#msixCapability(slot) + 2, 2, 0x8000);
    write(COMMON.status, 1, 15);
  }
  #msixCapability(slot: number): number {
    const read = (offset: number): number => {
      const address = ECAM.base + (slot << 15) + offset;
      return this.#act({ kind: "read", address, size: 1 });
    };
    let at = read(0x34);
    for (let i = 0; i < 48 && at >= 0x40 && read(at) !== 0x11; i++) at = read(at + 1);
    return at & 0xfc;
  }
  #ring(device: number, queue: number): number {
    return RAM_FREE + (device * QUEUES + queue) * RING_AREA;
  }
  /** A few chains, or scribbles over the ring, and a notification. */
  #request(device: number): void {
    const known = this.#below(3) === 0 ? REQUESTS[device]!((n) => this.#below(n)) : undefined;
    const queue = known?.queue ?? this.#below(this.#below(4) === 0 ? QUEUES : 2);
    const ring = this.#ring(device, queue);
    if (this.#below(30) === 0) {
      const at = ring + this.#pick([0, 2, 4]) * PAGE + this.#below(64);
      this.#act({ kind: "ram", address: at, bytes: this.#bytes(1 + this.#below(16)) });
    } else {
      const state = this.#queues[device * QUEUES + queue]!;
      for (let i = this.#below(3); i >= 0; i--) {
        const chain = known === undefined || this.#below(10) === 0 ? this.#chain() : this.#chainOf(known);
        if (state.packed) this.#packedChain(ring, state, chain);
        else this.#splitChain(ring, state, chain);
      }
    }
    this.#write(this.#registers(device) + NOTIFY + queue * 4, 2, queue);
  }
  #bytes(length: number): string {
    return Array.from({ length }, () => (this.#below(3) === 0 ? this.#below(256) : this.#below(4)))
      .map((b) => b.toString(16).padStart(2, "0"))
      .join("");
  }
  /** Address, length, NEXT/WRITE/INDIRECT: one that makes sense more often than not. Small numbers stand in the buffers. */
  #descriptor(last: boolean, write: boolean): Descriptor {
    const address = BUFFERS + this.#below(RAM - BUFFERS - PAGE);
    if (!write && this.#below(2) === 0) this.#act({ kind: "ram", address, bytes: this.#header() });
    const length = this.#pick([0, 1, 4, 12, 16, 24, 512, 513, 2000, 70_000]);
    const flags = (last ? 0 : 1) | (write ? 2 : 0) | (this.#below(20) === 0 ? 4 : 0);
    if (this.#below(60) === 0)
      return { address: this.#below(2 ** 31) * 4, length: this.#below(2 ** 31), flags };
    return { address, length, flags };
  }
  /** What begins a request of some device: small numbers in words of some size, or anything. */
  #header(): string {
    if (this.#below(3) === 0) return this.#bytes(24);
    const size = this.#pick([1, 2, 4, 8]);
    return little(
      ...Array.from({ length: 24 / size }, () => [this.#below(this.#below(2) === 0 ? 2 : 15), size] as const),
    );
  }
  #chain(): Descriptor[] {
    const count = 1 + this.#below(4);
    const readable = this.#below(count + 1);
    return Array.from({ length: count }, (_, i) => this.#descriptor(i === count - 1, i >= readable));
  }
  /** The request's buffers, as a driver would lay them out. */
  #chainOf({ read, written }: Request): Descriptor[] {
    const buffers = [
      ...read.map((bytes) => ({ bytes, length: bytes.length / 2, write: false })),
      ...written.map((length) => ({ bytes: "", length, write: true })),
    ];
    return buffers.map(({ bytes, length, write }, i) => {
      const address = BUFFERS + this.#below(RAM - BUFFERS - length);
      if (bytes !== "") this.#act({ kind: "ram", address, bytes });
      return { address, length, flags: (i === buffers.length - 1 ? 0 : 1) | (write ? 2 : 0) };
    });
  }
  #splitChain(ring: number, state: QueueState, chain: readonly Descriptor[]): void {
    const { size } = state;
    const head = this.#below(size);
    chain.forEach(({ address, length, flags }, i) => {
      const at = ring + ((head + i) % size) * 16;
      this.#act({
        kind: "ram",
        address: at,
        bytes: little([address, 8], [length, 4], [flags, 2], [(head + i + 1) % size, 2]),
      });
    });
    const available = ring + 2 * PAGE;
    this.#act({ kind: "ram", address: available + 4 + (state.next % size) * 2, bytes: little([head, 2]) });
    state.next = (state.next + 1) % 0x10000;
    this.#act({ kind: "ram", address: available + 2, bytes: little([state.next, 2]) });
  }
  #packedChain(ring: number, state: QueueState, chain: readonly Descriptor[]): void {
    for (const { address, length, flags } of chain) {
      const marks = state.wrap ? 0x80 : 0x8000;
      const bytes = little([address, 8], [length, 4], [state.next, 2], [flags | marks, 2]);
      this.#act({ kind: "ram", address: ring + state.next * 16, bytes });
      state.next++;
      if (state.next < state.size) continue;
      state.next = 0;
      state.wrap = !state.wrap;
    }
  }
}

/** Numbers of so many bytes each, little-endian, in hexadecimal. */
const little = (...fields: readonly (readonly [value: number, bytes: number])[]): string =>
  fields
    .flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256))
    .map((b) => b.toString(16).padStart(2, "0"))
    .join("");
