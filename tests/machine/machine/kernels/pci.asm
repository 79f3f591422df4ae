; Every function 0 of bus 0, by the ports 0xCF8 and by ECAM, whose address the MCFG tells: the same in both. Of virtio devices: what
; they are, and the size of the BAR with their registers.
main:
  mov esi, 'MCFG'
  call find_table
  mov eax, [rax + 44]
  mov [data], eax
  xor ebx, ebx
.slot:
  mov eax, ebx
  shl eax, 11
  or eax, 0x80000000
  mov esi, eax
  mov edi, ebx
  shl edi, 15
  add edi, [data]
  xor ecx, ecx
.register:
  lea eax, [rsi + rcx]
  mov dx, 0xcf8
  out dx, eax
  mov dx, 0xcfc
  in eax, dx
  cmp eax, [rdi + rcx]
  jne differ
  add ecx, 4
  cmp ecx, 256
  jb .register
  cmp word [rdi], 0x1af4
  jne .next
  mov eax, ebx
  call say
  db "slot ", 0
  call decimal
  mov ax, [rdi + 2]
  call say
  db " device ", 0
  call hex16
  mov eax, [rdi + 8]
  shr eax, 16
  call say
  db " class ", 0
  call hex16
  mov eax, [rdi + 0x2c]
  call say
  db " subsystem ", 0
  call hex32
  mov eax, [rdi + 0x20]      ; BAR 4
  mov ecx, eax
  call say
  db " BAR ", 0
  and eax, 7                 ; QEMU's is prefetchable too
  call hex8
  test ecx, 0xfffffff0
  jz nowhere
  mov dword [rdi + 0x20], 0xffffffff
  mov eax, [rdi + 0x20]
  mov [rdi + 0x20], ecx
  call space
  and eax, -9
  call hex32
  mov eax, [rdi + 0x20]
  cmp eax, ecx
  jne differ
  call newline
.next:
  inc ebx
  cmp ebx, 32
  jb .slot
  ; Bytes and words behind the address, and an address that is not enabled
  mov dx, 0xcf8
  mov eax, 0x80000000
  out dx, eax
  mov dx, 0xcfe
  in ax, dx
  mov ecx, [data]
  cmp ax, [rcx + 2]
  jne differ
  mov dx, 0xcf8
  xor eax, eax
  out dx, eax
  mov dx, 0xcfc
  in eax, dx
  call hex32
  call newline
  ret
differ:
  call fail
  db "they differ", 0
nowhere:
  call fail
  db "a BAR has no address", 0
