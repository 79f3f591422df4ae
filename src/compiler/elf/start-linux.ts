/**
 * Where a Linux program without a `_start` of its own begins (psABI §3.4.1): argc, argv and the environment are on the stack. It
 * calls `main(argc, argv, environment)` and ends with what main returns.
 */
import type { ObjectPiece } from "../object.ts";
import { assemblyPiece } from "./assembly.ts";

const SOURCE = `
  xor ebp, ebp
  mov edi, [rsp]
  lea rsi, [rsp+8]
  lea rdx, [rsi+rdi*8+8]
  and rsp, -16
  call main
  mov edi, eax
  mov eax, 231          ; exit_group
  syscall
`;

export const linuxStart = (): ObjectPiece[] => [assemblyPiece("_start", SOURCE, ["main"])];
