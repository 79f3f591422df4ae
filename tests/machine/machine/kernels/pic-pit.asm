; The 8254's channel 0 ticks through the 8259 and LINT0: the first of ten waits in IRR while it is masked, the others
; take eight milliseconds or more by the ACPI timer. Channel 0 tells its mode back; channel 2 counts while its gate is open, and port 0x61 shows its output.
main:
  call pics_on
  call pit_1000
  mov al, 0xe2               ; read back: status of channel 0
  out 0x43, al
  in al, 0x40
  and al, 0x3f
  call say
  db "mode ", 0
  call hex8
  call newline
.pending:                    ; masked
  mov al, 0x0a
  out 0x20, al
  in al, 0x20
  test al, 1
  jz .pending
  mov edi, 0x20
  mov eax, tick
  call set_gate
  mov dx, 0x608
  in eax, dx
  mov ebx, eax
  mov al, 0xfe
  out 0x21, al
.wait:
  sti
  hlt
  cli
  cmp dword [data], 10
  jb .wait
  mov dx, 0x608
  in eax, dx
  sub eax, ebx
  and eax, 0xffffff
  mov ebx, eax
  call say
  db "10 ticks", 10, "# ", 0
  call decimal
  call newline
  cmp ebx, 8 * 3579
  jae .gate
  call fail
  db "ticks come too fast", 0
.gate:
  mov al, 0xff
  out 0x21, al
  mov al, 0
  out 0x61, al
  mov al, 0xb0               ; channel 2, mode 0
  out 0x43, al
  mov al, 0x10
  out 0x42, al
  mov al, 0
  out 0x42, al
  in al, 0x61
  and al, 0x20
  call hex8
  mov al, 1
  out 0x61, al
.count:
  in al, 0x61
  test al, 0x20
  jz .count
  call space
  and al, 0x21
  call hex8
  call newline
  ret

tick:
  push rax
  inc dword [data]
  mov al, 0x20
  out 0x20, al
  pop rax
  iretq
