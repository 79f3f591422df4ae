// Through mmio every access happens, in order, to fields and elements.
// expect: 1 3 10
// expect: 30
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Registers extends Struct {
  status: u32;
  data: u32;
  ring: array<u8, 4>;
}
let device: Registers = zeroed();
export function main(): i32 {
  const r = mmio<Registers>(address(addressOf(device)));
  r.status = 1;
  r.data = 2;
  r.data = 3;
  r.ring[1] = 10;
  printU64(u64(r.status));
  print(" ");
  printU64(u64(r.data));
  print(" ");
  printU64(u64(r.ring[1]));
  newline();
  const words = mmio<u32>(address(addressOf(device)));
  words[1] = 30;
  printU64(u64(device.data));
  newline();
  return 0;
}
