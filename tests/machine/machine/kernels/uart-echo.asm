; COM1 by interrupts through the PIC (IRQ 4): echoes what comes until "q". 16550 in its 8250 mode, without FIFOs.
main:
  call pics_on
  mov edi, 0x24
  mov eax, received
  call set_gate
  mov dx, 0x3fb
  mov al, 3
  out dx, al
  mov dx, 0x3fc
  mov al, 0xb
  out dx, al
  mov dx, 0x3f9
  mov al, 1
  out dx, al
  mov dx, 0x3f8
  mov al, '>'
  out dx, al
  mov al, 0xef
  out 0x21, al
.wait:
  sti
  hlt
  cli
  cmp byte [data], 0
  je .wait
  call say
  db "characters: ", 0
  mov eax, [data + 4]
  call decimal
  call newline
  ret

received:
  push rax
  push rdx
.next:
  mov dx, 0x3fd
  in al, dx
  test al, 1
  jz .done
  mov dx, 0x3f8
  in al, dx
  inc dword [data + 4]
  cmp al, 'q'
  jne .echo
  mov byte [data], 1
  jmp .next
.echo:
  out dx, al
  jmp .next
.done:
  mov al, 0x20
  out 0x20, al
  pop rdx
  pop rax
  iretq
