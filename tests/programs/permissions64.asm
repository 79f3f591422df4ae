; Page faults by permission: R/W with and without WP, NX, reserved bits, SMEP, SMAP with AC, at level 0.
; The page tables are the program's own: 4 KiB pages at 0x40000000 with different rights, all leading to 0x400000.
; with: idt64
; map: 0x20000:0x2000
; map: 0x100000:0x5000
; map: 0x400000:0x1000
; qemu-differs: [0x21048] [0x21068], TCG leaves P clear beside RSVD (SDM vol. 3A §4.7: RSVD can be set only if P is)
; expect: stop=hlt rbx=8 r8=0x99 r9=0x77 r10=0x55
; expect: [0x21000]=14 [0x21008]=3 [0x21018]=0x40000000
; expect: [0x21020]=14 [0x21028]=0x11 [0x21030]=0x40001000 [0x21038]=0x40001000
; expect: [0x21040]=14 [0x21048]=9 [0x21058]=0x40002010
; expect: [0x21060]=14 [0x21068]=0xb [0x21078]=0x40002010
; expect: [0x21080]=14 [0x21088]=0x11 [0x21098]=0x40003000
; expect: [0x210a0]=14 [0x210a8]=1 [0x210b8]=0x40003000
; expect: [0x210c0]=14 [0x210c8]=3 [0x210d8]=0x40003000
; expect: [0x210e0]=14 [0x210e8]=0 [0x210f8]=0x40004000
  call idt_install
  ; 0-2 MiB as they are, for the program, its stack and tables; a descriptor table of its own, since the old one is out of reach.
  mov edi, 0x100000
  mov qword [rdi], 0x101007
  mov qword [rdi+0x1000], 0x102007
  mov qword [rdi+0x1008], 0x103007
  mov qword [rdi+0x2000], 0x83          ; 0-2 MiB, supervisor
  mov qword [rdi+0x3000], 0x104007
  mov qword [rdi+0x4000], 0x400005      ; user, read-only
  mov rax, 0x8000000000400007
  mov [rdi+0x4008], rax                 ; user, no execute
  mov rax, 0x0008000000400007
  mov [rdi+0x4010], rax                 ; reserved bit 51
  mov qword [rdi+0x4018], 0x400007      ; user
  mov qword [rdi+0x4020], 0x400006      ; not present
  mov byte [0x400000], 0x99
  mov byte [0x400008], 0xc3
  mov esp, 0x22000
  lea r12, [rel gdt_pointer]
  lgdt [r12]
  mov eax, 0x100000
  mov cr3, rax
  ; Read-only: with WP a fault, without none.
  mov ebp, 0x40000000
  lea r14, [rel l1]
  mov byte [rbp], 1
l1:
  mov rax, cr0
  btr eax, 16
  mov cr0, rax
  mov byte [rbp+1], 0x77
  bts eax, 16
  mov cr0, rax
  movzx r8d, byte [rbp]
  movzx r9d, byte [rbp+1]
  ; No execute.
  lea r14, [rel l2]
  add ebp, 0x1000
  jmp rbp
l2:
  ; Reserved bits.
  lea r14, [rel l3]
  add ebp, 0x1000
  mov al, [rbp+0x10]
l3:
  lea r14, [rel l4]
  mov [rbp+0x10], al
l4:
  ; SMEP.
  add ebp, 0x1000
  mov rax, cr4
  bts eax, 20
  mov cr4, rax
  lea r14, [rel l5]
  jmp rbp
l5:
  mov rax, cr4
  btr eax, 20
  mov cr4, rax
  lea rax, [rbp+8]
  call rax
  ; SMAP: explicit accesses need AC.
  mov rax, cr4
  bts eax, 21
  mov cr4, rax
  lea r14, [rel l6]
  mov al, [rbp]
l6:
  lea r14, [rel l7]
  mov [rbp], al
l7:
  stac
  mov byte [rbp+2], 0x55
  movzx r10d, byte [rbp+2]
  clac
  mov rax, cr4
  btr eax, 21
  mov cr4, rax
  lea r14, [rel l8]
  add ebp, 0x1000
  mov al, [rbp]
l8:
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
gdt_pointer:
  dw gdt_end-gdt-1
  dq gdt
align 8
gdt:
  dq 0
  dq 0x00af9b000000ffff
  dq 0x00cf93000000ffff
gdt_end:
