; A token goes around all processors ten times; each waits for its turn with MONITOR and MWAIT.
token equ data + 0x400
finished equ data + 0x440
main:
  mov dword [finished], 0
  xor ebp, ebp
  call smp_start
  call turns
  mov esi, finished
  call all
  call say
  db "token ", 0
  mov eax, [token]
  call decimal
  jmp newline

processor:
turns:
  mov esi, 10
  mov ebx, ebp
.next:
  mov eax, token
  xor ecx, ecx
  xor edx, edx
  monitor
  cmp [token], ebx
  je .mine
  xor eax, eax
  mwait
  jmp .next
.mine:
  add ebx, [processors]
  inc dword [token]
  dec esi
  jnz .next
  lock inc dword [finished]
  ret
