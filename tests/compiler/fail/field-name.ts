// Pointers have members of their own.
class Cell extends Struct {
  value: i32; // error: VT4004
}
export function f(p: ptr<Cell>): void {}
