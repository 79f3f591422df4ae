; COM1 looped back on itself: modem lines, the FIFO of 16, the identification of interrupts, the scratch register.
main:
  mov dx, 0x3ff
  mov al, 0x5a
  out dx, al
  in al, dx
  call say
  db "scratch ", 0
  call hex8
  mov dx, 0x3fc
  mov al, 0x1f
  out dx, al
  mov dx, 0x3fe
  in al, dx
  and al, 0xf0
  call say
  db 10, "modem lines ", 0
  call hex8
  mov dx, 0x3fa
  mov al, 0x07
  out dx, al
  in al, dx
  call say
  db 10, "FIFO ", 0
  call hex8
  mov dx, 0x3f8
  mov al, 'a'
.send:
  out dx, al
  mov rcx, 1000
.settle:                     ; the transmitter takes as long as a line would
  mov dx, 0x3fd
  xchg al, ah
  in al, dx
  xchg al, ah
  test ah, 0x40
  jz .settle
  mov dx, 0x3f8
  inc al
  cmp al, 'a' + 16
  jb .send
  call say
  db 10, "received ", 0
.take:
  mov dx, 0x3fd
  in al, dx
  test al, 1
  jz .taken
  mov dx, 0x3f8
  in al, dx
  out 0xe9, al
  jmp .take
.taken:
  call newline
  ret
