// A function takes what it says.
export function a(x: i32 = 1): i32 { // error: VT1017
  return x;
}
export function b(x?: i32): i32 { // error: VT1017
  return 1;
}
export function c(...x: array<i32, 2>): i32 { // error: VT1017
  return 1;
}
export function d(x: i32): i32; // error: VT1017
export function d(x: i32): i32 {
  return x;
}
