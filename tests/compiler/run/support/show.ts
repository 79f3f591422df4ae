// Bytes as hexadecimal digits, and numbers with a space behind them.
import { print, printChar, printI64, printU64 } from "../../../../kernel/lib/linux.ts";

const DIGITS = "0123456789abcdef";

/** Two digits each, without spaces. */
export function showBytes(from: ptr<unknown>, count: usize): void {
  const bytes = cast<u8>(from);
  for (let i: usize = 0; i < count; i++) {
    printChar(DIGITS[bytes[i] >> 4]);
    printChar(DIGITS[bytes[i] & 15]);
  }
}
export function showU64(value: u64): void {
  printU64(value);
  print(" ");
}
export function showI64(value: i64): void {
  printI64(value);
  print(" ");
}
export function showLine(): void {
  print("\n");
}
