/** The virtio entropy device (virtio 1.2 §5.4): random bytes of the host's. What programs get is random.ts's. */
import type { Pieces } from "./dma.ts";
import {
  beginVirtio,
  findVirtio,
  setUpQueues,
  startVirtio,
  VIRTIO_ENTROPY,
  type VirtioDevice,
} from "./virtio.ts";
import type { Queue, Request } from "./virtio-queue.ts";

const device: VirtioDevice = zeroed();
const queue: Queue = zeroed();
let present: bool = false;

/** Sleeps until `count` bytes are there. False: there is no device, or it has failed. */
export function entropy(to: ptr<u8>, count: usize): bool {
  if (!present) return false;
  for (let done: usize = 0; done < count; ) {
    const pieces: Pieces = zeroed();
    const request: Request = zeroed();
    const asked = pieces.addWritableUpTo(queue.mostPieces(), to.offset(done), count - done);
    queue.send(addressOf(pieces), addressOf(request));
    if (!queue.await(addressOf(request))) return false;
    const given = usize(request.written);
    if (given === 0 || given > asked) return false;
    done += given;
  }
  return true;
}
export function initEntropy(): void {
  const f = findVirtio(VIRTIO_ENTROPY, 0);
  if (f === null || !beginVirtio(addressOf(device), f, 0)) return;
  if (!setUpQueues(addressOf(device), addressOf(queue), 1, false)) return;
  startVirtio(addressOf(device));
  present = true;
}
