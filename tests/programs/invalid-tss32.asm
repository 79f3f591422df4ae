; #TS: IRET of a nested task (NT set) whose back link names no task state: past the GDT's end, in the LDT, a data segment, a free TSS.
; mode: 32
; with: idt32
; map: 0x20000:0x3000
; expect: stop=hlt ebx=4
; expect: [0x21000]=0x000001f80000000a [0x21008]=past
; expect: [0x21010]=0x0000001c0000000a [0x21018]=local
; expect: [0x21020]=0x000000100000000a [0x21028]=data
; expect: [0x21030]=0x000000200000000a [0x21038]=free
  call idt_install
  lgdt [gdt_pointer]
  mov ax, 0x18
  ltr ax
  mov dword [idt_resume], l1
  mov word [0x22000], 0x1f8
  call nested
past:
  iretd
l1:
  mov dword [idt_resume], l2
  mov word [0x22000], 0x1c
  call nested
local:
  iretd
l2:
  mov dword [idt_resume], l3
  mov word [0x22000], 0x10
  call nested
data:
  iretd
l3:
  mov dword [idt_resume], l4
  mov word [0x22000], 0x20   ; a TSS, but not a busy one
  call nested
free:
  iretd
l4:
  mov ebx, [idt_next]
  sub ebx, idt_log
  shr ebx, 4
  hlt
nested:
  pushfd
  or dword [esp], 0x4000
  popfd
  ret
gdt_pointer:
  dw gdt_end-gdt-1
  dd gdt
align 8
gdt:
  dq 0
  dq 0x00cf9b000000ffff
  dq 0x00cf93000000ffff
  dq 0x0000890220000067   ; 0x18: the task in progress, at 0x22000
  dq 0x0000890228000067   ; 0x20: another, free
  dq 0
  dq 0x00cf9b000000ffff   ; 0x30: the code segment in use
gdt_end:
