// A generic has as many as it says.
class Box<T> extends Struct {
  item: T;
}
export function f(b: ptr<Box>): void {} // error: VT2013
