; ACPI: the FADT's ports, the power-management timer against the HPET, and S5.
main:
  mov esi, 'FACP'
  call find_table
  mov ebx, eax
  call say
  db "control ", 0
  mov eax, [rbx + 64]
  call hex16
  call say
  db " timer ", 0
  mov eax, [rbx + 76]
  call hex16
  call say
  db " reset ", 0
  mov eax, [rbx + 120]
  call hex16
  call newline
  mov edi, 0xfed00000
  mov dword [rdi + 0x10], 1
  mov edx, [rbx + 76]
  mov ecx, [rdi + 0xf0]
  in eax, dx
  mov esi, eax
.wait:
  mov eax, [rdi + 0xf0]
  sub eax, ecx
  cmp eax, 2000              ; 20 µs
  jb .wait
  in eax, dx
  sub eax, esi
  and eax, 0xffffff
  call say
  db "# ", 0
  call decimal
  call newline
  cmp eax, 71
  jae .good
  call fail
  db "the timer is slow", 0
.good:
  mov dx, [rbx + 64]
  mov ax, 0x2000
  out dx, ax
.off:
  hlt
  jmp .off
