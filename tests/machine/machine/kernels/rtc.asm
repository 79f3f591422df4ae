; The real-time clock through the PICs (IRQ 8): its date in BCD, periodic interrupts at 1024 Hz, and the end of an update, after which
; the seconds have gone on by one.
main:
.updating:
  mov al, 0x0a
  out 0x70, al
  in al, 0x71
  test al, 0x80
  jnz .updating
  mov bl, 0x32               ; century
  call read
  call hex8
  mov bl, 9
  call read
  call hex8
  mov bl, 8
  call read
  call hex8
  mov bl, 7
  call read
  call hex8
  call newline
  call pics_on
  mov edi, 0x28
  mov eax, interrupt
  call set_gate
  mov bl, 0x0a
  mov al, 0x26
  call write
  mov bl, 0x0c
  call read
  mov bl, 0x0b
  mov al, 0x42
  call write
  mov al, 0xfb
  out 0x21, al
  mov al, 0xfe
  out 0xa1, al
.periodic:
  sti
  hlt
  cli
  cmp dword [data], 4
  jb .periodic
  mov bl, 0x0b
  mov al, 0x12               ; end of update
  call write
  mov bl, 0
  call read
  mov [data + 8], al
.update:
  sti
  hlt
  cli
  cmp dword [data + 4], 0
  je .update
  mov bl, 0
  call read
  mov cl, [data + 8]
  add cl, 1                  ; in BCD
  mov dl, cl
  and dl, 15
  cmp dl, 10
  jb .carried
  add cl, 6
.carried:
  cmp cl, 0x60
  jb .minute
  xor ecx, ecx
.minute:
  cmp al, cl
  je .good
  call fail
  db "the seconds have not gone on by one", 0
.good:
  call say
  db "periodic, update", 10, 0
  ret

; bl: register; al: value
read:
  mov al, bl
  out 0x70, al
  in al, 0x71
  ret
write:
  push rax
  mov al, bl
  out 0x70, al
  pop rax
  out 0x71, al
  ret

interrupt:
  push rax
  mov al, 0x0c
  out 0x70, al
  in al, 0x71
  test al, 0x40
  jz .update
  inc dword [data]
.update:
  test al, 0x10
  jz .end
  inc dword [data + 4]
.end:
  mov al, 0x20
  out 0xa0, al
  out 0x20, al
  pop rax
  iretq
