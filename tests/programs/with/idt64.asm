; Handlers for the first 32 vectors in 64-bit mode. Each logs 32 bytes at r15 (vector, error code, rip, cr2), moves r15 on,
; and returns to r14, or to the same instruction where r14 is 0. Appended to programs that ask for it ("; with: idt64").
; `call idt_install` first; it uses rax, rcx, rdi, rsi, and sets r15 to idt_log.
idt_base equ 0x20000
idt_log equ 0x21000
idt_install:
  mov rdi, idt_base
  lea rsi, [rel idt_stubs]
  mov ecx, 32
.next:
  mov rax, rsi
  mov [rdi], ax
  mov word [rdi+2], cs
  mov word [rdi+4], 0x8e00
  shr rax, 16
  mov [rdi+6], ax
  shr rax, 16
  mov [rdi+8], rax
  add rdi, 16
  add rsi, 16
  dec ecx
  jnz .next
  lidt [rel idt_pointer]
  mov r15, idt_log
  ret
idt_pointer:
  dw 32*16-1
  dq idt_base
align 16
idt_stubs:
  push qword 0
  push qword 0
  jmp near idt_common
  align 16
  push qword 0
  push qword 1
  jmp near idt_common
  align 16
  push qword 0
  push qword 2
  jmp near idt_common
  align 16
  push qword 0
  push qword 3
  jmp near idt_common
  align 16
  push qword 0
  push qword 4
  jmp near idt_common
  align 16
  push qword 0
  push qword 5
  jmp near idt_common
  align 16
  push qword 0
  push qword 6
  jmp near idt_common
  align 16
  push qword 0
  push qword 7
  jmp near idt_common
  align 16
  push qword 8
  jmp near idt_common
  align 16
  push qword 0
  push qword 9
  jmp near idt_common
  align 16
  push qword 10
  jmp near idt_common
  align 16
  push qword 11
  jmp near idt_common
  align 16
  push qword 12
  jmp near idt_common
  align 16
  push qword 13
  jmp near idt_common
  align 16
  push qword 14
  jmp near idt_common
  align 16
  push qword 0
  push qword 15
  jmp near idt_common
  align 16
  push qword 0
  push qword 16
  jmp near idt_common
  align 16
  push qword 17
  jmp near idt_common
  align 16
  push qword 0
  push qword 18
  jmp near idt_common
  align 16
  push qword 0
  push qword 19
  jmp near idt_common
  align 16
  push qword 0
  push qword 20
  jmp near idt_common
  align 16
  push qword 21
  jmp near idt_common
  align 16
  push qword 0
  push qword 22
  jmp near idt_common
  align 16
  push qword 0
  push qword 23
  jmp near idt_common
  align 16
  push qword 0
  push qword 24
  jmp near idt_common
  align 16
  push qword 0
  push qword 25
  jmp near idt_common
  align 16
  push qword 0
  push qword 26
  jmp near idt_common
  align 16
  push qword 0
  push qword 27
  jmp near idt_common
  align 16
  push qword 0
  push qword 28
  jmp near idt_common
  align 16
  push qword 0
  push qword 29
  jmp near idt_common
  align 16
  push qword 0
  push qword 30
  jmp near idt_common
  align 16
  push qword 0
  push qword 31
  jmp near idt_common
  align 16
idt_common:
  push rax
  mov rax, [rsp+8]
  mov [r15], rax
  mov rax, [rsp+16]
  mov [r15+8], rax
  mov rax, [rsp+24]
  mov [r15+16], rax
  mov rax, cr2
  mov [r15+24], rax
  add r15, 32
  test r14, r14
  jz .same
  mov [rsp+24], r14
.same:
  pop rax
  add rsp, 16
  iretq
