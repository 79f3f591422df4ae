/**
 * The virtio 9P transport (virtio 1.2 §5, device 9; as in Linux's virtio_9p.h): shares of the host's directories, by the tag that the host
 * gave them. It carries messages, any number at a time, and knows nothing of files.
 */
import { MAX_PIECES, type Pieces } from "./dma.ts";
import {
  beginVirtio,
  findVirtio,
  setUpQueues,
  startVirtio,
  VIRTIO_NINEP,
  type VirtioDevice,
} from "./virtio.ts";
import type { Queue, Request } from "./virtio-queue.ts";

const MOUNT_TAG: u64 = 1;
const TAG_ROOM = 64;

export class Share extends Struct {
  device: VirtioDevice;
  queue: Queue;
  /** Ends in a zero. */
  tag: array<u8, typeof TAG_ROOM>;
}
const MAX_SHARES = 8;
export const shares: array<Share, typeof MAX_SHARES> = zeroed();
export let shareCount: u32 = 0;

/** The share with a tag, which ends in a zero; null: there is none. */
export function findShare(tag: ptr<u8>): ptr<Share> | null {
  for (let i: u32 = 0; i < shareCount; i++) {
    let k: usize = 0;
    while (tag[k] !== 0 && tag[k] === shares[i].tag[k]) k++;
    if (tag[k] === 0 && shares[i].tag[k] === 0) return addressOf(shares[i]);
  }
  return null;
}
/** Sends a message and sleeps until its answer is there. Gives the answer's bytes, as the device says; 0: it has failed. */
export function exchange(share: ptr<Share>, pieces: ptr<Pieces>, request: ptr<Request>): u32 {
  share.queue.send(pieces, request);
  return share.queue.await(request) ? request.written : 0;
}

/** The tag: its length in 16 bits, and as many bytes. One that is too long is cut off. */
function readTag(share: ptr<Share>): void {
  const bytes = usize(mmio<u16>(share.device.configuration).value);
  const from = mmio<u8>(share.device.configuration + 2);
  for (let i: usize = 0; i < bytes && i < TAG_ROOM - 1; i++) share.tag[i] = from[i];
}
export function initShares(): void {
  for (let i: u32 = 0; shareCount < MAX_SHARES; i++) {
    const f = findVirtio(VIRTIO_NINEP, i);
    if (f === null) return;
    const share = addressOf(shares[shareCount]);
    const device = addressOf(share.device);
    if (
      !beginVirtio(device, f, MOUNT_TAG) ||
      !setUpQueues(device, addressOf(share.queue), 1, true) ||
      share.queue.mostPieces() < MAX_PIECES
    ) {
      share.value = zeroed();
      continue;
    }
    if ((device.features & MOUNT_TAG) !== 0) readTag(share);
    startVirtio(device);
    shareCount++;
  }
}
