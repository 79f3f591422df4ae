/**
 * Copies and fills of memory whose length is not known, or long: routines that an object carries for itself if it needs them. Short
 * lengths are done by two accesses that may overlap, middle ones by a loop, long ones by REP MOVSQ and STOSQ, which processors do
 * by whole lines (Intel optimisation manual §3.7.5), and one access for the bytes behind the last eight. Kernels touch no vector registers, so that theirs copy eight bytes at a time.
 *
 * They are called like C's memcpy, memmove and memset (rdi, rsi, rdx), give nothing, and change CHANGED alone.
 */
import { assemble } from "../../isa/assembler/assemble.ts";
import type { ObjectPiece } from "../object.ts";
import { R8, R9, R10, RAX, RCX, RDI, RDX, type Reg, RSI, XMM0 } from "./registers.ts";

export type BlockRoutine = "memcpy" | "memmove" | "memset";
type Target = "kernel" | "linux";

/** Registers that the routines change. */
export const CHANGED: Readonly<Record<Target, readonly Reg[]>> = {
  kernel: [RAX, RCX, RDX, RSI, RDI, R8, R9, R10],
  linux: [RAX, RCX, RDX, RSI, RDI, ...Array.from({ length: 8 }, (_, i) => XMM0 + i)],
};

/** From so many bytes on, REP is faster. */
const LONG = { kernel: 129, linux: 1024 };

/** Below 16 bytes; all is read before anything is written. */
const SHORT_COPY = `
  cmp edx, 8
  jae eight
  cmp edx, 4
  jae four
  cmp edx, 1
  jb done
  movzx eax, byte [rsi]
  je one
  movzx ecx, word [rsi + rdx - 2]
  mov [rdi + rdx - 2], cx
one:
  mov [rdi], al
done:
  ret
four:
  mov eax, [rsi]
  mov ecx, [rsi + rdx - 4]
  mov [rdi], eax
  mov [rdi + rdx - 4], ecx
  ret
eight:
  mov rax, [rsi]
  mov rcx, [rsi + rdx - 8]
  mov [rdi], rax
  mov [rdi + rdx - 8], rcx
  ret
`;

/** Areas that do not overlap; the end goes first. */
const LONG_COPY = `
  mov rax, [rsi + rdx - 8]
  mov [rdi + rdx - 8], rax
  mov rcx, rdx
  shr rcx, 3
  rep movsq
  ret
`;

/** Sixteen bytes each of both ends, `count` of them, are read and then written. */
function ends(count: 2 | 4 | 8): string {
  const places = Array.from({ length: count }, (_, i) =>
    i < count / 2 ? ` + ${16 * i}` : ` + rdx - ${16 * (count - i)}`,
  );
  const loads = places.map((at, i) => `movups xmm${i}, [rsi${at}]`);
  const stores = places.map((at, i) => `movups [rdi${at}], xmm${i}`);
  return [...loads, ...stores, "ret"].join("\n");
}

/** Sixty-four bytes between memory and xmm registers from `first` on. */
const quad = (first: number, at: string, how: "read" | "write"): string =>
  [0, 1, 2, 3]
    .map((i) => {
      const [register, memory] = [`xmm${first + i}`, `[${at} + ${16 * i}]`];
      return `movups ${how === "read" ? `${register}, ${memory}` : `${memory}, ${register}`}`;
    })
    .join("\n");

/** Where the areas may overlap: backwards if the target begins in the source, and no REP if the source begins in the target. */
const whichWay = (whole: string): string => `
  mov rax, rdi
  sub rax, rsi
  cmp rax, rdx
  jb backward
  neg rax
  cmp rax, rdx
  jb ${whole}
`;

const vectorCopy = (overlapping: boolean): string => `
  cmp rdx, 16
  jae vector
${SHORT_COPY}
vector:
  cmp rdx, 32
  ja over32
  ${ends(2)}
over32:
  cmp rdx, 64
  ja over64
  ${ends(4)}
over64:
  cmp rdx, 128
  ja over128
  ${ends(8)}
over128:
${overlapping ? whichWay("forward") : ""}
  cmp rdx, ${LONG.linux}
  jae long
forward:
  ; The end first, for what comes may overwrite it.
  ${quad(4, "rsi + rdx - 64", "read")}
  lea rcx, [rdi + rdx - 64]
next:
  ${quad(0, "rsi", "read")}
  ${quad(0, "rdi", "write")}
  add rsi, 64
  add rdi, 64
  cmp rdi, rcx
  jb next
  ${quad(4, "rcx", "write")}
  ret
long:
${LONG_COPY}
${
  overlapping
    ? `
