// @align of locals, fields, structures, globals and functions, and what it does to sizes and addresses.
// expect: locals 0 0 0
// expect: in calls 0 0 0 0
// expect: fields 0 16 32 48 size 64 align 16
// expect: array 128 64
// expect: globals 0 0, function 0
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Mixed extends Struct {
  a: u8;
  /** @align 16 */
  b: u8;
  /** @align 16 */
  c: u32;
  d: array<u64, 2>;
  e: u8;
}
/** @align 64 */
class Line extends Struct {
  n: u32;
}
/** @align 4096 */
const page: array<u8, 3> = [1, 2, 3];
/** @align 256 */
let counter: u8 = 1;
/** @align 128 @noinline */
function aligned(): u8 {
  return counter;
}
function show(value: u64): void {
  print(" ");
  printU64(value);
}
/** @noinline */
function nested(depth: u32): void {
  /** @align 128 */
  const buffer: array<u8, 5> = zeroed();
  buffer[depth] = u8(depth);
  show(address(addressOf(buffer)) % 128);
  if (depth < 3) nested(depth + 1);
  if (buffer[depth] !== u8(depth)) print("LOST");
}
export function main(): i32 {
  let before: u8 = 1;
  /** @align 64 */
  let one: u8 = 2;
  /** @align 32 */
  const two: array<u16, 3> = [1, 2, 3];
  const line: Line = { n: 4 };
  before += one + truncate<u8>(two[2]);
  print("locals");
  show(address(addressOf(one)) % 64);
  show(address(addressOf(two)) % 32);
  show(address(addressOf(line)) % 64);
  print(before === 6 ? "\n" : "?\n");
  print("in calls");
  nested(0);
  newline();
  print("fields");
  show(offsetof<Mixed>("a"));
  show(offsetof<Mixed>("b"));
  show(offsetof<Mixed>("c"));
  show(offsetof<Mixed>("d") + 8);
  print(" size");
  show(sizeof<Mixed>());
  print(" align");
  show(alignof<Mixed>());
  print("\narray");
  show(sizeof<array<Line, 2>>());
  show(alignof<array<Line, 2>>());
  print("\nglobals");
  show(address(addressOf(page)) % 4096);
  show(address(addressOf(counter)) % 256);
  print(", function");
  show((address(aligned) % 128) + u64(aligned()) - 1);
  newline();
  return 0;
}
