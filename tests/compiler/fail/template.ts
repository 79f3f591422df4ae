// Text is not put together at run time.
export function f(x: i32): ptr<u8> {
  const plain: ptr<u8> = `text`; // error: VT1008
  return x === 0 ? plain : `x is ${x}`; // error: VT1008
}
