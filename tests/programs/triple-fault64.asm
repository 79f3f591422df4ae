; With a descriptor table of which no gate is present, a fault shuts the processor down; the report has the first vector.
; map: 0x20000:0x1000
; expect: stop=exception vector=6 triple=1 rip=bad
  lidt [rel pointer]
bad:
  ud2
pointer:
  dw 0xfff
  dq 0x20000
