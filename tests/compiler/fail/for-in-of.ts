// Loops count; nothing can be asked for its keys or elements.
const list: array<u8, 4> = zeroed();
export function main(): i32 {
  for (const x of list) { // error: VT1002
  }
  for (const x in list) { // error: VT1002
  }
  return 0;
}
