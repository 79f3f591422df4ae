// Without a frame there is only assembly.
/** @naked */
export function f(): void { // error: VT4014
  asm`nop`;
  let x: u32 = 1;
}
