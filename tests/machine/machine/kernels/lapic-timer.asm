; The local APIC's timer: one-shot, which comes once, and periodic. Ten million ticks of its 1 GHz are 10 ms by the ACPI timer.
main:
  mov edi, 0x40
  mov eax, tick
  call set_gate
  mov dword [apic + 0x3e0], 0xb   ; undivided
  mov dword [apic + 0x320], 0x40
  mov dx, 0x608
  in eax, dx
  mov ebx, eax
  mov dword [apic + 0x380], 10000000
.wait:
  sti
  hlt
  cli
  cmp dword [data], 1
  jb .wait
  mov dx, 0x608
  in eax, dx
  sub eax, ebx
  and eax, 0xffffff
  mov ebx, eax
  call say
  db "one-shot, then ", 0
  mov eax, [apic + 0x390]
  call decimal
  call say
  db 10, "# ", 0
  mov eax, ebx
  call decimal
  call newline
  cmp ebx, 35795
  jae .periodic
  call fail
  db "it came too early", 0
.periodic:
  mov dword [data], 0
  mov dword [apic + 0x3e0], 0     ; divided by 2
  mov dword [apic + 0x320], 0x20040
  mov dword [apic + 0x380], 100000
.more:
  sti
  hlt
  cli
  cmp dword [data], 5
  jb .more
  mov dword [apic + 0x320], 0x30040
  call say
  db "periodic: 5", 10, 0
  mov dword [apic + 0x380], 0
  ret

tick:
  inc dword [data]
  mov dword [apic + 0xb0], 0
  iretq
