; Code that writes itself: an instruction ahead in the same block, one already executed, and one through another address.
; map: 0x30000:0x1000
; map: 0x100000:0x5000
; expect: stop=hlt rax=7 rbx=30 rcx=0 rdx=99 rsi=5
  ; The immediate of the very next instruction.
  mov byte [rel next+1], 7
next:
  mov eax, 1
  ; A loop whose addend changes on every turn: 5+4+3+2+1, twice.
  xor ebx, ebx
  mov esi, 2
outer:
  mov ecx, 5
turn:
  mov [rel addend+2], cl
addend:
  add ebx, 100
  loop turn
  dec esi
  jnz outer
  ; A routine elsewhere, called, rewritten, called again.
  mov dword [0x30000], 0x000005be
  mov word [0x30004], 0xc300
  mov edi, 0x30000
  call rdi
  mov dword [0x30000], 0x000063ba
  call rdi
  hlt
