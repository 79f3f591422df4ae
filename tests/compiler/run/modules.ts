// Names from other modules: functions, constants, types, namespaces, re-exports.
// expect: 3 42
// expect: 8
// expect: 5
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";
import { area as again } from "./support/again.ts";
import * as shapes from "./support/shapes.ts";
import { area, UNIT as one, type Shape } from "./support/shapes.ts";

export function main(): i32 {
  const s: Shape = shapes.make(3, 14);
  printU64(s.width);
  print(" ");
  printU64(area(addressOf(s)) * one);
  newline();
  const t: shapes.Shape = { width: 2, height: 4 };
  printU64(again(addressOf(t)));
  newline();
  shapes.Counter.bump(5);
  printU64(shapes.Counter.total);
  newline();
  return 0;
}
