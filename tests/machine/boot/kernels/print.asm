; What the test kernels have in common, for 32- and 64-bit code alike: text on port 0xe9, the end by port 0xf4
; (isa-debug-exit: QEMU's exit status is (value << 1) | 1). Numbers are 32 bits wide. All of it clobbers eax, ecx and edx.

; esi: a zero-terminated string
puts:
  mov al, [esi]
  test al, al
  jz .done
  out 0xe9, al
  inc esi
  jmp puts
.done:
  ret

; esi: a string; edi: how many characters of it
putn:
  test edi, edi
  jz .done
  mov al, [esi]
  out 0xe9, al
  inc esi
  dec edi
  jmp putn
.done:
  ret

; eax: a number, as eight hexadecimal digits
hex:
  mov edx, eax
  mov ecx, 8
.digit:
  rol edx, 4
  mov eax, edx
  and eax, 15
  mov al, [digits + eax]
  out 0xe9, al
  dec ecx
  jnz .digit
  ret

newline:
  mov al, 10
  out 0xe9, al
  ret

; esi, edi: start and size of a module: prints its size, the sum of its bytes and its first 16 characters
module:
  mov eax, edi
  call hex
  mov al, 32
  out 0xe9, al
  xor edx, edx
  xor ecx, ecx
.byte:
  cmp ecx, edi
  jae .summed
  movzx eax, byte [esi + ecx]
  add edx, eax
  inc ecx
  jmp .byte
.summed:
  mov eax, edx
  call hex
  mov al, 32
  out 0xe9, al
  cmp edi, 16
  jbe .short
  mov edi, 16
.short:
  jmp putn

; esi: what went wrong
fail:
  mov ebx, esi
  mov esi, failed
  call puts
  mov esi, ebx
  call puts
  call newline
  mov al, 1
  out 0xf4, al
  hlt

success:
  mov al, 0x10
  out 0xf4, al
  hlt

digits: db "0123456789abcdef"
failed: db "FAILED: ", 0
text_command_line: db "command line: ", 0
text_modules: db "modules: ", 0
text_module: db "module: ", 0
text_map: db "kernel in RAM: ", 0
text_yes: db "yes", 10, 0
text_no: db "no", 10, 0
text_rsdp: db "RSDP: ", 0
