// There are no exceptions, and none of JavaScript's other odd statements.
export function main(): i32 {
  throw 1; // error: VT1001
}
export function other(): i32 {
  try { // error: VT1001
    return 1;
  } finally {
  }
}
export function third(): void {
  debugger; // error: VT1001
}
