; The keyboard controller: its self test, the keyboard's and mouse's answers by polling, one by IRQ 1, and the reset of the machine.
main:
  call pics_on
  mov edi, 0x21
  mov eax, key
  call set_gate
  mov al, 0xad
  call command
  mov al, 0xa7
  call command
.drain:
  in al, 0x64
  test al, 1
  jz .drained
  in al, 0x60
  jmp .drain
.drained:
  call say
  db "self test ", 0
  mov al, 0xaa
  call command
  call answer
  call say
  db 10, "ports ", 0
  mov al, 0xab
  call command
  call answer
  mov al, 0xa9
  call command
  call answer
  mov al, 0x60               ; no interrupts, no translation, both ports on
  call command
  mov al, 0
  call send
  call say
  db 10, "keyboard ", 0
  mov al, 0xff
  call send
  call answer
  call answer
  mov al, 0xf2
  call send
  call answer
  call answer
  call answer
  mov al, 0xee
  call send
  call answer
  call say
  db 10, "mouse ", 0
  mov al, 0xd4
  call command
  mov al, 0xf2
  call send
  call answer
  call answer
  call say
  db 10, "interrupt ", 0
  mov al, 0x60
  call command
  mov al, 1
  call send
  mov al, 0xfd
  out 0x21, al
  mov al, 0xee
  call send
.wait:
  sti
  hlt
  cli
  cmp byte [data], 0
  je .wait
  mov al, [data]
  call hex8
  call newline
  mov al, 0xfe
  out 0x64, al
.reset:
  hlt
  jmp .reset

command:
  push rax
.busy:
  in al, 0x64
  test al, 2
  jnz .busy
  pop rax
  out 0x64, al
  ret
send:
  push rax
.busy:
  in al, 0x64
  test al, 2
  jnz .busy
  pop rax
  out 0x60, al
  ret
; Waits for a byte, and prints it.
answer:
  in al, 0x64
  test al, 1
  jz answer
  in al, 0x60
  call hex8
  jmp space

key:
  push rax
  in al, 0x60
  mov [data], al
  mov al, 0x20
  out 0x20, al
  pop rax
  iretq
