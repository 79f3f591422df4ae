; Values that registers refuse: #GP(0), and nothing has changed.
; no-qemu: TCG 7.2 lets some of them pass
; with: idt64
; map: 0x20000:0x2000
; expect: stop=hlt rbx=6 cr0=0x80050033 cr4=0x506a0 efer=0xd01
; expect: [0x21000]=13 [0x21008]=0 [0x21010]=bad_cr4 [0x21030]=bad_msr [0x21050]=bad_cr0 [0x21070]=bad_cr3
; expect: [0x21090]=bad_efer [0x210b0]=bad_mxcsr
  call idt_install
  lea r14, [rel l1]
  mov rax, cr4
  bts rax, 40
bad_cr4:
  mov cr4, rax
l1:
  lea r14, [rel l2]
  mov ecx, 0x12345678
bad_msr:
  rdmsr
l2:
  ; NW without CD.
  lea r14, [rel l3]
  mov rax, cr0
  bts rax, 29
bad_cr0:
  mov cr0, rax
l3:
  lea r14, [rel l4]
  mov rax, cr3
  bts rax, 60
bad_cr3:
  mov cr3, rax
l4:
  ; LME cannot change while paging is on.
  lea r14, [rel l5]
  mov ecx, 0xc0000080
  xor edx, edx
  mov eax, 0xc01
bad_efer:
  wrmsr
l5:
  lea r14, [rel l6]
  mov dword [0x20800], 0x11f80
bad_mxcsr:
  ldmxcsr [0x20800]
l6:
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
