; Exceptions of ring 0 in 64-bit mode, each with its vector and error code.
; with: idt64
; map: 0x20000:0x2000
; qemu-differs: [0x210a0], TCG has #GP for a stack address that is not canonical
; qemu-differs: [0x210e8], TCG reads first and leaves W clear; Zen 4 sets it
; qemu-differs: [0x21148], TCG counts 16 for each vector in the error code
; expect: stop=hlt rbx=11
; expect: [0x21000]=0 [0x21008]=0 [0x21010]=div0
; expect: [0x21020]=3 [0x21030]=after_int3
; expect: [0x21040]=6 [0x21050]=ud
; expect: [0x21060]=7 [0x21070]=nm
; expect: [0x21080]=13 [0x21088]=0 [0x21090]=noncanonical
; expect: [0x210a0]=12 [0x210a8]=0 [0x210b0]=noncanonical_stack
; expect: [0x210c0]=14 [0x210c8]=0 [0x210d0]=pf_read [0x210d8]=0x500000
; expect: [0x210e0]=14 [0x210e8]=2 [0x210f0]=pf_write [0x210f8]=0x500008
; expect: [0x21100]=14 [0x21108]=0x10 [0x21110]=0x500010 [0x21118]=0x500010
; expect: [0x21120]=13 [0x21128]=0x1f8 [0x21130]=bad_selector
; expect: [0x21140]=13 [0x21148]=0x202 [0x21150]=no_gate
  call idt_install
  lea r14, [rel l1]
  xor ecx, ecx
div0:
  div ecx
l1:
  xor r14d, r14d
  int3
after_int3:
  lea r14, [rel l2]
ud:
  ud2
l2:
  lea r14, [rel l3]
  mov rax, cr0
  or eax, 8
  mov cr0, rax
nm:
  fnop
l3:
  clts
  lea r14, [rel l4]
  mov rax, 0x0000800000000000
noncanonical:
  mov bl, [rax]
l4:
  lea r14, [rel l5]
  mov rbp, rax
noncanonical_stack:
  mov bl, [rbp]
l5:
  lea r14, [rel l6]
  mov eax, 0x500000
pf_read:
  mov bl, [rax]
l6:
  lea r14, [rel l7]
pf_write:
  add dword [rax+8], 1
l7:
  lea r14, [rel l8]
  add eax, 16
  jmp rax
l8:
  lea r14, [rel l9]
  mov eax, 0x1f8
bad_selector:
  mov ds, ax
l9:
  lea r14, [rel l10]
no_gate:
  int 0x40
l10:
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
