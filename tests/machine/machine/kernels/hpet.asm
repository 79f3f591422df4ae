; The HPET: what it can do; timer 0 periodic in place of the PIT (legacy replacement, input 2); timer 1 one-shot and level-triggered at
; input 20, with remote IRR in the entry until the end of interrupt, and again for as long as its status is set.
hpet equ 0xfed00000
main:
  mov eax, [hpet]
  call hex32
  call space
  mov eax, [hpet + 4]
  call hex32
  call newline
  mov edi, 0x32
  mov eax, tick
  call set_gate
  mov edi, 0x34
  mov eax, once
  call set_gate
  mov ecx, 2
  mov eax, 0x32
  call io_route
  mov dword [hpet + 0x10], 0
  mov dword [hpet + 0xf0], 0
  mov dword [hpet + 0xf4], 0
  mov dword [hpet + 0x100], 0x14c      ; 32 bits, periodic, set the accumulator, on
  mov dword [hpet + 0x108], 100000
  mov dword [hpet + 0x108], 100000
  mov dword [hpet + 0x10], 3
.wait:
  sti
  hlt
  cli
  cmp dword [data], 5
  jb .wait
  mov eax, [hpet + 0xf0]
  call say
  db "periodic 5", 10, "# ", 0
  call decimal
  call newline
  cmp eax, 500000
  jb too_early
  mov dword [hpet + 0x10], 0
  mov dword [hpet + 0x100], 0
  mov dword [hpet + 0xf0], 0
  mov dword [hpet + 0x128], 50000
  mov dword [hpet + 0x12c], 0
  mov dword [hpet + 0x120], 0x2806     ; input 20, level, on
  mov ecx, 20
  mov eax, 0x8034            ; level
  call io_route
  mov dword [hpet + 0x10], 1
.level:
  sti
  hlt
  cli
  cmp dword [data + 4], 2
  jb .level
  mov dword [io_apic], 0x38
  mov eax, [io_apic + 0x10]
  and eax, 0x1ffff
  call say
  db "afterwards ", 0
  call hex32
  call space
  mov eax, [hpet + 0x20]
  call hex32
  call newline
  ret
too_early:
  call fail
  db "five periods are longer", 0

tick:
  inc dword [data]
  mov dword [apic + 0xb0], 0
  iretq
once:
  push rax
  inc dword [data + 4]
  mov dword [io_apic], 0x38
  mov eax, [io_apic + 0x10]
  and eax, 0x1ffff
  call say
  db "entry ", 0
  call hex32
  mov eax, [hpet + 0x20]
  call say
  db " status ", 0
  call hex32
  call newline
  cmp dword [data + 4], 2
  jb .again                  ; it stays asserted, and comes once more
  mov dword [hpet + 0x20], 2
.again:
  mov dword [apic + 0xb0], 0
  pop rax
  iretq
