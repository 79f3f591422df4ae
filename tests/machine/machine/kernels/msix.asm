; MSI-X: a masked vector is held in the pending bits and sent when it is unmasked; so with the whole function masked.
main:
  mov eax, 4
  call virtio_start
  xor edi, edi
  mov eax, pages + 0x3000
  mov edx, 16
  mov ecx, 2
  call describe
  mov rdi, [vectors]
  mov dword [rdi + 12], 1
  call virtio_submit
  call settle
  call show
  mov rdi, [vectors]
  mov dword [rdi + 12], 0
  call settle
  call show
  mov rdi, [msix]
  mov word [rdi + 2], 0xc000
  call virtio_submit
  call settle
  call show
  mov rdi, [msix]
  mov word [rdi + 2], 0x8000
  call settle
  call show
  ret
; Until the device has used what it has, and a little with interrupts on
settle:
  mov ax, [available + 2]
  cmp ax, [used + 2]
  jne settle
  sti
  mov ecx, 100
.on:
  dec ecx
  jnz .on
  cli
  ret
show:
  call say
  db "pending ", 0
  mov rax, [pending]
  mov eax, [rax]
  and eax, 1
  call decimal
  call say
  db " interrupts ", 0
  mov eax, [interrupts]
  call decimal
  call newline
  ret
