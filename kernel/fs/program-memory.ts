/** How files reach a program's memory: set by those who know of programs, since nothing here does. False: some of it cannot be touched. */

export class ProgramMemory extends Struct {
  copyIn: fn<(to: ptr<u8>, from: usize, bytes: usize) => bool>;
  copyOut: fn<(to: usize, from: ptr<u8>, bytes: usize) => bool>;
}
function fromKernel(to: ptr<u8>, from: usize, bytes: usize): bool {
  memcpy(to, pointer<u8>(from), bytes);
  return true;
}
function toKernel(to: usize, from: ptr<u8>, bytes: usize): bool {
  memcpy(pointer<u8>(to), from, bytes);
  return true;
}
export const kernelMemory: ProgramMemory = { copyIn: fromKernel, copyOut: toKernel };
/** Until there are programs, the kernel's own. */
export const programMemory: ProgramMemory = { copyIn: fromKernel, copyOut: toKernel };

export function setProgramMemory(memory: ptr<ProgramMemory>): void {
  programMemory.copyIn = memory.copyIn;
  programMemory.copyOut = memory.copyOut;
}
