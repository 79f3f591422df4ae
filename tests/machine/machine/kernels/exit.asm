; Ends with the value that its test gives, 32 bits wide.
main:
  mov eax, value
  out 0xf4, eax
  ret
