/**
 * The virtio console with several ports (virtio 1.2 §5.3): bytes out and in by port number, the end of input, the size of its window. A
 * console without VIRTIO_CONSOLE_F_MULTIPORT has port 0 alone. What is written to a port that is not there is lost, as with a line that nobody
 * has plugged in; reading from it is the end of file.
 */
import { EINTR, EIO } from "../fs/errno.ts";
import { Area, inArea, NONE, PAGE_SIZE } from "../memory/address.ts";
import { allocatePage } from "../memory/physical.ts";
import type { Mutex } from "../thread/mutex.ts";
import { sleep } from "../thread/sleep.ts";
import { deadlineAfter, FOREVER, MICROSECOND, MILLISECOND, nanoseconds } from "../thread/time.ts";
import { WaitEnd, type WaitQueue } from "../thread/wait-queue.ts";
import type { Pieces } from "./dma.ts";
import {
  beginVirtio,
  findVirtio,
  queuesOf,
  setUpQueues,
  startVirtio,
  VIRTIO_CONSOLE,
  type VirtioDevice,
} from "./virtio.ts";
import type { Queue, Request } from "./virtio-queue.ts";

export const MAX_PORTS = 4;
/** Two for each port, and two for control messages. */
const MAX_QUEUES = 10;
static_assert(MAX_QUEUES === 2 * MAX_PORTS + 2);
const CONTROL_IN: u32 = 2;
const CONTROL_OUT: u32 = 3;

const HAS_SIZE: u64 = 1;
const MULTIPORT: u64 = 2;
/** Events of control messages (§5.3.6.2). */
const DEVICE_READY: u16 = 0;
const PORT_ADD: u16 = 1;
const PORT_REMOVE: u16 = 2;
const PORT_READY: u16 = 3;
const RESIZE: u16 = 5;
const PORT_OPEN: u16 = 6;

class Configuration extends Struct {
  columns: u16;
  rows: u16;
  ports: u32;
}
class Control extends Struct {
  port: u32;
  event: u16;
  value16: u16;
  /** Of RESIZE; else there may be a name. */
  first: u16;
  second: u16;
}
const CONTROL_BYTES: usize = 8;

/** Input that waits: a page that the device fills, and how far it has been read. */
class Input extends Struct {
  request: Request;
  port: ptr<Port>;
  bytes: ptr<u8>;
  read: u32;
  next: ptr<Input> | null;
}
const INPUTS = 4;
class Port extends Struct {
  number: u32;
  /** The host has it. */
  there: bool;
  /** The host has closed its end: what has come is the last. */
  ended: bool;
  inputs: array<Input, typeof INPUTS>;
  /** Its lock guards the list of filled inputs; who reads waits here. */
  readers: WaitQueue;
  first: ptr<Input> | null;
  last: ptr<Input> | null;
  /** One writer at a time, so that what it writes stays together. */
  writers: Mutex;
}
/** Control messages from the host, each with room for one. */
const CONTROLS = 16;
class ControlInput extends Struct {
  request: Request;
  message: Control;
  /** Of a port's name, which is not kept. */
  name: array<u8, 64>;
}
/** Ours: for each port ready and open, and the device's. */
const ANSWERS = 9;
static_assert(ANSWERS === 2 * MAX_PORTS + 1);
class ControlOutput extends Struct {
  request: Request;
  message: Control;
}

const device: VirtioDevice = zeroed();
const queues: array<Queue, typeof MAX_QUEUES> = zeroed();
const ports: array<Port, typeof MAX_PORTS> = zeroed();
const controls: array<ControlInput, typeof CONTROLS> = zeroed();
const answers: array<ControlOutput, typeof ANSWERS> = zeroed();
let present: bool = false;
let multiport: bool = false;
let columns: u32 = 0;
let rows: u32 = 0;
/** Called with interrupts off when a port can be read, its input has ended, or the window's size has changed. */
type PortChanged = fn<(port: u32) => void>;
let onReadable: PortChanged | null = null;
let onResize: PortChanged | null = null;

function inputQueue(port: u32): ptr<Queue> {
  return addressOf(queues[port === 0 ? 0 : 2 + 2 * port]);
}
function outputQueue(port: u32): ptr<Queue> {
  return inputQueue(port).offset(1);
}

// --------------------------------------------------------------------------------------------------- control

