; The debug console says that it is there; the start information is PVH's.
main:
  in al, 0xe9
  call say
  db "port e9 reads ", 0
  call hex8
  call newline
  mov eax, [start_info]
  mov eax, [rax]
  call say
  db "start information ", 0
  call hex32
  call newline
  ret
