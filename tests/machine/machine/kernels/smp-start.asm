; Every processor comes once, with its own identity, in the state that a startup message leaves, with its own stack.
main:
  mov eax, [apic + 0x20]
  shr eax, 24
  bts [data], eax
  mov dword [data + 4], 1
  mov rcx, 0x1b
  rdmsr
  and eax, 0xd00
  mov [data + 8], eax
  call smp_start
  mov esi, data + 4
  call all
  mov eax, [processors]
  call decimal
  call say
  db " processors, identities ", 0
  mov eax, [data]
  call hex32
  call say
  db 10, "APIC bases ", 0
  mov eax, [data + 8]
  call hex32
  call space
  mov eax, [data + 12]
  call hex32
  call newline
  ret

processor:
  mov eax, [apic + 0x20]
  shr eax, 24
  lock bts [data], eax
  mov ecx, 0x1b
  rdmsr
  and eax, 0xd00
  mov [data + 12], eax
  mov eax, 1
  cpuid
  shr ebx, 24
  bt [data], ebx             ; CPUID says the same
  jnc .differ
  lock inc dword [data + 4]
  ret
.differ:
  call fail
  db "CPUID and APIC differ", 0
