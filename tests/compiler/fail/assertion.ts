// `as` does not convert.
export function f(x: u8, p: ptr<u8>): u16 {
  const q = p as ptr<u16>; // error: VT2007
  return x as u16; // error: VT2007
}
