// A generic function is many, each with its own address.
function same<T extends number>(x: T): T {
  return x;
}
export function f(): void {
  const g: fn<(x: u8) => u8> = same; // error: VT2015
}
