; Rounding control of the x87: 2.5 to an integer in each mode, 1/3 in each precision, denormal operands.
; map: 0x20000:0x1000
; qemu-differs: r8, TCG 7.2 does not note denormal operands
; expect: stop=hlt rax=2 rbx=2 rcx=3 rdx=2 rsi=2
; expect: [0x20100]=0xaaaaaaaaaaaaaaab [0x20110]=0xaaaaaaaaaaaaa800 [0x20120]=0xaaaaab0000000000
; expect: [0x20130]=0xaaaaaaaaaaaaaaaa r8=2 r9=0x3c01
  mov dword [0x20000], 0x40200000
  fld dword [0x20000]
  mov edi, 0x20010
  mov eax, 0x37f
next:
  mov [0x20008], ax
  fldcw [0x20008]
  fist dword [rdi]
  add edi, 4
  add eax, 0x400
  cmp eax, 0xf7f
  jbe next
  mov ebx, [0x20014]
  mov ecx, [0x20018]
  mov edx, [0x2001c]
  fisttp dword [0x20020]
  mov esi, [0x20020]
  ; 1/3 in 64, 53 and 24 bits, and cut off.
  mov dword [0x20000], 3
  mov edi, 0x20100
  mov ebp, controls
thirds:
  fldcw [rbp]
  fld1
  fidiv dword [0x20000]
  fstp tword [rdi]
  add edi, 16
  add ebp, 2
  cmp ebp, controls_end
  jb thirds
  ; A denormal single: DE is noted.
  fninit
  mov dword [0x20000], 1
  fld dword [0x20000]
  fnstsw ax
  movzx r8d, ax
  and r8d, 2
  fstp tword [0x20200]
  mov r9w, [0x20208]
  movzx r9d, r9w
  sub r9d, 0x3f6a - 0x3c01
  mov eax, [0x20010]
  hlt
controls:
  dw 0x37f, 0x27f, 0x07f, 0xf7f
controls_end:
