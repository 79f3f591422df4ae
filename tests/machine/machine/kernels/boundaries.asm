; A deadline at each of `count` cycles, `step` apart, from `first` cycles after it is set: what runs meanwhile is `body`, which the test
; gives, after `prepare`. For each, the handler notes where it came (rip), rcx, the flags, and how many cycles after the deadline
; it looked at the time.
deadline equ data + 0x800
came equ data + 0x808
log equ pages
main:
  mov edi, 0x40
  mov eax, tick
  call set_gate
  call setup
  mov dword [apic + 0x320], 0x40040
  xor ebp, ebp
.next:
  call prepare
  mov dword [came], 0
  mov ebx, ebp
  imul ebx, ebx, step
  mov ecx, 0x6e0
  rdtsc
  shl rdx, 32
  or rax, rdx
  lea rax, [rax + rbx + first]
  mov [deadline], rax
  mov rdx, rax
  shr rdx, 32
  wrmsr
  sti
  call body
.wait:
  pause
  cmp dword [came], 0
  je .wait
  cli
  inc ebp
  cmp ebp, count
  jb .next
  ret

tick:
  push rax
  push rcx
  push rdx
  rdtsc
  shl rdx, 32
  or rax, rdx
  sub rax, [deadline]
  mov edx, ebp
  shl edx, 4
  mov [rdx + log + 8], eax
  mov eax, [rsp + 24]
  mov [rdx + log], eax
  mov [rdx + log + 4], ecx
  mov eax, [rsp + 40]
  mov [rdx + log + 12], eax
  inc dword [came]
  mov dword [apic + 0xb0], 0
  pop rdx
  pop rcx
  pop rax
  iretq
