; A 64-bit ELF file of no boot protocol, entered at `start`. Assembled at 0x200000.
bits 64
org 0x200000
start:
  mov ecx, 0xc0000080
  rdmsr
  and eax, 0x500           ; LME and LMA
  cmp eax, 0x500
  mov esi, no_long
  jne fail
  mov rax, 0x123456789abcdef0
  push rax
  pop rbx
  cmp rax, rbx
  mov esi, no_stack
  jne fail
  movq xmm0, rax           ; SSE is on
  cmp dword [cleared], 0
  mov esi, no_zero
  jne fail
  mov ax, ds               ; the GDT has what the registers have
  mov es, ax
  mov esi, text_ok
  call puts
  jmp success

text_ok: db "64-bit mode", 10, 0
no_long: db "EFER has no LME or LMA", 0
no_stack: db "no stack", 0
no_zero: db "the bss is not zero", 0
