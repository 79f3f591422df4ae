; mxcsr: rounding of conversions and divisions, denormals with DAZ and FTZ, sticky exceptions, #XM when unmasked.
; with: idt64
; map: 0x20000:0x2000
; qemu-differs: rbx r13 [0x21000] [0x21010], TCG 7.2 has no #XM and does not note denormal operands
; expect: stop=hlt rbx=1 rax=2 rcx=2 rdx=3 rsi=2
; expect: r8=0x3eaaaaab r9=0x3eaaaaaa r10=0x400000 r11=0 r12=0 r13=0x1fb2
; expect: [0x21000]=19 [0x21008]=0 [0x21010]=unmasked
  call idt_install
  mov eax, 0x40200000
  movd xmm0, eax
  mov dword [0x20800], 0x1f80
  ldmxcsr [0x20800]
  cvtss2si eax, xmm0
  mov dword [0x20800], 0x3f80
  ldmxcsr [0x20800]
  cvtss2si ecx, xmm0
  mov dword [0x20800], 0x5f80
  ldmxcsr [0x20800]
  cvtss2si edx, xmm0
  mov dword [0x20800], 0x7f80
  ldmxcsr [0x20800]
  cvtss2si esi, xmm0
  ; 1/3 to nearest and cut off.
  mov edi, 0x3f800000
  movd xmm1, edi
  mov edi, 0x40400000
  movd xmm2, edi
  movaps xmm3, xmm1
  divss xmm3, xmm2
  movd r9d, xmm3
  mov dword [0x20800], 0x1f80
  ldmxcsr [0x20800]
  movaps xmm3, xmm1
  divss xmm3, xmm2
  movd r8d, xmm3
  ; The smallest normal number halved: denormal; with FTZ, zero.
  mov edi, 0x00800000
  movd xmm4, edi
  mov edi, 0x3f000000
  movd xmm5, edi
  movaps xmm6, xmm4
  mulss xmm6, xmm5
  movd r10d, xmm6
  mov dword [0x20800], 0x9f80
  ldmxcsr [0x20800]
  movaps xmm7, xmm4
  mulss xmm7, xmm5
  movd r11d, xmm7
  ; A denormal operand with DAZ is zero.
  mov dword [0x20800], 0x1fc0
  ldmxcsr [0x20800]
  movaps xmm7, xmm6
  addss xmm7, xmm7
  movd r12d, xmm7
  ; Sticky flags: denormal operand, underflow, inexact.
  mov dword [0x20800], 0x1f80
  ldmxcsr [0x20800]
  mulss xmm6, xmm2
  divss xmm6, xmm2
  mov edi, 0x00000001
  movd xmm7, edi
  mulss xmm7, xmm5
  stmxcsr [0x20800]
  mov r13d, [0x20800]
  ; Unmasked division by zero.
  mov dword [0x20800], 0x1d80
  ldmxcsr [0x20800]
  xorps xmm8, xmm8
  lea r14, [rel after]
unmasked:
  divss xmm1, xmm8
after:
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
