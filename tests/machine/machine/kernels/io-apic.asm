; The I/O APIC: its version and 24 entries; the PIT at input 2, edge-triggered, and the clock's periodic interrupt at input 8; a masked
; entry lets nothing through.
main:
  mov dword [io_apic], 1
  mov eax, [io_apic + 0x10]
  call say
  db "version ", 0
  call hex32
  call newline
  mov edi, 0x32
  mov eax, timer
  call set_gate
  mov edi, 0x38
  mov eax, clock
  call set_gate
  mov ecx, 8
  mov eax, 0x10038           ; masked
  call io_route
  mov ecx, 2
  mov eax, 0x32
  call io_route
  mov al, 0x0a
  out 0x70, al
  mov al, 0x26
  out 0x71, al
  mov al, 0x0b
  out 0x70, al
  mov al, 0x42               ; PIE, 24 hours
  out 0x71, al
  call pit_1000
.wait:
  sti
  hlt
  cli
  cmp dword [data], 5
  jb .wait
  call say
  db "timer 5, clock ", 0
  mov eax, [data + 4]
  call decimal
  call newline
  mov ecx, 2
  mov eax, 0x10032
  call io_route
  mov ecx, 8
  mov eax, 0x38
  call io_route
  mov al, 0x0c               ; let the next edge come
  out 0x70, al
  in al, 0x71
.clock:
  sti
  hlt
  cli
  cmp dword [data + 4], 3
  jb .clock
  call say
  db "clock 3", 10, 0
  ret

timer:
  inc dword [data]
  mov dword [apic + 0xb0], 0
  iretq
clock:
  push rax
  inc dword [data + 4]
  mov al, 0x0c
  out 0x70, al
  in al, 0x71
  mov dword [apic + 0xb0], 0
  pop rax
  iretq
