; fw_cfg: its signature and features, the number of processors, a file by the data port and by DMA.
main:
  mov eax, 0
  call select
  mov ecx, 4
.signature:
  in al, dx
  out 0xe9, al
  dec ecx
  jnz .signature
  mov eax, 1
  call select
  in al, dx
  call space
  call decimal
  mov eax, 5
  call select
  in al, dx
  call space
  call decimal
  call newline
  mov eax, 0x19
  call select
  call read32
  mov ebp, eax               ; files
.file:
  sub ebp, 1
  jb .missing
  call read32
  mov [data], eax            ; size
  call read32
  shr eax, 16
  mov [data + 4], eax        ; key
  mov edi, data + 0x40
  mov ecx, 56
.name:
  in al, dx
  stosb
  dec ecx
  jnz .name
  mov esi, name
  mov edi, data + 0x40
  mov ecx, 21
  repe cmpsb
  jne .file
  mov eax, [data]
  call decimal
  call say
  db " bytes: ", 0
  mov eax, [data + 4]
  call select
  mov ecx, [data]
.byte:
  in al, dx
  out 0xe9, al
  dec ecx
  jnz .byte
  call newline
  ; DMA: select, skip 6, read the rest
  mov eax, [data + 4]
  shl eax, 16
  or eax, 8 + 4
  mov ecx, 6
  xor ebx, ebx
  call dma
  mov eax, 2
  mov ecx, [data]
  sub ecx, 6
  mov ebx, pages
  call dma
  mov esi, pages
  call puts
  call newline
  ret
.missing:
  call fail
  db "the file is missing", 0

select:
  mov dx, 0x510
  out dx, ax
  inc edx
  ret
; 32 bits, big-endian
read32:
  push rcx
  push rbx
  mov ecx, 4
  xor ebx, ebx
.byte:
  in al, dx
  shl ebx, 8
  mov bl, al
  dec ecx
  jnz .byte
  mov eax, ebx
  pop rbx
  pop rcx
  ret
; eax: control; ecx: length; ebx: address
dma:
  bswap eax
  bswap ecx
  bswap ebx
  mov [data + 0x80], eax
  mov [data + 0x84], ecx
  mov dword [data + 0x88], 0
  mov [data + 0x8c], ebx
  mov dx, 0x518
  mov eax, data + 0x80
  bswap eax
  out dx, eax
.busy:
  mov eax, [data + 0x80]
  test eax, 0xfeffffff
  jnz .busy
  test eax, eax
  jz .done
  call fail
  db "DMA ends with an error", 0
.done:
  ret
name: db "opt/org.vitrine/test", 0
