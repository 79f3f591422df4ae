; An instruction across two pages, of which either comes to lead elsewhere: by INVLPG, by another CR3, and where both are global.
; map: 0x100000:0x10000
; expect: stop=hlt
; expect: rbx=3063 r8=126 r9=1020 r10=1146 r11=1272 r12=2166
  ; PML4 0x100000, PDPT 0x101000, PD 0x102000, PT 0x103000: linear 0-2 MiB as it is, but for 0x1f0000 and 0x1f1000.
  mov edi, 0x100000
  mov qword [rdi], 0x101003
  mov qword [rdi+0x1000], 0x102003
  mov qword [rdi+0x2000], 0x103003
  mov edi, 0x103000
  mov eax, 3
  mov ecx, 512
fill:
  mov [rdi], rax
  add rdi, 8
  add rax, 0x1000
  loop fill
  mov qword [0x103000 + 8 * 0x1f0], 0x108003
  mov qword [0x103000 + 8 * 0x1f1], 0x109003
  ; mov ecx, 42 or 298 by the second page, one more by the other first page; jmp rsi
  mov word [0x108ffe], 0x2ab9
  mov word [0x10bffe], 0x2bb9
  mov dword [0x109000], 0xff000000
  mov byte [0x109004], 0xe6
  mov dword [0x10a000], 0xff000001
  mov byte [0x10a004], 0xe6
  xor ebx, ebx
  mov eax, 0x100000
  mov cr3, rax

  lea r14, [rel l1]
  jmp thrice
l1:
  mov r8, rbx
  mov qword [0x103000 + 8 * 0x1f1], 0x10a003
  invlpg [0x1f1000]
  lea r14, [rel l2]
  jmp thrice
l2:
  mov r9, rbx
  mov qword [0x103000 + 8 * 0x1f1], 0x109003
  mov cr3, rax
  lea r14, [rel l3]
  jmp thrice
l3:
  mov r10, rbx
  mov qword [0x103000 + 8 * 0x1f0], 0x108103
  mov qword [0x103000 + 8 * 0x1f1], 0x109103
  invlpg [0x1f0000]
  invlpg [0x1f1000]
  lea r14, [rel l4]
  jmp thrice
l4:
  mov r11, rbx
  mov qword [0x103000 + 8 * 0x1f1], 0x10a103
  invlpg [0x1f1000]
  lea r14, [rel l5]
  jmp thrice
l5:
  mov r12, rbx
  mov qword [0x103000 + 8 * 0x1f0], 0x10b103
  invlpg [0x1f0000]
  lea r14, [rel l6]
  jmp thrice
l6:
  hlt

; Goes there three times, adds up what it gives, and on to r14.
thrice:
  mov r15d, 3
  mov edi, 0x1f0ffe
  lea rsi, [rel back]
again:
  jmp rdi
back:
  add rbx, rcx
  dec r15d
  jnz again
  jmp r14
