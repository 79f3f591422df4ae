// A base's fields come first; a pointer to the derived one is a pointer to it.
// expect: shape 1
// expect: 4 12
// expect: 7
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Shape extends Struct {
  id: u32;
  describe(): void {
    print("shape ");
    printU64(u64(this.id));
    newline();
  }
}
class Square extends Shape {
  side: u32;
  area(): u32 {
    return this.side * this.side;
  }
}
class Box extends Square {
  height: u32;
  volume(): u32 {
    return this.area() * this.height;
  }
}
function rename(s: ptr<Shape>): void {
  s.id = 7;
}
export function main(): i32 {
  const b: Box = init({ id: 1, side: 2, height: 3 });
  b.describe();
  printU64(u64(b.area()));
  print(" ");
  printU64(u64(b.volume()));
  newline();
  rename(addressOf(b));
  printU64(u64(b.id));
  newline();
  return 0;
}
