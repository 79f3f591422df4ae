; 32-bit paging: 4 MiB pages (PSE), write protection, user bit, error codes without the I bit; then PAE with 2 MiB and 4 KiB pages
; and no-execute.
; mode: 32
; with: idt32
; map: 0x20000:0x3000
; map: 0x400000:0x400000
; qemu-differs: [0x21030], TCG leaves P clear beside RSVD
; expect: stop=hlt ebx=5 esi=0x12345678 ebp=0x4000e3 edx=0x12345678
; expect: [0x21000]=0x000000030000000e [0x21008]=0x0100000000000000+write_protected
; expect: [0x21010]=0x000000020000000e [0x21018]=0x0200000000000000+absent
; expect: [0x21020]=0x000000000000000e [0x21028]=0x0200000002000000
; expect: [0x21030]=0x000000090000000e [0x21038]=0x4000000000000000+reserved
; expect: [0x21040]=0x000000110000000e [0x21048]=0x4020000040200000
  call idt_install
  lgdt [gdt_pointer]
  ; Directory at 0x500000: 0-4 MiB by 4 MiB page, 4-8 MiB the same, 0xc00000 to 0x400000, 0x1000000 by table at 0x501000.
  mov edi, 0x500000
  mov dword [edi], 0x83
  mov dword [edi+4], 0x400083
  mov dword [edi+12], 0x400083
  mov dword [edi+16], 0x501003
  mov dword [edi+0x1000], 0x600001
  mov esp, 0x23000
  mov eax, edi
  mov cr3, eax
  mov dword [0xc00000], 0x12345678
  mov esi, [0x400000]
  mov ebp, [edi+12]
  mov dword [idt_resume], l1
write_protected:
  mov [0x1000000], eax
l1:
  mov dword [idt_resume], l2
absent:
  mov [0x2000000], eax
l2:
  mov dword [idt_resume], l3
  mov eax, 0x2000000
  jmp eax
l3:
  ; PAE: paging off, tables, on again.
  mov eax, cr0
  btr eax, 31
  mov cr0, eax
  mov eax, cr4
  or eax, 0x20
  mov cr4, eax
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x800
  wrmsr
  mov edi, 0x510000
  mov ecx, 0x4000
  xor eax, eax
  rep stosb
  mov edi, 0x510000
  mov dword [edi], 0x511001
  mov dword [edi+8], 0x512001
  mov dword [edi+0x1000], 0x83
  mov dword [edi+0x1010], 0x400083
  mov dword [edi+0x1018], 0x600083
  ; 1 GiB: reserved bit; 1 GiB + 2 MiB: no execute.
  mov dword [edi+0x2000], 0x400083
  mov dword [edi+0x2004], 0x00100000
  mov dword [edi+0x2008], 0x400083
  mov dword [edi+0x200c], 0x80000000
  mov eax, edi
  mov cr3, eax
  mov eax, cr0
  bts eax, 31
  mov cr0, eax
  mov edx, [0x400000]
  mov edx, [0x40200000]
  mov dword [idt_resume], l4
reserved:
  mov eax, [0x40000000]
l4:
  mov dword [idt_resume], l5
  mov eax, 0x40200000
  jmp eax
l5:
  mov ebx, [idt_next]
  sub ebx, idt_log
  shr ebx, 4
  hlt
gdt_pointer:
  dw 0x37
  dd gdt
align 8
gdt:
  dq 0
  dq 0x00cf9b000000ffff
  dq 0x00cf93000000ffff
  dq 0, 0, 0
  dq 0x00cf9b000000ffff