function tell(answer: u32, port: u32, event: u16, value: u16): void {
  const output = addressOf(answers[answer]);
  output.message = { port, event, value16: value, first: 0, second: 0 };
  output.request = zeroed();
  output.request.finished = ignore;
  const pieces: Pieces = zeroed();
  pieces.addReadable(addressOf(output.message), CONTROL_BYTES);
  queues[CONTROL_OUT].submit(addressOf(pieces), addressOf(output.request));
}
function ignore(_request: ptr<Request>): void {}
function obey(message: ptr<Control>, written: u32): void {
  if (message.port >= MAX_PORTS) return;
  const port = addressOf(ports[message.port]);
  switch (message.event) {
    case PORT_ADD:
      if (port.there) return;
      port.there = true;
      tell(1 + 2 * port.number, port.number, PORT_READY, 1);
      tell(2 + 2 * port.number, port.number, PORT_OPEN, 1);
      break;
    case PORT_REMOVE:
      port.there = false;
      setEnded(port, true);
      break;
    case PORT_OPEN:
      setEnded(port, message.value16 === 0);
      break;
    case RESIZE:
      if (message.port === 0 && written >= 12) setSize(u32(message.first), u32(message.second));
      break;
  }
}
function setEnded(port: ptr<Port>, ended: bool): void {
  // What came before the end is told of first.
  if (ended) inputQueue(port.number).serve();
  const flags = port.readers.lock.lock();
  port.ended = ended;
  port.readers.wakeAll();
  port.readers.unlock(flags);
  if (onReadable !== null) onReadable(port.number);
}
function setSize(newColumns: u32, newRows: u32): void {
  if (newColumns === columns && newRows === rows) return;
  columns = newColumns;
  rows = newRows;
  if (onResize !== null) onResize(0);
}
function readSize(): void {
  if ((device.features & HAS_SIZE) === 0) return;
  const configuration = mmio<Configuration>(device.configuration);
  setSize(u32(configuration.columns), u32(configuration.rows));
}
function controlCame(request: ptr<Request>): void {
  const input = pointer<ControlInput>(address(request) - offsetof<ControlInput>("request"));
  if (request.failed) return;
  if (request.written >= u32(CONTROL_BYTES)) obey(addressOf(input.message), request.written);
  postControl(input);
}
/** With the control queue's lock held, or nobody else there yet. */
function postControl(input: ptr<ControlInput>): void {
  input.request = zeroed();
  input.request.finished = controlCame;
  const pieces: Pieces = zeroed();
  pieces.addWritable(addressOf(input.message), sizeof<Control>() + 64);
  const queue = addressOf(queues[CONTROL_IN]);
  if (queue.put(addressOf(pieces), addressOf(input.request))) queue.notify();
}

// ----------------------------------------------------------------------------------------------------- input

function inputCame(request: ptr<Request>): void {
  const input = pointer<Input>(address(request) - offsetof<Input>("request"));
  const port = input.port;
  const flags = port.readers.lock.lock();
  if (request.failed) port.ended = true;
  else {
    input.read = 0;
    input.next = null;
    if (port.last === null) port.first = input;
    else port.last.next = input;
    port.last = input;
  }
  port.readers.wakeAll();
  port.readers.unlock(flags);
  if (onReadable !== null) onReadable(port.number);
}
function postInput(input: ptr<Input>): void {
  input.request = zeroed();
  input.request.finished = inputCame;
  const pieces: Pieces = zeroed();
  pieces.addWritable(input.bytes, PAGE_SIZE);
  inputQueue(input.port.number).submit(addressOf(pieces), addressOf(input.request));
}
/** Takes what has come, at most `count` bytes; the lock is held. An input that is empty then is left in `emptied`. */
function take(port: ptr<Port>, to: ptr<u8>, count: usize, emptied: ptr<ptr<Input> | null>): usize {
  const input = port.first;
  if (input === null) return 0;
  const left = usize(input.request.written - input.read);
  const bytes = left < count ? left : count;
  memcpy(to, input.bytes.offset(u64(input.read)), bytes);
  input.read += u32(bytes);
  if (input.read < input.request.written) return bytes;
  port.first = input.next;
  if (input.next === null) port.last = null;
  emptied.value = input;
  return bytes;
}
/**
 * Sleeps until there is input, and gives at most `count` bytes of it; 0: its end. -EINTR only if `interruptible`.
 */
