; The time-stamp counter never goes back, on one processor or from one to the next: each looks at it `rounds` times under a lock and compares
; with what the last one saw.
last equ data + 0x100
finished equ data + 0x140
main:
  mov dword [finished], 0
  call smp_start
  call look
  mov esi, finished
  call all
  call say
  db "time goes forward", 10, 0
  ret

processor:
look:
  mov esi, rounds
.next:
  call acquire
  lfence
  rdtsc
  shl rdx, 32
  or rax, rdx
  cmp rax, [last]
  jb .back
  mov [last], rax
  call release
  dec esi
  jnz .next
  lock inc dword [finished]
  ret
.back:
  call fail
  db "time went back", 0
