; Stack faults of the x87: overflow and underflow set IE, SF and C1 as they should and give the default NaN; unmasked, the
; instruction is left undone and the next one raises #MF.
; with: idt64
; map: 0x20000:0x2000
; no-qemu: TCG has no stack faults
; expect: stop=hlt rbx=1 r8=0x3a41 r9=0x41 r10=0xffff r11=0x82c1
; expect: [0x21000]=16 [0x21008]=0 [0x21010]=next
; expect: st0=0x3fff8000000000000000
  call idt_install
  lea r14, [rel after]
  ; Eight values fit; the ninth overflows: IE, SF, C1; top goes on to 7.
  fninit
  mov ecx, 8
fill:
  fld1
  loop fill
  fldz
  fnstsw ax
  movzx r8d, ax
  ; Underflow of an empty stack: IE, SF, C1 clear.
  fninit
  fadd st0, st1
  fnstsw ax
  movzx r9d, ax
  fninit
  fstp qword [0x21800]
  movzx r10d, word [0x21806]
  or r10d, 7
  ; Unmasked: the ninth load leaves the stack alone.
  fninit
  mov ecx, 8
fill2:
  fld1
  loop fill2
  mov word [0x21810], 0x37e
  fldcw [0x21810]
  fldz
  fnstsw ax
  movzx r11d, ax
next:
  fld1
after:
  fnclex
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
