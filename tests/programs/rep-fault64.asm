; A repeated store that runs into an absent page stops with rcx and rdi at the iteration that failed; the handler maps
; the page and the instruction goes on.
; map: 0x100000:0x5000
; map: 0x400000:0x2000
; map: 0x20000:0x2000
; with: idt64
; expect: stop=hlt rbx=1 rcx=0 rdi=0x40001800 r8=0x400 r9=0x40001000
; expect: [0x21000]=14 [0x21008]=2 [0x21010]=again [0x21018]=0x40001000
; expect: [0x400ff8]=0x5a5a5a5a5a5a5a5a [0x401000]=0x5a5a5a5a5a5a5a5a [0x4017f8]=0x5a5a5a5a5a5a5a5a [0x401800]=0
  call idt_install
  ; Replace the handler of #PF.
  lea rax, [rel handler]
  mov [idt_base+14*16], ax
  shr rax, 16
  mov [idt_base+14*16+6], ax
  mov edi, 0x100000
  mov qword [rdi], 0x101003
  mov qword [rdi+0x1000], 0x102003
  mov qword [rdi+0x1008], 0x103003
  mov qword [rdi+0x2000], 0x83
  mov qword [rdi+0x3000], 0x104003
  mov qword [rdi+0x4000], 0x400003
  mov esp, 0x22000
  lea r12, [rel gdt_pointer]
  lgdt [r12]
  mov eax, 0x100000
  mov cr3, rax
  cld
  mov edi, 0x40000800
  mov ecx, 0x1000
  mov al, 0x5a
again:
  rep stosb
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
handler:
  mov r8, rcx
  shr r8, 1
  mov r9, rdi
  mov qword [0x104008], 0x401003
  jmp idt_stubs+14*16
gdt_pointer:
  dw 23
  dq gdt
align 8
gdt:
  dq 0
  dq 0x00af9b000000ffff
  dq 0x00cf93000000ffff
