/**
 * Virtio devices on PCI, by the modern interface alone (virtio 1.2 §§3, 4.1): finding them, agreeing on features, queues, interrupts. One
 * vector for what queues have done, one for changes of configuration; a function without MSI-X is asked every millisecond instead. A
 * device that asks for a reset gets one, and stays out of use: what was asked of it has failed.
 */
import { takeDeviceVector } from "../arch/interrupts.ts";
import { physicalOf } from "../memory/address.ts";
import { sleep } from "../thread/sleep.ts";
import { spawn, type ThreadOptions } from "../thread/spawn.ts";
import { MILLISECOND } from "../thread/time.ts";
import { mapDevice } from "../vm/alias.ts";
import { enableMsix, setMessage } from "./msix.ts";
import {
  barAddress,
  capabilityBehind,
  enableFunction,
  firstCapability,
  MOST_CAPABILITIES,
  type PciFunction,
  pciCount,
  pciFunctions,
} from "./pci.ts";
import { readConfiguration, readConfiguration8 } from "./pci-configuration.ts";
import type { Queue } from "./virtio-queue.ts";

/** Types (§5). */
export const VIRTIO_BLOCK: u32 = 2;
export const VIRTIO_CONSOLE: u32 = 3;
export const VIRTIO_ENTROPY: u32 = 4;
export const VIRTIO_NINEP: u32 = 9;

const VENDOR: u32 = 0x1af4;
/** Devices that also have the legacy interface say their type elsewhere. */
const FIRST_TRANSITIONAL: u32 = 0x1000;
const FIRST_MODERN: u32 = 0x1040;
const LAST_MODERN: u32 = 0x107f;

/** struct virtio_pci_common_cfg (§4.1.4.3). */
class Common extends Struct {
  deviceFeatureSelect: u32;
  deviceFeature: u32;
  driverFeatureSelect: u32;
  driverFeature: u32;
  configurationVector: u16;
  queues: u16;
  status: u8;
  generation: u8;
  queueSelect: u16;
  queueSize: u16;
  queueVector: u16;
  queueEnable: u16;
  queueNotify: u16;
  descriptorsLow: u32;
  descriptorsHigh: u32;
  driverLow: u32;
  driverHigh: u32;
  deviceLow: u32;
  deviceHigh: u32;
}
/** Device status (§2.1). */
const ACKNOWLEDGE: u8 = 1;
const DRIVER: u8 = 2;
const DRIVER_OK: u8 = 4;
const FEATURES_OK: u8 = 8;
const NEEDS_RESET: u8 = 64;
const FAILED: u8 = 128;
/** Features of transport and rings (§6). */
const INDIRECT: u64 = 1 << 28;
const EVENT_INDEX: u64 = 1 << 29;
const VERSION_1: u64 = 1 << 32;

/** A vendor capability's fields (§4.1.4). */
const VENDOR_CAPABILITY: u32 = 9;
/** From this bit of its first word up. */
const CAPABILITY_TYPE: u32 = 24;
const CAPABILITY_BAR: u32 = 4;
const CAPABILITY_OFFSET: u32 = 8;
const CAPABILITY_BYTES: u32 = 12;
const CAPABILITY_EXTRA: u32 = 16;
const COMMON_REGISTERS: u32 = 1;
const NOTIFY_REGISTERS: u32 = 2;
const DEVICE_REGISTERS: u32 = 4;

const NO_VECTOR: u16 = 0xffff;
const LARGEST_QUEUE: u16 = 128;
/** Entries of the MSI-X table. */
const CONFIGURATION_ENTRY: u16 = 0;
const QUEUES_ENTRY: u16 = 1;

export class VirtioDevice extends Struct {
  function: ptr<PciFunction>;
  type: u32;
  common: mmio<Common>;
  notify: usize;
  notifyMultiplier: u32;
  /** Linear, of the device's own registers; 0: it has none. */
  configuration: usize;
  features: u64;
  /** Whether it has vectors of its own. */
  interrupts: bool;
  broken: bool;
  queues: ptr<Queue>;
  queueCount: u32;
  /** Called when its configuration has changed, interrupts off. */
  changed: fn<(device: ptr<VirtioDevice>) => void> | null;
  /** Its driver's own. */
  data: ptr<unknown> | null;
  nextPolled: ptr<VirtioDevice> | null;
}

