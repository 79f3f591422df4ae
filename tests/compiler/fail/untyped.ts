// A variable's type is not guessed from a number.
let counter = 0; // error: VT2005
export function f(): void {
  let i = 0; // error: VT2005
  const p = null; // error: VT2005
}
