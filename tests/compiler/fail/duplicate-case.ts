// One value, one case.
export function f(x: u8): u8 {
  switch (x) {
    case 1:
      return 1;
    case 0x1: // error: VT3007
      return 2;
  }
  return 0;
}
