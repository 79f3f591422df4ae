// Variables live in blocks.
export function main(): i32 {
  var x: i32 = 1; // error: VT1003
  return x;
}
