; Each processor's own timer wakes it from HLT five times.
ticks equ data + 0x100
finished equ data + 0x140
main:
  mov edi, 0x40
  mov eax, tick
  call set_gate
  mov dword [finished], 0
  call smp_start
  call wait_ticks
  mov esi, finished
  call all
  xor ecx, ecx
.next:
  mov eax, [ticks + rcx*4]
  call decimal
  call space
  inc ecx
  cmp ecx, [processors]
  jb .next
  jmp newline

processor:
wait_ticks:
  mov ebx, [apic + 0x20]
  shr ebx, 24
  mov dword [apic + 0x3e0], 0xb
  mov dword [apic + 0x320], 0x20040
  mov dword [apic + 0x380], 300000
.wait:
  sti
  hlt
  cli
  cmp dword [rbx*4 + ticks], 5
  jb .wait
  mov dword [apic + 0x320], 0x10000
  lock inc dword [finished]
  ret

tick:
  push rax
  mov eax, [apic + 0x20]
  shr eax, 24
  inc dword [rax*4 + ticks]
  mov dword [apic + 0xb0], 0
  pop rax
  iretq
