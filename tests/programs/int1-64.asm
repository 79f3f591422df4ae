; INT1 is a trap through the gate of vector 1, whatever its DPL, and leaves dr6 alone.
; no-qemu: TCG raises #UD for INT1
; with: idt64
; map: 0x20000:0x2000
; expect: stop=hlt rbx=1 dr6=0xffff0ff0 [0x21000]=1 [0x21010]=after
  call idt_install
  xor r14d, r14d
  db 0xf1
after:
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
