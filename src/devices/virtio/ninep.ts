/**
 * The virtio 9P transport (device 9 of virtio 1.2 §5; described in QEMU's and Linux's virtio_9p.h): one queue of chains, each a request and
 * room for its answer. The device carries messages and knows nothing of files; a server answers at once (host/backends.ts).
 */
import type { FileBackend } from "../../host/backends.ts";
import type { State } from "../device.ts";
import { ConfigBytes } from "./config-bytes.ts";
import { VIRTIO_TYPE, type VirtioDevice, type VirtioHost } from "./device.ts";

const FEATURE_MOUNT_TAG = 1n << 0n;
const QUEUE_SIZE = 128;
/** Bytes of a request; a larger one is no message. */
const MOST_REQUEST = 2 ** 20;
/** Length of the tag, which has 16 bits. */
const MOST_TAG = 255;

export interface NinepOptions {
  readonly backend: FileBackend;
  /** By which the guest mounts it: printable ASCII. */
  readonly tag: string;
  readonly name?: string;
}

export class VirtioNinep implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.ninep;
  readonly features = FEATURE_MOUNT_TAG;
  readonly queueCount = 1;
  readonly configSize: number;
  readonly #backend: FileBackend;
  readonly #config: ConfigBytes;
  #host: VirtioHost | undefined;

  /** Throws RangeError for a tag that cannot be. */
  constructor({ backend, tag, name = "virtio-9p" }: NinepOptions) {
    if (!/^[!-~]+$/.test(tag) || tag.length > MOST_TAG)
      throw new RangeError(
        `a mount tag is 1 to ${MOST_TAG} printable ASCII characters, not ${JSON.stringify(tag)}`,
      );
    this.name = name;
    this.#backend = backend;
    this.configSize = 2 + tag.length;
    this.#config = new ConfigBytes(this.configSize);
    this.#config.set(0, 2, tag.length);
    for (let i = 0; i < tag.length; i++) this.#config.set(2 + i, 1, tag.charCodeAt(i));
  }
  queueSize(): number {
    return QUEUE_SIZE;
  }
  readConfig(offset: number, size: number): number {
    return this.#config.read(offset, size);
  }
  writeConfig(): void {}
  reset(): void {
    this.deactivate();
  }
  activate(host: VirtioHost): void {
    this.#host = host;
  }
  deactivate(): void {
    if (this.#host !== undefined) this.#backend.reset();
    this.#host = undefined;
  }
  notified(index: number): void {
    const queue = this.#host?.queue(index);
    if (queue === undefined) return;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const request = chain.readable <= MOST_REQUEST ? chain.read(0, chain.readable) : new Uint8Array(0);
      const answer = this.#backend.answer(request, chain.writable);
      if (answer === undefined) {
        this.#host?.broken("a 9P message that is none, or no room for its answer");
        return;
      }
      chain.write(answer);
      queue.push(chain, chain.written);
    }
    queue.notify();
  }
  /** Files are the server's, outside of the machine. */
  state(): State {
    return null;
  }
}
