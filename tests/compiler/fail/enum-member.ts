// Members are known before they are used.
enum E {
  A = B, // error: VT4012
  B = 1,
}
export function f(e: E): void {}
