; Four-level paging with pages of 4 KiB, 2 MiB and 1 GiB from tables of the program's own: where they lead, and which
; accessed and dirty bits they get.
; map: 0x100000:0x8000
; map: 0x400000:0x400000
; expect: stop=hlt
; expect: rax=0x1111 rbx=0x2222 rcx=0x3333
; expect: r8=0x23 r9=0x23 r10=0x600083 r11=0xe3 r12=0x7021 r13=0x400063 r14=0x401021
  ; PML4 0x100000, PDPT 0x101000, PD 0x102000, PT 0x103000: linear 0-2 MiB as it is, 2 MiB page at 0x40000000 …
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
  ; 1 GiB page: linear 0x8000000000 to physical 0.
  mov qword [0x100008], 0x104003
  mov qword [0x104000], 0x83
  ; 2 MiB page: linear 0x40000000 to physical 0x600000; 4 KiB: 0x40200000 to 0x400000, 0x40201000 to 0x401000.
  mov qword [0x101008], 0x105003
  mov qword [0x105000], 0x600083
  mov qword [0x105008], 0x106003
  mov qword [0x106000], 0x400003
  mov qword [0x106008], 0x401001
  mov qword [0x610000], 0x1111
  mov qword [0x401000], 0x3333
  mov eax, 0x100000
  mov cr3, rax
  mov rdx, 0x40010000
  mov rax, [rdx]
  mov rdx, 0x40200000
  mov qword [rdx], 0x2222
  mov rcx, [rdx+0x1000]
  ; The 1 GiB page sees the same bytes; a write makes it dirty.
  mov rdx, 0x8000400000
  mov rbx, [rdx]
  mov qword [rdx+8], 1
  mov r8, [0x100000]
  mov r9, [0x100008]
  and r8, 0xff
  and r9, 0xff
  mov rdi, 0x8000105000
  mov r10, [rdi]
  and r10, ~0x20
  mov r11, [rdi-0x1000]
  mov r12, 0x7021
  mov r13, [rdi+0x1000]
  mov r14, [rdi+0x1008]
  hlt
