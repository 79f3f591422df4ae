// Every call asks for one more instance.
class Box<T> extends Struct {
  item: T;
}
function grow<T>(p: ptr<T>, n: u32): void {
  if (n !== 0) grow<Box<T>>(cast<Box<T>>(p), n - 1); // error: VT4017
}
export function f(p: ptr<u8>): void {
  grow(p, 3);
}