function typeOf(f: ptr<PciFunction>): u32 {
  if (f.vendor !== VENDOR) return 0;
  if (f.device >= FIRST_MODERN && f.device <= LAST_MODERN) return f.device - FIRST_MODERN;
  return f.device >= FIRST_TRANSITIONAL && f.device < FIRST_MODERN ? f.subsystemDevice : 0;
}
/** The function number `index` of all that are virtio devices of a type; null: there are not so many. */
export function findVirtio(type: u32, index: u32): ptr<PciFunction> | null {
  let found: u32 = 0;
  for (let i: usize = 0; i < pciCount; i++) {
    const f = addressOf(pciFunctions[i]);
    if (typeOf(f) !== type) continue;
    if (found === index) return f;
    found++;
  }
  return null;
}
/** Linear, of the registers that a capability tells of; 0: they are not there, or it is not. */
function registers(place: u32, at: u32, bytes: usize): usize {
  if (at === 0) return 0;
  const bar = barAddress(place, readConfiguration8(place, at + CAPABILITY_BAR));
  const there = usize(readConfiguration(place, at + CAPABILITY_BYTES));
  if (bar === 0 || there < bytes) return 0;
  return mapDevice(bar + usize(readConfiguration(place, at + CAPABILITY_OFFSET)), there);
}
/** Where the first capability for registers of a kind is; 0: there is none. */
function capability(place: u32, kind: u32): u32 {
  let at = firstCapability(place);
  for (let i: u32 = 0; at !== 0 && i < MOST_CAPABILITIES; i++) {
    const head = readConfiguration(place, at);
    if ((head & 0xff) === VENDOR_CAPABILITY && head >> CAPABILITY_TYPE === kind) return at;
    at = capabilityBehind(head);
  }
  return 0;
}

/**
 * Resets the device and agrees on features: those of `wanted` that it has, and the rings'. False: it cannot be driven. `device` is zeroed
 * and lies still from here on.
 */
export function beginVirtio(device: ptr<VirtioDevice>, f: ptr<PciFunction>, wanted: u64): bool {
  const place = f.place;
  enableFunction(place);
  const common = registers(place, capability(place, COMMON_REGISTERS), sizeof<Common>());
  const notify = capability(place, NOTIFY_REGISTERS);
  device.notify = registers(place, notify, 2);
  if (common === 0 || device.notify === 0) return false;
  device.function = f;
  device.type = typeOf(f);
  device.common = mmio<Common>(common);
  device.notifyMultiplier = readConfiguration(place, notify + CAPABILITY_EXTRA);
  device.configuration = registers(place, capability(place, DEVICE_REGISTERS), 0);
  resetVirtio(device);
  device.common.status = ACKNOWLEDGE;
  device.common.status = ACKNOWLEDGE | DRIVER;
  device.features = offered(device) & (wanted | VERSION_1 | EVENT_INDEX | INDIRECT);
  if ((device.features & VERSION_1) === 0 || !accept(device)) {
    device.common.status |= FAILED;
    return false;
  }
  takeVectors(device);
  return true;
}
function resetVirtio(device: ptr<VirtioDevice>): void {
  device.common.status = 0;
  while (device.common.status !== 0) pause();
}
function offered(device: ptr<VirtioDevice>): u64 {
  device.common.deviceFeatureSelect = 0;
  const low = device.common.deviceFeature;
  device.common.deviceFeatureSelect = 1;
  return (u64(device.common.deviceFeature) << 32) | u64(low);
}
function accept(device: ptr<VirtioDevice>): bool {
  const common = device.common;
  common.driverFeatureSelect = 0;
  common.driverFeature = truncate<u32>(device.features);
  common.driverFeatureSelect = 1;
  common.driverFeature = truncate<u32>(device.features >> 32);
  common.status |= FEATURES_OK;
  return (common.status & FEATURES_OK) !== 0;
}
/** Interrupts go to the first processor. */
function takeVectors(device: ptr<VirtioDevice>): void {
  const place = device.function.place;
  const messages = enableMsix(place, 2);
  if (messages === 0) return;
  const queues = takeDeviceVector(serveQueues, device);
  const configuration = takeDeviceVector(serveConfiguration, device);
  if (queues === 0 || configuration === 0) return;
  setMessage(messages, u32(CONFIGURATION_ENTRY), 0, configuration);
  setMessage(messages, u32(QUEUES_ENTRY), 0, queues);
  device.common.configurationVector = CONFIGURATION_ENTRY;
  device.interrupts = device.common.configurationVector !== NO_VECTOR;
}
/** How many queues it has. */
export function queuesOf(device: ptr<VirtioDevice>): u32 {
  return u32(device.common.queues);
}
/**
 * Sets up the first `count` queues, which are zeroed and the device's from now on. `indirect`: their requests have many pieces. False: there
 * are not so many, or no memory.
 */
