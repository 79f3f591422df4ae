/** Registers of the calling processor's local APIC: MSRs if it is an x2APIC, else a page of memory. SDM vol. 3 §11.4.1, §11.12.1. */
import { Area, inArea } from "../memory/address.ts";
import { readMsr, writeMsr } from "./instructions.ts";

/** Registers by their offset in the page; the MSR is 0x800 + offset / 16. */
/** @base u32 */
export enum Register {
  Id = 0x20,
  TaskPriority = 0x80,
  EndOfInterrupt = 0xb0,
  SpuriousVector = 0xf0,
  ErrorStatus = 0x280,
  Command = 0x300,
  CommandHigh = 0x310,
  TimerVector = 0x320,
  ThermalVector = 0x330,
  CounterVector = 0x340,
  Line0 = 0x350,
  Line1 = 0x360,
  ErrorVector = 0x370,
  InitialCount = 0x380,
  CurrentCount = 0x390,
  Divide = 0x3e0,
}
const FIRST_MSR: u32 = 0x800;
/** Of the page, below 4 GiB. */
const DEFAULT_ADDRESS: usize = 0xfee0_0000;
let physical: usize = DEFAULT_ADDRESS;
export let isX2: bool = false;

/** Whether registers are MSRs; set by `initApic`. */
export function setX2(x2: bool): void {
  isX2 = x2;
}
/** Where the firmware says that the page is, below 4 GiB; before `initApic`. */
export function setApicAddress(at: usize): void {
  if (at !== 0) physical = at;
}
export function readApic(register: Register): u32 {
  if (isX2) return truncate<u32>(readMsr(FIRST_MSR + (u32(register) >> 4)));
  return mmio<u32>(inArea(Area.Device, physical) + usize(u32(register))).value;
}
export function writeApic(register: Register, value: u32): void {
  if (isX2) writeMsr(FIRST_MSR + (u32(register) >> 4), u64(value));
  else mmio<u32>(inArea(Area.Device, physical) + usize(u32(register))).value = value;
}
/** Commands of x2APICs are one register of 64 bits. */
export function writeCommand(value: u64): void {
  writeMsr(FIRST_MSR + (u32(Register.Command) >> 4), value);
}
