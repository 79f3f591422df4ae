; The entropy device: two draws of 64 bytes that differ.
main:
  mov eax, 4
  call virtio_start
  mov eax, pages + 0x3000
  call draw
  mov eax, pages + 0x3040
  call draw
  mov esi, pages + 0x3000
  mov ecx, 8
.compare:
  mov rax, [rsi]
  cmp rax, [rsi + 64]
  je .same
  add esi, 8
  dec ecx
  jnz .compare
  call say
  db "they differ; interrupts ", 0
  mov eax, [interrupts]
  call decimal
  call newline
  ret
.same:
  call fail
  db "the same bytes twice", 0
draw:
  xor edi, edi
  mov edx, 64
  mov ecx, 2
  call describe
  call virtio_request
  call decimal
  call say
  db " bytes", 10, 0
  ret
