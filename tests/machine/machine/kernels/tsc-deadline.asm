; The local APIC's timer in TSC-deadline mode: the interrupt is taken at the first boundary after its deadline; the MSR reads 0 then. A
; deadline that has passed fires at once; 0 disarms.
main:
  mov edi, 0x40
  mov eax, tick
  call set_gate
  mov dword [apic + 0x320], 0x40040
  xor ebx, ebx
.again:
  rdtsc
  shl rdx, 32
  or rax, rdx
  lea rax, [rax + rbx*8 + 400]
  mov [data + 8], rax
  call arm
.spin:
  cmp [data], rbx
  ja .came
  sti
  pause
  jmp .spin
.came:
  cli
  inc ebx
  cmp ebx, 40
  jb .again
  call say
  db "deadlines: ", 0
  mov eax, [data]
  call decimal
  call say
  db 10, "# latest ", 0
  mov eax, [data + 16]
  call decimal
  mov ecx, 0x6e0
  rdmsr
  call say
  db 10, "afterwards ", 0
  call hex32
  mov eax, 1                 ; long ago
  call arm
  sti
  nop
  cli
  call say
  db 10, "passed ones: ", 0
  mov eax, [data]
  sub eax, 40
  call decimal
  rdtsc
  shl rdx, 32
  or rax, rdx
  add rax, 2000
  call arm
  xor eax, eax
  call arm
  sti
  mov ecx, 5000
.idle:
  dec ecx
  jnz .idle
  cli
  call say
  db 10, "disarmed ones: ", 0
  mov eax, [data]
  sub eax, 41
  call decimal
  call newline
  ret

; rax: the deadline
arm:
  mov rdx, rax
  shr rdx, 32
  mov ecx, 0x6e0
  wrmsr
  ret

tick:
  push rax
  push rdx
  inc qword [data]
  rdtsc
  shl rdx, 32
  or rax, rdx
  sub rax, [data + 8]
  js early
  cmp rax, [data + 16]
  jbe .done
  cmp dword [data], 40
  ja .done
  mov [data + 16], rax
.done:
  mov dword [apic + 0xb0], 0
  pop rdx
  pop rax
  iretq
early:
  call fail
  db "before its deadline", 0
