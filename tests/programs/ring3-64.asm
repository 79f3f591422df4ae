; From level 0 to 3 by IRETQ, back by INT through a gate of DPL 3 on the stack of the TSS, by SYSCALL, and by faults;
; SYSRET returns. A gate of DPL 0 and privileged instructions are #GP there.
; with: idt64
; map: 0x20000:0x4000
; qemu-differs: [0x21008], TCG counts 16 for each vector in the error code
; expect: stop=hlt rbx=3 r8=0x2b r9=0x23 r10=0x30202 r11=0x10 r12=0x2b rbp=0x77 cs=8 ss=0x10
; expect: [0x21000]=13 [0x21008]=0x42 [0x21010]=bad_int [0x21020]=13 [0x21028]=0 [0x21030]=bad_cli
; expect: [0x21040]=14 [0x21048]=5 [0x21050]=bad_read
  call idt_install
  lea rax, [rel gate]
  mov [idt_base+0x18*16], ax
  shr rax, 16
  mov [idt_base+0x18*16+6], ax
  mov byte [idt_base+0x18*16+5], 0xee
  mov ecx, 0xc0000082
  lea rax, [rel entry]
  xor edx, edx
  wrmsr
  mov ecx, 0xc0000084
  mov eax, 0x200
  wrmsr
  push qword 0x23
  push qword 0x23f00
  push qword 0x202
  push qword 0x2b
  lea rax, [rel user]
  push rax
  iretq
user:
  mov r8, cs
  mov r9, ss
  mov r13, rsp
  syscall
back:
  lea r14, [rel l1]
bad_int:
  int 8
l1:
  lea r14, [rel l2]
bad_cli:
  cli
l2:
  lea r14, [rel l3]
  mov rax, 0xfffff80000000000
bad_read:
  mov al, [rax]
l3:
  mov r10, r13
  shl r10, 4
  sub r10, 0x23f000 - 0x30202
  int 0x18
entry:
  mov r11, ss
  mov r12, cs
  cmp r12d, 8
  jne .bad
  mov r12d, 0x2b
.bad:
  mov r11d, 0x202
  sysretq
gate:
  mov r11, ss
  test r11d, r11d
  jnz .bad
  mov rbx, [rsp+8]
  cmp ebx, 0x2b
  jne .bad
  mov ebp, 0x77
  mov ax, 0x10
  mov ss, ax
  movzx r11d, ax
.bad:
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
