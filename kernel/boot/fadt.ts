/**
 * The fixed ACPI description table (ACPI 6.5 §5.2.9): where the registers are with which the machine sleeps, is reset and tells time.
 * What to write for S5 is in AML, in the package \_S5; it is found by its bytes, as long as nobody here interprets AML.
 */
import { findTable, HEADER_SIZE, signature, tableAt } from "./acpi.ts";

/** A generic address (§5.2.3.2). */
/** @packed */
export class GenericAddress extends Struct {
  space: u8;
  width: u8;
  shift: u8;
  access: u8;
  address: u64;
}
export const SPACE_MEMORY: u8 = 0;
export const SPACE_IO: u8 = 1;

/** @packed */
class Fadt extends Struct {
  dsdt: at<40, u32>;
  smiCommand: at<48, u32>;
  acpiEnable: at<52, u8>;
  pm1aControl: at<64, u32>;
  pm1bControl: at<68, u32>;
  pmTimer: at<76, u32>;
  pm1ControlLength: at<89, u8>;
  pmTimerLength: at<91, u8>;
  flags: at<112, u32>;
  reset: at<116, GenericAddress>;
  resetValue: at<128, u8>;
  wideDsdt: at<140, u64>;
  widePm1aControl: at<172, GenericAddress>;
  widePm1bControl: at<184, GenericAddress>;
  widePmTimer: at<208, GenericAddress>;
  sleepControl: at<244, GenericAddress>;
}
static_assert(offsetof<Fadt>("sleepControl") === 244);

const WIDE_TIMER: u32 = 1 << 8;
const HAS_RESET: u32 = 1 << 10;
const REDUCED_HARDWARE: u32 = 1 << 20;

/** What is known of the machine's fixed hardware; ports of 0 and addresses of space 0 at 0 are not there. */
export class FixedHardware extends Struct {
  smiCommand: u16;
  acpiEnable: u8;
  pm1aControl: u16;
  pm1bControl: u16;
  pmTimer: u16;
  pmTimerWide: bool;
  reset: GenericAddress;
  resetValue: u8;
  /** Instead of PM1, on machines without it. */
  sleepControl: GenericAddress;
  hasS5: bool;
  /** SLP_TYP of S5 for PM1a and PM1b. */
  s5a: u8;
  s5b: u8;
}
export const fixed: FixedHardware = zeroed();

/** AML (§20.2): what is between a name and its package's elements. */
const NAME_OP: u8 = 0x08;
const ROOT: u8 = 0x5c;
const PACKAGE_OP: u8 = 0x12;
const BYTE_PREFIX: u8 = 0x0a;
const WORD_PREFIX: u8 = 0x0b;
/** ZeroOp, OneOp: constants are themselves. */
const ONE_OP: u8 = 1;

class Cursor extends Struct {
  at: usize;
  good: bool;

  byte(): u8 {
    const byte = pointer<u8>(this.at).value;
    this.at++;
    return byte;
  }
  /** A small constant. */
  constant(): u8 {
    const first = this.byte();
    if (first <= ONE_OP) return first;
    if (first === BYTE_PREFIX) return this.byte();
    if (first === WORD_PREFIX) {
      const low = this.byte();
      this.byte();
      return low;
    }
    this.good = false;
    return 0;
  }
}
/** The package behind the name at `at`: PkgLength, NumElements, then SLP_TYP for PM1a and PM1b. */
function readS5(at: usize): bool {
  const cursor: Cursor = init({ at: at + 4, good: true });
  if (cursor.byte() !== PACKAGE_OP) return false;
  // The first byte of PkgLength says how many follow.
  const more = cursor.byte() >> 6;
  cursor.at += usize(more);
  const elements = cursor.byte();
  if (elements === 0) return false;
  fixed.s5a = cursor.constant();
  fixed.s5b = elements > 1 ? cursor.constant() : fixed.s5a;
  return cursor.good;
}
/** `start`, `end`: of AML. */
function findS5(start: usize, end: usize): bool {
  const name = signature("_S5_");
  for (let at = start + 1; at + 10 <= end; at++) {
    if (pointer<u32>(at).value !== name) continue;
    const before = pointer<u8>(at - 1).value;
    const named = before === NAME_OP || (before === ROOT && pointer<u8>(at - 2).value === NAME_OP);
    if (named && readS5(at)) return true;
  }
  return false;
}

/** The wide field counts if it is there and is a port. */
function port(narrow: u32, wide: GenericAddress, hasWide: bool): u16 {
  return hasWide && wide.space === SPACE_IO && wide.address !== 0
    ? truncate<u16>(wide.address)
    : truncate<u16>(narrow);
}
export function readFadt(): void {
  const table = findTable(signature("FACP"));
  if (table === null) return;
  const fadt = cast<Fadt>(table);
  const length = usize(table.length);
  const isWide = length >= offsetof<Fadt>("sleepControl");
  if (length < offsetof<Fadt>("reset")) return;
  fixed.smiCommand = truncate<u16>(fadt.smiCommand);
  fixed.acpiEnable = fadt.acpiEnable;
  if ((fadt.flags & REDUCED_HARDWARE) === 0) {
    fixed.pm1aControl = port(fadt.pm1aControl, fadt.widePm1aControl, isWide);
    fixed.pm1bControl = port(fadt.pm1bControl, fadt.widePm1bControl, isWide);
    if (fadt.pmTimerLength === 4) fixed.pmTimer = port(fadt.pmTimer, fadt.widePmTimer, isWide);
    fixed.pmTimerWide = (fadt.flags & WIDE_TIMER) !== 0;
  } else if (length >= offsetof<Fadt>("sleepControl") + sizeof<GenericAddress>())
    fixed.sleepControl = fadt.sleepControl;
  if ((fadt.flags & HAS_RESET) !== 0 && length > offsetof<Fadt>("resetValue")) {
    fixed.reset = fadt.reset;
    fixed.resetValue = fadt.resetValue;
  }
  const wideDsdt = length >= offsetof<Fadt>("widePm1aControl") ? fadt.wideDsdt : 0;
  const dsdt = tableAt(wideDsdt !== 0 ? wideDsdt : usize(fadt.dsdt));
  if (dsdt !== null) fixed.hasS5 = findS5(address(dsdt) + HEADER_SIZE, address(dsdt) + usize(dsdt.length));
}
