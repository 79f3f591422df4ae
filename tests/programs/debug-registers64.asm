; Instruction and data breakpoints, general detect, RF.
; with: idt64
; map: 0x20000:0x2000
; map: 0x30000:0x1000
; qemu-differs: rbx r11 [0x21060] [0x21070], TCG has no general detect
; expect: stop=hlt rbx=4 r8=0xffff0ff2 r9=0xffff0ff1 r10=0xffff0ff4 r11=0xffff2ff0
; expect: [0x21000]=1 [0x21010]=after_write [0x21020]=1 [0x21030]=here [0x21040]=1 [0x21050]=after_read [0x21060]=1 [0x21070]=detect
  call idt_install
  xor r14d, r14d
  mov eax, 0x30008
  mov dr1, rax
  mov eax, 0x30020
  mov dr2, rax
  lea rax, [rel here]
  mov dr0, rax
  ; 1: four bytes, writes; 2: eight bytes, reads and writes; 0: execution, enabled later.
  mov eax, 0x0bd00400 | 4 | 0x20
  mov dr7, rax
  mov eax, [0x30008]
  mov eax, [0x3000c]
  mov [0x3000c], eax
  mov [0x30006], eax
after_write:
  mov r8, dr6
  mov rax, 0xffff0ff0
  mov dr6, rax
  mov eax, 0x0bd00400 | 1 | 0x20
  mov dr7, rax
  lea r14, [rel past]
here:
  nop
past:
  xor r14d, r14d
  mov r9, dr6
  mov rax, 0xffff0ff0
  mov dr6, rax
  mov al, [0x30027]
after_read:
  mov r10, dr6
  mov rax, 0xffff0ff0
  mov dr6, rax
  mov eax, 0x2400
  mov dr7, rax
  lea r14, [rel l1]
detect:
  mov rax, dr0
l1:
  mov r11, dr6
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