export function consoleRead(port: u32, to: ptr<u8>, count: usize, interruptible: bool): i64 {
  if (!consoleHas(port) || count === 0) return 0;
  const from = addressOf(ports[port]);
  for (;;) {
    let emptied: ptr<Input> | null = null;
    const flags = from.readers.lock.lock();
    while (from.first === null && !from.ended) {
      if (!interruptible) from.readers.wait(FOREVER);
      else if (from.readers.waitInterruptibly(FOREVER) === WaitEnd.Interrupted) {
        from.readers.unlock(flags);
        return -EINTR;
      }
    }
    const atEnd = from.first === null;
    const bytes = take(from, to, count, addressOf(emptied));
    from.readers.unlock(flags);
    if (emptied !== null) postInput(emptied);
    if (bytes !== 0 || atEnd) return i64(bytes);
  }
}
/** Whether `consoleRead` would not wait. */
export function consoleReadable(port: u32): bool {
  if (!consoleHas(port)) return true;
  const from = addressOf(ports[port]);
  const flags = from.readers.lock.lock();
  const readable = from.first !== null || from.ended;
  from.readers.unlock(flags);
  return readable;
}

// ---------------------------------------------------------------------------------------------------- output

/** Sleeps until the host has all of it. Gives `count`, or -EIO. */
export function consoleWrite(port: u32, from: ptr<u8>, count: usize): i64 {
  if (!consoleHas(port)) return i64(count);
  const to = addressOf(ports[port]);
  const queue = outputQueue(port);
  to.writers.lock();
  let failed = false;
  for (let done: usize = 0; done < count && !failed; ) {
    const pieces: Pieces = zeroed();
    const request: Request = zeroed();
    done += pieces.addReadableUpTo(queue.mostPieces(), from.offset(done), count - done);
    queue.send(addressOf(pieces), addressOf(request));
    failed = !queue.await(addressOf(request));
  }
  to.writers.unlock();
  return failed ? -EIO : i64(count);
}

// ------------------------------------------------------------------------------------------------------- all

/** Whether there is such a port. */
export function consoleHas(port: u32): bool {
  return present && port < MAX_PORTS && ports[port].there;
}
/** Characters of the window: columns in the low half, rows in the high one; 0: nobody knows. */
export function consoleSize(): u64 {
  return (u64(rows) << 32) | u64(columns);
}
/** What is called, with interrupts off, when a port may have become readable, and when the window's size has changed. */
export function setConsoleHooks(readable: PortChanged | null, resized: PortChanged | null): void {
  onReadable = readable;
  onResize = resized;
}

function configurationChanged(_device: ptr<VirtioDevice>): void {
  readSize();
}
function preparePort(port: ptr<Port>, number: u32): bool {
  port.number = number;
  for (let i: usize = 0; i < INPUTS; i++) {
    const page = allocatePage();
    if (page === NONE) return false;
    const input = addressOf(port.inputs[i]);
    input.port = port;
    input.bytes = pointer<u8>(inArea(Area.Mempool, page));
  }
  inputQueue(number).always = true;
  return true;
}
/** How long the host may take to name its ports. */
const PATIENCE: u64 = 100 * MILLISECOND;
function awaitPorts(count: u32): void {
  const deadline = deadlineAfter(PATIENCE);
  for (;;) {
    let there: u32 = 0;
    queues[CONTROL_IN].serve();
    for (let i: u32 = 0; i < count; i++) if (ports[i].there) there++;
    if (there === count || nanoseconds() >= deadline) return;
    sleep(10 * MICROSECOND);
  }
}
/** The first console there is; false: there is none that can be driven. */
export function initConsole(): bool {
  const f = findVirtio(VIRTIO_CONSOLE, 0);
  if (f === null || !beginVirtio(addressOf(device), f, HAS_SIZE | MULTIPORT)) return false;
  multiport = (device.features & MULTIPORT) !== 0;
  const all = multiport ? (queuesOf(addressOf(device)) - 2) / 2 : 1;
  const count: u32 = all < MAX_PORTS ? all : MAX_PORTS;
  const queueCount = multiport ? 2 * count + 2 : 2;
  if (!setUpQueues(addressOf(device), addressOf(queues[0]), queueCount, false)) return false;
  for (let i: u32 = 0; i < count; i++) if (!preparePort(addressOf(ports[i]), i)) return false;
  device.changed = configurationChanged;
  queues[CONTROL_IN].always = true;
  startVirtio(addressOf(device));
  for (let i: u32 = 0; i < count; i++)
    for (let k: usize = 0; k < INPUTS; k++) postInput(addressOf(ports[i].inputs[k]));
  present = true;
  readSize();
  if (!multiport) {
    ports[0].there = true;
    return true;
  }
  for (let i: usize = 0; i < CONTROLS; i++) postControl(addressOf(controls[i]));
  tell(0, 0, DEVICE_READY, 1);
  awaitPorts(count);
  return true;
}
