/**
 * The virtio console (virtio 1.2 §5.3): one or several ports, each a pair of queues with a character backend behind it.
 * Port 0 works without VIRTIO_CONSOLE_F_MULTIPORT; the others are announced over the control queues. Ports are not added or
 * removed while the machine runs. Input stays in its backend until the guest has opened the port and has room for it.
 */
import type { CharacterBackend } from "../../host/backends.ts";
import type { State } from "../device.ts";
import { ConfigBytes } from "./config-bytes.ts";
import { type Chain, VIRTIO_TYPE, type VirtioDevice, type VirtioHost } from "./device.ts";

export const CONSOLE_FEATURE = { size: 0, multiport: 1, emergencyWrite: 2 } as const;

/** Events of control messages. */
export const CONSOLE_EVENT = {
  deviceReady: 0,
  portAdd: 1,
  portReady: 3,
  consolePort: 4,
  resize: 5,
  portOpen: 6,
  portName: 7,
} as const;

/** Offsets in the configuration. */
const CONFIG = { columns: 0, rows: 2, ports: 4, emergencyWrite: 8, size: 12 } as const;
const CONTROL_RECEIVE = 2;
const CONTROL_TRANSMIT = 3;
/** Bytes of a control message without what follows it. */
const MESSAGE = 8;
const MOST_PORTS = 31;
const QUEUE_SIZE = 128;
/** Bytes of one chain that are looked at: no driver sends more, and a broken one shall not hold up the machine. */
const MOST_OUTPUT = 2 ** 20;
const OUTPUT_PIECE = 65536;
/** Bytes of input that go into one chain. */
const MOST_INPUT = 65536;

export interface ConsolePort {
  readonly backend: CharacterBackend;
  /** Under which the guest finds it (udev: /dev/virtio-ports/NAME): printable ASCII without spaces. */
  readonly name?: string;
  /** Whether the guest shall make it a text console. Absent: only port 0. */
  readonly console?: boolean;
}

export interface ConsoleOptions {
  /** 1 to 31, numbered from 0. */
  readonly ports: readonly ConsolePort[];
  /** Characters that the console shows; both or none. */
  readonly size?: ConsoleSize;
  readonly name?: string;
}

export interface ConsoleSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a port still has to be told, in the order in which it is: so the messages that wait are bounded. */
const TOLD = ["portAdd", "consolePort", "portName", "resize", "portOpen", "portClosed"] as const;
/** The value of a message; the host's end is opened and closed by the same event. */
const told = (message: (typeof TOLD)[number]): { event: number; value: number } =>
  message === "portClosed"
    ? { event: CONSOLE_EVENT.portOpen, value: 0 }
    : { event: CONSOLE_EVENT[message], value: 1 };

interface Port {
  readonly id: number;
  readonly backend: CharacterBackend;
  readonly name: Uint8Array | undefined;
  readonly console: boolean;
  readonly untold: Set<(typeof TOLD)[number]>;
  added: boolean;
  ready: boolean;
  /** The guest has it open. */
  open: boolean;
  /** The guest has been told that nothing will come any more. */
  closed: boolean;
}

/** Throws RangeError for a name that is not ASCII. */
function ascii(name: string): Uint8Array {
  if (!/^[\x21-\x7e]+$/.test(name)) throw new RangeError(`"${name}" is no name for a port`);
  return Uint8Array.from(name, (c) => c.charCodeAt(0));
}

const receiveQueue = (port: number): number => (port === 0 ? 0 : 2 + 2 * port);

