; Without an IDT the first exception ends the run and is reported itself.
; expect: stop=exception vector=14 error=2 address=0x123456000 triple=0 rip=bad instructions=1
  mov rax, 0x123456000
bad:
  mov [rax], rax