export function setUpQueues(device: ptr<VirtioDevice>, queues: ptr<Queue>, count: u32, indirect: bool): bool {
  if (queuesOf(device) < count) return false;
  for (let i: u32 = 0; i < count; i++) if (!setUpQueue(device, queues.offset(i), i, indirect)) return false;
  device.queues = queues;
  device.queueCount = count;
  return true;
}
function setUpQueue(device: ptr<VirtioDevice>, queue: ptr<Queue>, index: u32, indirect: bool): bool {
  const common = device.common;
  common.queueSelect = truncate<u16>(index);
  const most = common.queueSize;
  if (most === 0) return false;
  const size = most < LARGEST_QUEUE ? most : LARGEST_QUEUE;
  const useTables = indirect && (device.features & INDIRECT) !== 0;
  if (!queue.prepare(index, size, (device.features & EVENT_INDEX) !== 0, useTables)) return false;
  common.queueSize = size;
  if (device.interrupts) common.queueVector = QUEUES_ENTRY;
  const descriptors = physicalOf(address(queue.descriptors));
  common.descriptorsLow = truncate<u32>(descriptors);
  common.descriptorsHigh = truncate<u32>(descriptors >> 32);
  const driver = physicalOf(address(queue.driver));
  common.driverLow = truncate<u32>(driver);
  common.driverHigh = truncate<u32>(driver >> 32);
  const ring = physicalOf(address(queue.deviceHeader));
  common.deviceLow = truncate<u32>(ring);
  common.deviceHigh = truncate<u32>(ring >> 32);
  queue.notifyAt = device.notify + usize(common.queueNotify) * usize(device.notifyMultiplier);
  common.queueEnable = 1;
  return true;
}
/** From here on the device works. */
export function startVirtio(device: ptr<VirtioDevice>): void {
  device.common.status |= DRIVER_OK;
  if (!device.interrupts) poll(device);
  // From the first request on, where a queue always interrupts.
  serveQueues(device);
}

function serveQueues(argument: ptr<unknown>): void {
  const device = cast<VirtioDevice>(argument);
  for (let i: u32 = 0; i < device.queueCount; i++) device.queues[i].serve();
}
function serveConfiguration(argument: ptr<unknown>): void {
  const device = cast<VirtioDevice>(argument);
  if (device.broken) return;
  if ((device.common.status & NEEDS_RESET) !== 0) {
    breakVirtio(device);
    return;
  }
  const changed = device.changed;
  if (changed !== null) changed(device);
}
/** Resets a device for good: all that was asked of it fails. */
export function breakVirtio(device: ptr<VirtioDevice>): void {
  device.broken = true;
  resetVirtio(device);
  for (let i: u32 = 0; i < device.queueCount; i++) {
    const queue = addressOf(device.queues[i]);
    const flags = queue.waiters.lock.lock();
    queue.drain();
    queue.fail();
    queue.waiters.unlock(flags);
  }
}

// -------------------------------------------------------------------------------------------- without MSI-X

let polled: ptr<VirtioDevice> | null = null;

function poll(device: ptr<VirtioDevice>): void {
  const options: ThreadOptions = init({ detached: true });
  const before = polled;
  device.nextPolled = before;
  polled = device;
  if (before === null) spawn("virtio", pollAll, device, addressOf(options));
}
function pollAll(_argument: ptr<unknown>): void {
  for (;;) {
    for (let device = polled; device !== null; device = device.nextPolled) {
      serveQueues(device);
      serveConfiguration(device);
    }
    sleep(MILLISECOND);
  }
}
