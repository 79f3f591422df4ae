// What modules.ts imports.
export const UNIT = 1;
export class Shape extends Struct {
  width: u64;
  height: u64;
}
export class Counter extends Struct {
  unused: u8;
  static total: u64 = 0;
  static bump(by: u64): void {
    Counter.total += by;
  }
}
export function make(width: u64, height: u64): Shape {
  return { width, height };
}
export function area(s: ptr<Shape>): u64 {
  return s.width * s.height;
}
