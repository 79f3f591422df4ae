/*
 * Small kernels for the tests of `vitrine boot`: lines of assembly in a plain ELF file of 64-bit code at 2 MiB, with a symbol for each
 * label, a stack, and ways to end.
 */
import { assemble } from "../../src/isa/assembler/assemble.ts";
import { elf } from "../machine/boot/images.ts";

export const ORIGIN = 0x200000;
export const STACK_TOP = 0x210000;

/** As a linker would make it: each label reaches to the next. */
export function guest(source: string): Uint8Array {
  const code = `bits 64\norg ${ORIGIN}\nstart:\n  mov esp, ${STACK_TOP}\n${source}\n`;
  const { bytes, symbols } = assemble(code, { mode: 64 });
  const end = ORIGIN + bytes.length;
  const labels = [...symbols].map(([name, address]) => ({ name, address: Number(address) }));
  labels.sort((a, b) => a.address - b.address);
  return elf({
    wide: true,
    entry: ORIGIN,
    parts: [{ address: ORIGIN, bytes, memorySize: STACK_TOP - ORIGIN }],
    symbols: labels.map((l, i) => ({ ...l, size: (labels[i + 1]?.address ?? end) - l.address })),
  });
}

/** S5 by the PM1a control register (ACPI 6.5 §4.8.3.2.1): SLP_EN with the sleep type that the tables tell. */
export const POWER_OFF = "mov dx, 0x604\nmov ax, 0x2000\nout dx, ax\nhlt";
/** The keyboard controller's pulse on the processor's reset line. */
export const RESET = "mov al, 0xfe\nout 0x64, al\nhlt";
export const exit = (value: number): string => `mov eax, ${value}\nout 0xf4, eax\nhlt`;
/** A character to COM1. */
export const put = (character: string): string => `mov dx, 0x3f8\nmov al, '${character}'\nout dx, al`;

/** Echoes what comes to COM1 until "q", which is not echoed; asks the port again and again. */
export const ECHO = `
${put(">")}
next:
  mov dx, 0x3fd
  in al, dx
  test al, 1
  jz next
  mov dx, 0x3f8
  in al, dx
  cmp al, 'q'
  je quit
  out dx, al
  jmp next
quit:
  ${POWER_OFF}`;

/** The same, but waits in HLT for IRQ 4. */
export const ECHO_BY_INTERRUPT = `
  lidt [idtr]
  mov eax, handler
  mov edi, idt + 0x24*16
  mov [rdi], ax
  mov word [rdi+2], 8
  mov word [rdi+4], 0x8e00
  shr eax, 16
  mov [rdi+6], ax
  mov al, 0x11
  out 0x20, al
  mov al, 0x20
  out 0x21, al
  mov al, 4
  out 0x21, al
  mov al, 1
  out 0x21, al
  mov al, 0xef
  out 0x21, al
  mov dx, 0x3f9
  mov al, 1
  out dx, al
  mov dx, 0x3fc
  mov al, 0xb
  out dx, al
  ${put(">")}
wait:
  sti
  hlt
  jmp wait
handler:
  push rax
  push rdx
  mov dx, 0x3f8
  in al, dx
  cmp al, 'q'
  je quit
  out dx, al
  mov al, 0x20
  out 0x20, al
  pop rdx
  pop rax
  iretq
quit:
  ${POWER_OFF}
align 16
idtr:
  dw 0xfff
  dq idt
align 16
idt:`;

/** Faults, without handlers, in a function that a function has called. */
export const TRIPLE_FAULT = `
  call outer
  hlt
outer:
  push rbp
  mov rbp, rsp
  call inner
  leave
  ret
inner:
  push rbp
  mov rbp, rsp
  mov rax, 0x123456789000
  lidt [nothing]
  mov [rax], ecx
  ret
nothing:
  dw 0
  dq 0`;
