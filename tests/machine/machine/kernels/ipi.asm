; Interrupts between processors: fixed to each by physical and by logical destination, to all but self, to all, to self; NMI. The others
; wait in HLT. Each count is exact.
COUNT equ data + 0x100
NMIS equ data + 0x200
ready equ data + 0x300
main:
  mov edi, 0x60
  mov eax, came
  call set_gate
  mov edi, 2
  mov eax, nmi
  call set_gate
  mov dword [ready], 1
  mov dword [apic + 0xe0], 0xffffffff
  mov dword [apic + 0xd0], 0x01000000
  call smp_start
  mov esi, ready
  call all
  call show
  mov ebx, 1                 ; physical, one by one
.each:
  cmp ebx, [processors]
  jae .logical
  mov eax, ebx
  shl eax, 24
  mov [ICR + 16], eax
  mov dword [ICR], 0x4060
  inc ebx
  jmp .each
.logical:                    ; the logical destinations of 0 and 1
  mov esi, 1
  call await
  call show
  mov dword [ICR + 16], 0x03000000
  mov dword [ICR], 0x4860
  call one
  xor esi, esi
  call add_await
  call show
  mov dword [ICR], 0xc4060   ; all but self
  mov esi, 1
  call add_await
  call show
  mov dword [ICR], 0x84060   ; all
  call one
  mov esi, 1
  call add_await
  call show
  mov dword [ICR], 0x44060   ; self
  call one
  call show
  mov dword [ICR], 0xc4400   ; NMI to all but self
.nmis:
  pause
  mov ecx, 1
  mov eax, [NMIS]
.sum:
  cmp ecx, [processors]
  jae .summed
  add eax, [NMIS + rcx*4]
  inc ecx
  jmp .sum
.summed:
  inc eax
  cmp eax, [processors]
  jne .nmis
  call say
  db "NMIs: ", 0
  mov esi, NMIS
  jmp show_at

; With interrupts on for a moment: what is sent to this processor is taken.
one:
  sti
  nop
  nop
  cli
  ret
; Waits until every other processor's count is esi
await:
  mov [data], esi
  mov ecx, 1
.next:
  cmp ecx, [processors]
  jae .done
.wait:
  pause
  mov eax, [COUNT + rcx*4]
  mov edx, [data]
  cmp ecx, 1
  jne .plain
  add edx, [data + 4]        ; processor 1 has one more from the logical destination
.plain:
  cmp eax, edx
  jb .wait
  inc ecx
  jmp .next
.done:
  ret
add_await:
  mov dword [data + 4], 1
  add esi, [data]
  jmp await

show:
  call say
  db "counts: ", 0
  mov esi, COUNT
show_at:
  xor ecx, ecx
.next:
  mov eax, [rsi + rcx*4]
  call decimal
  call space
  inc ecx
  cmp ecx, [processors]
  jb .next
  jmp newline

came:
  push rax
  mov eax, [apic + 0x20]
  shr eax, 24
  lock inc dword [rax*4 + COUNT]
  mov dword [apic + 0xb0], 0
  pop rax
  iretq
nmi:
  push rax
  mov eax, [apic + 0x20]
  shr eax, 24
  lock inc dword [rax*4 + NMIS]
  pop rax
  iretq

processor:
  mov eax, [apic + 0x20]
  shr eax, 24
  mov ecx, eax
  mov eax, 0x01000000
  shl eax, cl
  mov dword [apic + 0xe0], 0xffffffff
  mov [apic + 0xd0], eax
  lock inc dword [ready]
.wait:
  sti
  hlt
  jmp .wait
