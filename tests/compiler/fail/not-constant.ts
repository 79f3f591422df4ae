// Before main nothing has run.
declare function clock(): u64;
const start: u64 = clock(); // error: VT3002
export function f(x: u32, y: u32): void {
  static_assert(x === 1); // error: VT3002
  switch (x) {
    case y: // error: VT3002
      break;
  }
  const n = start;
}
