; MMX: a pending x87 exception is #MF before mm instructions and those between mm and xmm, not before conversions from
; memory; without CR4.OSFXSR the mixed ones are #UD; with CR0.TS all are #NM; with CR0.EM #UD. x87 state becomes MMX state.
; with: idt64
; map: 0x20000:0x2000
; no-qemu: TCG looks for no pending exception before MMX
; expect: stop=hlt rbx=6 rdx=0x3000 rbp=0 r12=0x4000000040000000 rcx=2
; expect: [0x21000]=16 [0x21010]=first
; expect: [0x21020]=16 [0x21030]=second
; expect: [0x21040]=6 [0x21050]=third
; expect: [0x21060]=7 [0x21070]=fourth
; expect: [0x21080]=6 [0x21090]=fifth
; expect: [0x210a0]=7 [0x210b0]=sixth
  call idt_install
  mov rax, cr4
  or eax, 0x600
  mov cr4, rax
  mov rax, cr0
  or eax, 0x22
  mov cr0, rax
  mov dword [0x20800], 2
  mov dword [0x20804], 2
  fninit
  ; Not masked: division by zero. The mm instruction is in the same block as what it must notice.
  mov word [0x20810], 0x37b
  fldcw [0x20810]
  fld1
  fldz
  lea r14, [rel after_first]
  fdivp st(1), st(0)
first:
  paddb mm0, mm1
after_first:
  fnstsw ax
  mov edx, eax
  and edx, 0x3800
  lea r14, [rel after_second]
second:
  cvtpi2ps xmm0, mm0
after_second:
  cvtpi2ps xmm1, [0x20800]
  movq r12, xmm1
  fnclex
  paddd mm2, mm2
  fnstsw ax
  mov ebp, eax
  and ebp, 0x3800
  mov rax, cr4
  and eax, ~0x200
  mov cr4, rax
  lea r14, [rel after_third]
third:
  movq2dq xmm0, mm0
after_third:
  movq mm3, [0x20800]
  movd ecx, mm3
  mov rax, cr0
  or eax, 8
  mov cr0, rax
  lea r14, [rel after_fourth]
fourth:
  paddb mm0, mm1
after_fourth:
  clts
  mov rax, cr0
  or eax, 4
  mov cr0, rax
  lea r14, [rel after_fifth]
fifth:
  paddb mm0, mm1
after_fifth:
  and eax, ~4
  or eax, 8
  mov cr0, rax
  mov rax, cr4
  or eax, 0x200
  mov cr4, rax
  lea r14, [rel after_sixth]
sixth:
  movdq2q mm0, xmm0
after_sixth:
  clts
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
