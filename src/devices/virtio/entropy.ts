/** The virtio entropy device (virtio 1.2 §5.4): one queue of buffers that are filled with random bytes as soon as they come. */
import type { EntropyBackend } from "../../host/backends.ts";
import type { State } from "../device.ts";
import { VIRTIO_TYPE, type VirtioDevice, type VirtioHost } from "./device.ts";

const QUEUE_SIZE = 64;
/** Bytes for one buffer; a larger one is not filled, as §5.4.6.2 allows. */
const MOST = 4096;

export class VirtioEntropy implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.entropy;
  readonly features = 0n;
  readonly queueCount = 1;
  readonly configSize = 0;
  readonly #backend: EntropyBackend;
  #host: VirtioHost | undefined;

  constructor(backend: EntropyBackend, name = "virtio-entropy") {
    this.name = name;
    this.#backend = backend;
  }
  queueSize(): number {
    return QUEUE_SIZE;
  }
  readConfig(): number {
    return 0;
  }
  writeConfig(): void {}
  reset(): void {
    this.deactivate();
  }
  activate(host: VirtioHost): void {
    this.#host = host;
  }
  deactivate(): void {
    this.#host = undefined;
  }
  notified(index: number): void {
    const queue = this.#host?.queue(index);
    if (queue === undefined) return;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const room = Math.min(chain.writable, MOST);
      if (room > 0) chain.write(this.#backend.read(room));
      queue.push(chain, chain.written);
    }
    queue.notify();
  }
  /** It keeps nothing: what it gives next is the backend's affair. */
  state(): State {
    return null;
  }
}
