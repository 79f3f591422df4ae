// Tables of structures with texts and functions, as drivers have.
// expect: open null ok
// expect: open serial ok
// expect: none: disk
import { print } from "../../../kernel/lib/linux.ts";

class Driver extends Struct {
  name: ptr<u8>;
  open: fn<(unit: u32) => bool>;
}
function openNull(unit: u32): bool {
  return unit === 0;
}
function openSerial(unit: u32): bool {
  return unit < 4;
}
const drivers: array<Driver, 2> = [
  { name: "null", open: openNull },
  { name: "serial", open: openSerial },
];
function same(a: ptr<u8>, b: ptr<u8>): bool {
  for (let i: usize = 0; a[i] === b[i]; i++) if (a[i] === 0) return true;
  return false;
}
function open(name: ptr<u8>, unit: u32): void {
  for (let i: usize = 0; i < drivers.length; i++) {
    const d = addressOf(drivers[i]);
    if (!same(d.name, name)) continue;
    print("open ");
    print(d.name);
    print(d.open(unit) ? " ok\n" : " failed\n");
    return;
  }
  print("none: ");
  print(name);
  print("\n");
}
export function main(): i32 {
  open("null", 0);
  open("serial", 3);
  open("disk", 0);
  return 0;
}
