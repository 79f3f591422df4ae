/**
 * I/O APICs: inputs of devices to vectors of processors (Intel 82093AA data sheet). All inputs are masked until they are routed.
 * Inputs are numbered through, as ACPI does (global system interrupts).
 */
import { Area, inArea } from "../memory/address.ts";
import { cpus } from "./cpu.ts";
import { restoreInterrupts, saveInterrupts } from "./instructions.ts";

const SELECT: usize = 0;
const WINDOW: usize = 0x10;
/** Registers. */
const VERSION: u32 = 1;
const REDIRECTION: u32 = 0x10;
/** Of a redirection's low word: masked, level-triggered, active low. */
const MASKED: u32 = 0x1_0000;
const LEVEL: u32 = 0x8000;
const ACTIVE_LOW: u32 = 0x2000;

const MAX_IO_APICS = 8;
class IoApic extends Struct {
  physical: usize;
  first: u32;
  inputs: u32;

  read(register: u32): u32 {
    mmio<u32>(inArea(Area.Device, this.physical + SELECT)).value = register;
    return mmio<u32>(inArea(Area.Device, this.physical + WINDOW)).value;
  }
  write(register: u32, value: u32): void {
    mmio<u32>(inArea(Area.Device, this.physical + SELECT)).value = register;
    mmio<u32>(inArea(Area.Device, this.physical + WINDOW)).value = value;
  }
}
const ioApics: array<IoApic, typeof MAX_IO_APICS> = zeroed();
let count: usize = 0;

/** Below 4 GiB. Its registers are not touched yet. */
export function addIoApic(physical: usize, firstInterrupt: u32): void {
  if (count === ioApics.length) return;
  ioApics[count] = init({ physical, first: firstInterrupt });
  count++;
}
/** Masks all inputs. */
export function initIoApics(): void {
  for (let i: usize = 0; i < count; i++) {
    const io = addressOf(ioApics[i]);
    io.inputs = ((io.read(VERSION) >> 16) & 0xff) + 1;
    for (let input: u32 = 0; input < io.inputs; input++) io.write(REDIRECTION + 2 * input, MASKED);
  }
}
function find(interrupt: u32): ptr<IoApic> | null {
  for (let i: usize = 0; i < count; i++) {
    const io = addressOf(ioApics[i]);
    if (interrupt >= io.first && interrupt - io.first < io.inputs) return io;
  }
  return null;
}
/** An input goes to a vector of a processor that is up. False: no I/O APIC has that input. */
export function routeInput(interrupt: u32, vector: u32, cpu: u32, activeLow: bool, level: bool): bool {
  const io = find(interrupt);
  if (io === null) return false;
  const register = REDIRECTION + 2 * (interrupt - io.first);
  const flags = saveInterrupts();
  io.write(register, MASKED);
  io.write(register + 1, cpus[cpu].apicId << 24);
  io.write(register, vector | (activeLow ? ACTIVE_LOW : 0) | (level ? LEVEL : 0));
  restoreInterrupts(flags);
  return true;
}
export function maskInput(interrupt: u32): void {
  const io = find(interrupt);
  if (io !== null) io.write(REDIRECTION + 2 * (interrupt - io.first), MASKED);
}
