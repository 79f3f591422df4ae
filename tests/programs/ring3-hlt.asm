; HLT is privileged.
; ring: 3
; expect: stop=exception vector=13 error=0 cs=0x2b ss=0x23 rip=bad rax=1
  mov eax, 1
bad:
  hlt
