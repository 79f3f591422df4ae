// An address of anything is not read.
export function f(p: ptr<unknown>): void {
  const x = p.value; // error: VT2017
  const y = p[1]; // error: VT2017
}
