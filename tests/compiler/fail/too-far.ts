// All addresses lie below 2 GiB.
// base: 0x70000000
// error of the whole: VT6008
export let much: array<u8, 0x1000_0000> = zeroed();
export function main(): i32 {
  return i32(much[5]);
}
