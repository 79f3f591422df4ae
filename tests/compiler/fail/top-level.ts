// Nothing runs outside of functions.
let x: u32 = 1;
x = 2; // error: VT4001
if (DEBUG) { // error: VT4001
}
export function f(): u32 {
  return x;
}
