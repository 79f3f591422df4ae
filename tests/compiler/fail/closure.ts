// Functions are addresses: they have nowhere to keep variables of others.
export function main(): i32 {
  let x: i32 = 1;
  const f = (): i32 => x + 1; // error: VT1007
  x = 2;
  return f();
}
