; A handler that is not present: #NP while delivering #GP is a double fault, with error code 0.
; with: idt64
; map: 0x20000:0x2000
; expect: stop=hlt rbx=1 [0x21000]=8 [0x21008]=0 [0x21010]=bad
  call idt_install
  mov byte [idt_base+13*16+5], 0x0e
  lea r14, [rel l1]
  mov ax, 0x1f8
bad:
  mov ds, ax
l1:
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
