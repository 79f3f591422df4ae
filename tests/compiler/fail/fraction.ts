// A fraction is an f64.
export function f(): u32 {
  const x: u32 = 1.5; // error: VT3012
  return u32(2e3); // error: VT3012
}