export class VirtioConsole implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.console;
  readonly features: bigint;
  readonly queueCount: number;
  readonly configSize = CONFIG.size;
  readonly #config = new ConfigBytes(CONFIG.size);
  readonly #ports: readonly Port[];
  #host: VirtioHost | undefined;

  /** Takes the ports' backends over: their `onReady` is the console's. Throws RangeError for no ports, too many, or a bad name. */
  constructor(options: ConsoleOptions) {
    const { ports, size, name = "virtio-console" } = options;
    if (ports.length < 1 || ports.length > MOST_PORTS) {
      throw new RangeError(`a console has 1 to ${MOST_PORTS} ports, not ${ports.length}`);
    }
    this.name = name;
    this.queueCount = 2 * ports.length + 2;
    const { multiport, emergencyWrite } = CONSOLE_FEATURE;
    let features = (1n << BigInt(multiport)) | (1n << BigInt(emergencyWrite));
    if (size !== undefined) features |= 1n << BigInt(CONSOLE_FEATURE.size);
    this.features = features;
    this.#config.set(CONFIG.ports, 4, ports.length);
    if (size !== undefined) this.#setSize(size);
    this.#ports = ports.map(({ backend, name, console = false }, id) => ({
      id,
      backend,
      name: name === undefined ? undefined : ascii(name),
      console: console || id === 0,
      untold: new Set(),
      added: false,
      ready: false,
      open: false,
      closed: false,
    }));
    for (const port of this.#ports) port.backend.onReady = () => this.#input(port);
  }

  queueSize(_queue: number): number {
    return QUEUE_SIZE;
  }
  readConfig(offset: number, size: number): number {
    return this.#config.read(offset, size);
  }
  /** A character for port 0, at any time (§5.3.5.1). All else is read-only. */
  writeConfig(offset: number, _size: number, value: number): void {
    if (offset === CONFIG.emergencyWrite) this.#ports[0]?.backend.write(Uint8Array.of(value & 255));
  }

  activate(host: VirtioHost): void {
    this.#host = host;
    if (!host.has(CONSOLE_FEATURE.multiport)) this.#ports[0]!.open = true;
    for (let queue = 0; queue < this.queueCount; queue++) this.notified(queue);
  }
  deactivate(): void {
    this.#host = undefined;
    for (const port of this.#ports) {
      port.untold.clear();
      port.added = port.ready = port.open = port.closed = false;
    }
  }
  reset(): void {
    this.deactivate();
  }

  notified(queue: number): void {
    const host = this.#host;
    if (host === undefined) return;
    const multiport = host.has(CONSOLE_FEATURE.multiport);
    if (queue === CONTROL_RECEIVE || queue === CONTROL_TRANSMIT) {
      if (!multiport) return;
      if (queue === CONTROL_TRANSMIT) this.#control(host);
      this.#tell(host);
      return;
    }
    const port = this.#ports[queue < 2 ? 0 : (queue >> 1) - 1];
    if (port === undefined || (port.id > 0 && !multiport)) return;
    if (queue % 2 === 0) this.#input(port);
    else this.#output(host, port);
  }

  /** The console shows as many characters from now on. Does nothing for a console that was made without a size. */
  resize(size: ConsoleSize): void {
    if ((this.features & (1n << BigInt(CONSOLE_FEATURE.size))) === 0n) return;
    this.#setSize(size);
    const host = this.#host;
    if (!host?.has(CONSOLE_FEATURE.size)) return;
    if (host.has(CONSOLE_FEATURE.multiport) && this.#ports[0]!.ready) {
      this.#ports[0]!.untold.add("resize");
      this.#tell(host);
    }
    this.#host?.configChanged();
  }

  state(): State {
    return {
      columns: this.#config.read(CONFIG.columns, 2),
      rows: this.#config.read(CONFIG.rows, 2),
      ports: this.#ports.map(({ added, ready, open, closed, untold }) => ({
        added,
        ready,
        open,
        closed,
        untold: TOLD.filter((event) => untold.has(event)),
      })),
    };
  }

  #setSize({ columns, rows }: ConsoleSize): void {
    this.#config.set(CONFIG.columns, 2, columns & 0xffff);
    this.#config.set(CONFIG.rows, 2, rows & 0xffff);
  }

  /** From the guest to the host. */
  #output(host: VirtioHost, port: Port): void {
    const queue = host.queue(receiveQueue(port.id) + 1);
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const end = Math.min(chain.readable, MOST_OUTPUT);
      for (let at = 0; at < end; at += OUTPUT_PIECE) {
        port.backend.write(chain.read(at, Math.min(OUTPUT_PIECE, end - at)));
      }
      queue.push(chain, 0);
    }
    queue.notify();
  }

  /** From the host to the guest, as far as it has room. */
  #input(port: Port): void {
    if (this.#host === undefined || !port.open) return;
    const queue = this.#host.queue(receiveQueue(port.id));
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      if (chain.writable > 0) {
        const bytes = port.backend.read(Math.min(chain.writable, MOST_INPUT));
        if (bytes.length === 0) {
          queue.unpop(chain);
          if (port.backend.ended === true) this.#close(port);
          break;
        }
        chain.write(bytes);
      }
      queue.push(chain, chain.written);
    }
    queue.notify();
  }

  /** The driver is told, once and after the last input, that the host's end is closed (§5.3.6.1). */
  #close(port: Port): void {
    if (port.closed || this.#host === undefined) return;
    port.closed = true;
    if (!this.#host.has(CONSOLE_FEATURE.multiport)) return;
    port.untold.add("portClosed");
    this.#tell(this.#host);
  }

  /** Control messages of the driver. One that makes no sense is dropped. */
  #control(host: VirtioHost): void {
    const queue = host.queue(CONTROL_TRANSMIT);
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const message = chain.read(0, MESSAGE);
      queue.push(chain, 0);
      if (message.length < MESSAGE) continue;
      const view = new DataView(message.buffer, message.byteOffset, MESSAGE);
      this.#obey(view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true));
    }
    queue.notify();
  }

  #obey(id: number, event: number, value: number): void {
    if (event === CONSOLE_EVENT.deviceReady) {
      if (value === 1) for (const port of this.#ports) if (!port.added) port.untold.add("portAdd");
      return;
    }
    const port = this.#ports[id];
    if (port === undefined || !port.added) return;
    if (event === CONSOLE_EVENT.portReady && value === 1 && !port.ready) {
      port.ready = true;
      if (port.console) port.untold.add("consolePort");
      if (port.name !== undefined) port.untold.add("portName");
      // The host's end is open until its input has ended.
      port.untold.add("portOpen");
    } else if (event === CONSOLE_EVENT.portOpen) {
      port.open = value === 1;
      this.#input(port);
    }
  }

  /** Sends the messages that wait, as far as the driver has room for them. */
  #tell(host: VirtioHost): void {
    const queue = host.queue(CONTROL_RECEIVE);
    for (const port of this.#ports) {
      for (const event of TOLD) {
        if (!port.untold.has(event)) continue;
        const chain = queue.pop();
        if (chain === undefined) {
          queue.notify();
          return;
        }
        port.untold.delete(event);
        if (event === "portAdd") port.added = true;
        queue.push(chain, this.#message(chain, port, event));
      }
    }
    queue.notify();
  }

  /** Writes a message and what follows it; what does not fit is cut off. Returns the bytes written. */
  #message(chain: Chain, port: Port, event: (typeof TOLD)[number]): number {
    const head = new DataView(new ArrayBuffer(MESSAGE));
    head.setUint32(0, port.id, true);
    const { event: number, value } = told(event);
    head.setUint16(4, number, true);
    head.setUint16(6, value, true);
    chain.write(new Uint8Array(head.buffer));
    if (event === "portName") chain.write(port.name ?? new Uint8Array(0));
    if (event === "resize") {
      const size = [0, 1, 2, 3].map((i) => this.#config.read(CONFIG.columns + i, 1));
      chain.write(Uint8Array.from(size));
    }
    return chain.written;
  }
}