backward:
  ${quad(4, "rsi", "read")}
  lea rax, [rdi + rdx]
  add rsi, rdx
  lea rcx, [rdi + 64]
previous:
  sub rsi, 64
  sub rax, 64
  ${quad(0, "rsi", "read")}
  ${quad(0, "rax", "write")}
  cmp rax, rcx
  ja previous
  ${quad(4, "rdi", "write")}
  ret`
    : ""
}
`;

const generalCopy = (overlapping: boolean): string => `
  cmp rdx, 16
  jae over15
${SHORT_COPY}
over15:
${overlapping ? whichWay("forward") : ""}
  cmp rdx, ${LONG.kernel}
  jae long
forward:
  mov r8, [rsi + rdx - 16]
  mov r9, [rsi + rdx - 8]
  lea rcx, [rdi + rdx - 16]
next:
  mov rax, [rsi]
  mov r10, [rsi + 8]
  mov [rdi], rax
  mov [rdi + 8], r10
  add rsi, 16
  add rdi, 16
  cmp rdi, rcx
  jb next
  mov [rcx], r8
  mov [rcx + 8], r9
  ret
long:
${LONG_COPY}
${
  overlapping
    ? `
backward:
  mov r8, [rsi]
  mov r9, [rsi + 8]
  lea rdx, [rdi + rdx]
  sub rsi, rdi
  lea rcx, [rdi + 16]
previous:
  sub rdx, 16
  mov rax, [rsi + rdx]
  mov r10, [rsi + rdx + 8]
  mov [rdx], rax
  mov [rdx + 8], r10
  cmp rdx, rcx
  ja previous
  mov [rdi], r8
  mov [rdi + 8], r9
  ret`
    : ""
}
`;

/** The byte is in sil, and then in all of rax. */
const FILL = `
  movzx eax, sil
  mov rcx, 0x0101010101010101
  imul rax, rcx
  cmp rdx, 16
  jae over15
  cmp edx, 8
  jae eight
  cmp edx, 4
  jae four
  cmp edx, 1
  jb done
  mov [rdi], al
  je done
  mov [rdi + rdx - 2], ax
done:
  ret
four:
  mov [rdi], eax
  mov [rdi + rdx - 4], eax
  ret
eight:
  mov [rdi], rax
  mov [rdi + rdx - 8], rax
  ret
long:
  mov [rdi + rdx - 8], rax
  mov rcx, rdx
  shr rcx, 3
  rep stosq
  ret
`;

const VECTOR_FILL = `
${FILL}
over15:
  movq xmm0, rax
  punpcklqdq xmm0, xmm0
  movups [rdi], xmm0
  movups [rdi + rdx - 16], xmm0
  cmp rdx, 32
  ja over32
  ret
over32:
  movups [rdi + 16], xmm0
  movups [rdi + rdx - 32], xmm0
  cmp rdx, 64
  ja over64
  ret
over64:
  cmp rdx, ${LONG.linux}
  jae long
  lea rcx, [rdi + rdx - 64]
  movups [rcx], xmm0
  movups [rcx + 16], xmm0
next:
  ${[0, 16, 32, 48].map((at) => `movups [rdi + ${at}], xmm0`).join("\n")}
  add rdi, 64
  cmp rdi, rcx
  jb next
  ret
`;

const GENERAL_FILL = `
${FILL}
over15:
  cmp rdx, ${LONG.kernel}
  jae long
  lea rcx, [rdi + rdx - 16]
next:
  mov [rdi], rax
  mov [rdi + 8], rax
  add rdi, 16
  cmp rdi, rcx
  jb next
  mov [rcx], rax
  mov [rcx + 8], rax
  ret
`;

/** The assembly text of a routine. */
function source(routine: BlockRoutine, target: Target): string {
  if (routine === "memset") return target === "linux" ? VECTOR_FILL : GENERAL_FILL;
  return (target === "linux" ? vectorCopy : generalCopy)(routine === "memmove");
}

/** A routine as a piece of its own, local to the object. */
export function blockRoutine(symbol: string, routine: BlockRoutine, target: Target): ObjectPiece {
  return {
    symbol,
    section: ".text",
    kind: "code",
    align: 64,
    bytes: assemble(source(routine, target)).bytes,
    relocations: [],
    exported: false,
    debug: undefined,
  };
}
