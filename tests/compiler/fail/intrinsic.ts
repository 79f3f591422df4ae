// An intrinsic is no function that has an address.
export function f(): void {
  const g = popcount; // error: VT5006
}
