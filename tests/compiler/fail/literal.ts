// Characters and texts of intrinsics are written out.
export function f(text: ptr<u8>): void {
  const a: u8 = char("ab"); // error: VT3011
  const b: u8 = char(""); // error: VT3011
}
