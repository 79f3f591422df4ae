; A disk: its size, the start of sector 0, a sector written, flushed and read again, and a sector that is not there.
header equ pages + 0x3000
buffer equ pages + 0x4000
status equ pages + 0x5000
main:
  mov eax, 2
  call virtio_start
  mov rdi, [device]
  mov eax, [rdi]
  call say
  db "sectors ", 0
  call decimal
  xor eax, eax
  xor ebx, ebx
  call transfer
  call say
  db 10, "sector 0 ", 0
  mov rax, [buffer]
  call hex64
  mov ecx, 512
  xor eax, eax
.fill:
  mov [buffer + rcx - 1], cl
  dec ecx
  jnz .fill
  mov eax, 1
  mov ebx, 3
  call transfer
  mov eax, 4
  xor ebx, ebx
  call transfer
  mov ecx, 512
.clear:
  mov byte [buffer + rcx - 1], 0
  dec ecx
  jnz .clear
  xor eax, eax
  mov ebx, 3
  call transfer
  call say
  db 10, "sector 3 ", 0
  mov rax, [buffer + 256]
  call hex64
  mov rdi, [device]
  xor eax, eax
  mov ebx, [rdi]
  call transfer
  call newline
  ret

; eax: 0 read, 1 write, 4 flush; ebx: sector. Prints the bytes that the device has written, and its status.
transfer:
  mov [header], eax
  mov dword [header + 4], 0
  mov [header + 8], rbx
  mov byte [status], 0xff
  push rax
  xor edi, edi
  mov eax, header
  mov edx, 16
  mov ecx, 1
  call describe
  pop rcx
  cmp ecx, 4
  je .last
  xor ecx, 1
  lea ecx, [rcx*2 + 1]       ; the device writes what is read
  mov eax, buffer
  mov edx, 512
  call describe
.last:
  mov eax, status
  mov edx, 1
  mov ecx, 2
  call describe
  call virtio_request
  call say
  db " (", 0
  call decimal
  movzx eax, byte [status]
  call space
  call decimal
  call say
  db ")", 0
  ret
