// Nothing can be kept as void.
export function f(x: void): void {} // error: VT4013
export function g(): void {
  const y = f; 
  const z = g(); // error: VT4013
}
