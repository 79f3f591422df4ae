; A 32-bit ELF file of no boot protocol, entered at `start`. Assembled at 0x200000.
bits 32
org 0x200000
start:
  mov eax, cr0
  and eax, 0x80000001
  cmp eax, 1
  mov esi, no_cr0
  jne fail
  push dword 0x12345678    ; there is a stack
  pop eax
  cmp eax, 0x12345678
  mov esi, no_stack
  jne fail
  movd xmm0, eax           ; SSE is on
  cmp dword [cleared], 0
  mov esi, no_zero
  jne fail
  mov ax, ds               ; the GDT has what the registers have
  mov es, ax
  mov esi, text_ok
  call puts
  jmp success

text_ok: db "protected mode", 10, 0
no_cr0: db "cr0 is not protected mode without paging", 0
no_stack: db "no stack", 0
no_zero: db "the bss is not zero", 0
