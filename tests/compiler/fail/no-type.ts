// What others see says its type.
class Point extends Struct {
  x; // error: VT4002
}
export function f(p: ptr<Point>, y) { // error: VT4002
  return 1;
}
export function g() { // error: VT4002
  return 1;
}
