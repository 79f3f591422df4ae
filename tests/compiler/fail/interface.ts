// What has no layout has no values.
interface Shape {
  x: u8;
}
class Plain { // error: VT1021
  x: u8;
}
export function f(s: ptr<Shape>): void {} // error: VT1021
