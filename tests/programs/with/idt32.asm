; Handlers for the first 32 vectors in 32-bit protected mode, as idt64 has them: each logs 16 bytes at [idt_next] (vector, error code,
; eip, cr2) and returns to [idt_resume], or to the same instruction where that is 0. Code segment: what cs is at idt_install.
idt_base equ 0x20000
idt_log equ 0x21000
idt_install:
  mov edi, idt_base
  mov esi, idt_stubs
  mov ecx, 32
.next:
  mov eax, esi
  mov [edi], ax
  mov word [edi+2], cs
  mov word [edi+4], 0x8e00
  shr eax, 16
  mov [edi+6], ax
  add edi, 8
  add esi, 16
  dec ecx
  jnz .next
  lidt [idt_pointer]
  ret
idt_pointer:
  dw 32*8-1
  dd idt_base
align 4
idt_next:
  dd idt_log
idt_resume:
  dd 0
align 16
idt_stubs:
  push dword 0
  push dword 0
  jmp near idt_common
  align 16
  push dword 0
  push dword 1
  jmp near idt_common
  align 16
  push dword 0
  push dword 2
  jmp near idt_common
  align 16
  push dword 0
  push dword 3
  jmp near idt_common
  align 16
  push dword 0
  push dword 4
  jmp near idt_common
  align 16
  push dword 0
  push dword 5
  jmp near idt_common
  align 16
  push dword 0
  push dword 6
  jmp near idt_common
  align 16
  push dword 0
  push dword 7
  jmp near idt_common
  align 16
  push dword 8
  jmp near idt_common
  align 16
  push dword 0
  push dword 9
  jmp near idt_common
  align 16
  push dword 10
  jmp near idt_common
  align 16
  push dword 11
  jmp near idt_common
  align 16
  push dword 12
  jmp near idt_common
  align 16
  push dword 13
  jmp near idt_common
  align 16
  push dword 14
  jmp near idt_common
  align 16
  push dword 0
  push dword 15
  jmp near idt_common
  align 16
  push dword 0
  push dword 16
  jmp near idt_common
  align 16
  push dword 17
  jmp near idt_common
  align 16
  push dword 0
  push dword 18
  jmp near idt_common
  align 16
  push dword 0
  push dword 19
  jmp near idt_common
  align 16
  push dword 0
  push dword 20
  jmp near idt_common
  align 16
  push dword 21
  jmp near idt_common
  align 16
  push dword 0
  push dword 22
  jmp near idt_common
  align 16
  push dword 0
  push dword 23
  jmp near idt_common
  align 16
  push dword 0
  push dword 24
  jmp near idt_common
  align 16
  push dword 0
  push dword 25
  jmp near idt_common
  align 16
  push dword 0
  push dword 26
  jmp near idt_common
  align 16
  push dword 0
  push dword 27
  jmp near idt_common
  align 16
  push dword 0
  push dword 28
  jmp near idt_common
  align 16
  push dword 0
  push dword 29
  jmp near idt_common
  align 16
  push dword 0
  push dword 30
  jmp near idt_common
  align 16
  push dword 0
  push dword 31
  jmp near idt_common
  align 16
idt_common:
  push eax
  push ecx
  push ds
  mov ax, ss
  mov ds, ax
  mov ecx, [idt_next]
  mov eax, [esp+12]
  mov [ecx], eax
  mov eax, [esp+16]
  mov [ecx+4], eax
  mov eax, [esp+20]
  mov [ecx+8], eax
  mov eax, cr2
  mov [ecx+12], eax
  add dword [idt_next], 16
  mov eax, [idt_resume]
  test eax, eax
  jz .same
  mov [esp+20], eax
.same:
  pop ds
  pop ecx
  pop eax
  add esp, 8
  iretd
