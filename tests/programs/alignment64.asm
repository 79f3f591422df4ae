; #AC at level 3 with cr0.AM and AC set, for each size by its own alignment.
; ring: 3
; map: 0x20000:0x1000
; expect: stop=exception vector=17 error=0 rip=bad rbx=0x1234
  pushfq
  or qword [rsp], 0x40000
  mov word [0x20002], 0x1234
  popfq
  movzx ebx, word [0x20002]
  mov al, [0x20001]
bad:
  mov eax, [0x20002]
