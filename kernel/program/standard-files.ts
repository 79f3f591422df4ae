/**
 * Descriptors 0 to 2: ports of the console, one with the program's input and output, one for its errors. Where the host's are terminals they say
 * that they are (ioctl_tty(2)); the host's terminal edits lines and echoes, so that none of its settings can be changed from here.
 */
import {
  consoleHas,
  consoleRead,
  consoleReadable,
  consoleSize,
  consoleWrite,
  setConsoleHooks,
} from "../drivers/console.ts";
import { setDescriptor, takeDescriptor } from "../fs/descriptors.ts";
import { addDevice, CONSOLE_DEVICE, TTY_DEVICE } from "../fs/devices.ts";
import { EAGAIN, EFAULT, ENOMEM, ENOTTY } from "../fs/errno.ts";
import {
  type FileOperations,
  makeFile,
  O_NONBLOCK,
  O_RDWR,
  type OpenFile,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
} from "../fs/file.ts";
import { rootName } from "../fs/mounts.ts";
import { S_IFCHR } from "../fs/node.ts";
import { dropNode } from "../fs/node-cache.ts";
import { makeUnnamed } from "../fs/ramfs.ts";
import type { Readiness } from "../fs/readiness.ts";
import type { Transfer } from "../fs/transfer.ts";
import { free, malloc } from "../memory/malloc.ts";
import { launchCount, launchNumber, launchText } from "./launch.ts";
import { copyOut } from "./user.ts";

/** Ports by their numbers: src/program/machine.ts. */
const STANDARD: u32 = 0;
const ERRORS: u32 = 1;
const PIECE: usize = 32768;
/** The three of them: /dev/pts/0 and behind. */
const TERMINAL_DEVICE: u64 = 0x8800;

const TCGETS: u64 = 0x5401;
const TCSETS: u64 = 0x5402;
const TCSETSW: u64 = 0x5403;
const TCSETSF: u64 = 0x5404;
const TIOCGWINSZ: u64 = 0x5413;
const TIOCGPGRP: u64 = 0x540f;
const TIOCSPGRP: u64 = 0x5410;

class Port extends Struct {
  number: u32;
  isTerminal: bool;
}
const ports: array<Port, 3> = zeroed();
const changes: Readiness = zeroed();

/** struct termios of the kernel: 36 bytes. */
class Settings extends Struct {
  input: u32;
  output: u32;
  control: u32;
  local: u32;
  line: u8;
  characters: array<u8, 19>;
}
static_assert(sizeof<Settings>() === 36);
/** struct winsize. */
class WindowSize extends Struct {
  rows: u16;
  columns: u16;
  width: u16;
  height: u16;
}

function portOf(file: ptr<OpenFile>): ptr<Port> {
  return cast<Port>(file.data);
}
function read(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const port = portOf(file).number;
  if (transfer.left === 0) return 0;
  if ((file.flags & O_NONBLOCK) !== 0 && !consoleReadable(port)) return -EAGAIN;
  const room = transfer.left < PIECE ? transfer.left : PIECE;
  const memory = malloc(room);
  if (memory === null) return -ENOMEM;
  let count = consoleRead(port, cast<u8>(memory), room, true);
  if (count > 0) {
    const given = transfer.give(cast<u8>(memory), usize(count));
    count = given === 0 ? -EFAULT : i64(given);
  }
  free(memory);
  return count;
}
function write(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const room = transfer.left < PIECE ? transfer.left : PIECE;
  if (room === 0) return 0;
  const memory = malloc(room);
  if (memory === null) return -ENOMEM;
  let done: i64 = 0;
  while (transfer.left > 0) {
    const taken = transfer.take(cast<u8>(memory), room);
    const status = taken === 0 ? -EFAULT : consoleWrite(portOf(file).number, cast<u8>(memory), taken);
    if (status < 0) {
      if (done === 0) done = status;
      break;
    }
    done += status;
  }
  free(memory);
  return done;
}
function poll(file: ptr<OpenFile>): u32 {
  return POLLOUT | POLLWRNORM | (consoleReadable(portOf(file).number) ? POLLIN | POLLRDNORM : 0);
}
function readiness(_file: ptr<OpenFile>): ptr<Readiness> {
  return addressOf(changes);
}
/** As a terminal has them at login: lines are edited, characters echoed, ^C and its like are signals (termios(3), stty sane). */
function settings(to: usize): i64 {
  const all: Settings = init({ input: 0x500, output: 5, control: 0xbf, local: 0x8a3b });
  const characters: array<u8, 17> = [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0];
  for (let i: usize = 0; i < 17; i++) all.characters[i] = characters[i];
  return copyOut(to, addressOf(all), sizeof<Settings>()) ? 0 : -EFAULT;
}
function control(file: ptr<OpenFile>, request: u64, argument: u64): i64 {
  if (!portOf(file).isTerminal) return -ENOTTY;
  switch (request) {
    case TCGETS:
      return settings(argument);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
    case TIOCSPGRP:
      return 0;
    case TIOCGWINSZ: {
      const told = consoleSize();
      const size: WindowSize = init({
        rows: truncate<u16>(told === 0 ? launchNumber("rows=") : told >> 32),
        columns: truncate<u16>(told === 0 ? launchNumber("columns=") : told),
      });
      return copyOut(argument, addressOf(size), sizeof<WindowSize>()) ? 0 : -EFAULT;
    }
    case TIOCGPGRP: {
      const group: u32 = 2;
      return copyOut(argument, addressOf(group), 4) ? 0 : -EFAULT;
    }
    default:
      return -ENOTTY;
  }
}
const operations: FileOperations = init({ read, write, poll, readiness, control });

function onReadable(_port: u32): void {
  changes.changed();
}
function isTerminal(descriptor: u64): bool {
  for (let i: usize = 0; i < launchCount("tty="); i++) {
    const text = launchText("tty=", i);
    if (text !== null && text[0] === u8(char("0") + descriptor)) return true;
  }
  return false;
}
/** False: there is no memory. */
export function openStandardFiles(): bool {
  const root = rootName();
  if (root === null) return false;
  setConsoleHooks(onReadable, null);
  addDevice(TTY_DEVICE, addressOf(operations), addressOf(ports[0]));
  addDevice(CONSOLE_DEVICE, addressOf(operations), addressOf(ports[0]));
  for (let i: u64 = 0; i < 3; i++) {
    ports[i].number = i === 2 && consoleHas(ERRORS) ? ERRORS : STANDARD;
    ports[i].isTerminal = isTerminal(i);
    const node = makeUnnamed(root.node.fileSystem, 0);
    if (node === null) return false;
    node.attributes.mode = S_IFCHR | 0o620;
    node.attributes.device = TERMINAL_DEVICE + i;
    addDevice(TERMINAL_DEVICE + i, addressOf(operations), addressOf(ports[i]));
    const file = makeFile(addressOf(operations), node, null, O_RDWR);
    dropNode(node);
    if (file === null) return false;
    file.data = addressOf(ports[i]);
    const number = takeDescriptor(i, false);
    if (number < 0) return false;
    setDescriptor(number, file);
  }
  return true;
}
