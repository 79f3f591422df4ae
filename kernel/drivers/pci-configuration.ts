/**
 * PCI's configuration space: in memory where the firmware says so (PCI Express 5.0 §7.2.2), else by ports 0xcf8 and 0xcfc (PCI Local Bus 3.0
 * §3.2.2.3.2), which reach 256 bytes of each function. Which functions there are is pci.ts's.
 *
 *     place:  15  bus  8 7  device  3 2  function  0
 */
import { ecamAddress, ecamFirstBus, ecamLastBus } from "../boot/mcfg.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { mapDevice } from "../vm/alias.ts";

const ADDRESS: u16 = 0xcf8;
const DATA: u16 = 0xcfc;
const ENABLE: u32 = 0x8000_0000;
/** What a function that is not there reads as. */
export const NOTHING: u32 = 0xffff_ffff;

/** Of the two ports. */
const lock: SpinLock = zeroed();

/** Where a function's registers are in memory; 0: ports reach them. */
function memoryOf(place: u32): usize {
  const bus = place >> 8;
  if (ecamAddress === 0 || bus < ecamFirstBus || bus > ecamLastBus) return 0;
  return mapDevice(ecamAddress + (usize(place) << 12), 4096);
}
/** `register`: a multiple of 4. */
export function readConfiguration(place: u32, register: u32): u32 {
  const memory = memoryOf(place);
  if (memory !== 0) return mmio<u32>(memory + usize(register)).value;
  const flags = lock.lock();
  out32(ADDRESS, ENABLE | (place << 8) | register);
  const value = in32(DATA);
  lock.unlock(flags);
  return value;
}
export function writeConfiguration(place: u32, register: u32, value: u32): void {
  const memory = memoryOf(place);
  if (memory !== 0) {
    mmio<u32>(memory + usize(register)).value = value;
    return;
  }
  const flags = lock.lock();
  out32(ADDRESS, ENABLE | (place << 8) | register);
  out32(DATA, value);
  lock.unlock(flags);
}
export function readConfiguration16(place: u32, register: u32): u32 {
  return (readConfiguration(place, register & ~u32(3)) >> ((register & 2) * 8)) & 0xffff;
}
export function readConfiguration8(place: u32, register: u32): u32 {
  return (readConfiguration(place, register & ~u32(3)) >> ((register & 3) * 8)) & 0xff;
}
