; Counting under locks: each processor adds `rounds` times by a lock of CMPXCHG, by one of XCHG, by XADD, by CMPXCHG in a loop, and by
; CMPXCHG16B. All totals are exact.
totals equ data + 0x100
finished equ data + 0x140
main:
  mov dword [finished], 0
  call smp_start
  call count
  mov esi, finished
  call all
  xor ebx, ebx
.total:
  mov eax, [totals + rbx*8]
  call decimal
  call space
  inc ebx
  cmp ebx, 5
  jb .total
  mov eax, [totals + 40]
  call decimal
  jmp newline

processor:
count:
  mov ecx, rounds
.next:
  mov edx, 1
.busy:
  xor eax, eax
  lock cmpxchg [data], edx
  jz .mine
  pause
  jmp .busy
.mine:
  inc dword [totals]         ; not atomic by itself
  mov dword [data], 0
  call acquire
  mov eax, [totals + 8]
  inc eax
  mov [totals + 8], eax
  call release
  mov eax, 1
  lock xadd [totals + 16], eax
  mov eax, [totals + 24]
.again:
  lea edx, [rax + 1]
  lock cmpxchg [totals + 24], edx
  jnz .again
  push rcx
  mov rax, [totals + 32]
  mov rdx, [totals + 40]
.wide:
  lea rbx, [rax + 1]
  lea rcx, [rdx + 2]
  lock cmpxchg16b [totals + 32]
  jnz .wide
  pop rcx
  dec ecx
  jnz .next
  lock inc dword [finished]
  ret
