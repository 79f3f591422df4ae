; Accesses and instructions across pages. A store that faults on its second page leaves the first as it was.
; with: idt64
; map: 0x20000:0x2000
; map: 0x30000:0x2000
; map: 0x40000:0x1000
; expect: stop=hlt rbx=3
; expect: rax=0x8877665544332211 r8=0x1122334455667788 r9=42
; expect: r10=0xaaaaaaaaaaaaaaaa
; expect: [0x21000]=14 [0x21008]=2 [0x21018]=0x41000
; expect: [0x21020]=14 [0x21028]=0 [0x21038]=0x41000
; expect: [0x21040]=14 [0x21048]=0x10 [0x21050]=0x40ffd [0x21058]=0x41000
  call idt_install
  mov rax, 0x8877665544332211
  mov [0x30ffd], rax
  xor eax, eax
  mov rax, [0x30ffd]
  mov rdx, rax
  bswap rdx
  mov [0x30ff9], rdx
  mov r8, [0x30ff9]
  ; mov r9d, 42; ret in two pages
  mov dword [0x30ffe], 0x002ab941
  mov byte [0x31002], 0
  mov byte [0x31003], 0
  mov byte [0x31004], 0xc3
  mov edi, 0x30ffe
  call rdi
  ; Stores and loads into the unmapped.
  mov r10, 0xaaaaaaaaaaaaaaaa
  mov [0x40ff8], r10
  lea r14, [rel l1]
  mov rdx, 0x1234567890
  mov [0x40ffc], rdx
l1:
  mov r10, [0x40ff8]
  lea r14, [rel l2]
  mov rdx, [0x40ffc]
l2:
  ; An instruction that begins in the mapped page and ends in the unmapped one.
  mov byte [0x40ffd], 0xb8
  mov word [0x40ffe], 0
  lea r14, [rel l3]
  mov edi, 0x40ffd
  jmp rdi
l3:
  ; One that ends exactly at the page's end is no fault.
  mov byte [0x40fff], 0xc3
  mov edi, 0x40fff
  call rdi
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
