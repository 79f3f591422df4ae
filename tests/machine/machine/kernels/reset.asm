; The reset control register.
main:
  mov dx, 0xcf9
  in al, dx
  call say
  db "reset control ", 0
  call hex8
  call newline
  mov al, 2
  out dx, al
  mov al, 6
  out dx, al
.reset:
  hlt
  jmp .reset
