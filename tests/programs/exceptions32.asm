; Exceptions of flat 32-bit mode: those 64-bit mode has not (#OF, #BR), segment limits, types, expand-down, null, absent.
; mode: 32
; with: idt32
; map: 0x20000:0x3000
; no-qemu: TCG checks neither limits nor types of segments
; expect: stop=hlt ebx=11 edi=0x66
; expect: [0x21000]=4 [0x21008]=after_into
; expect: [0x21010]=5 [0x21018]=range
; expect: [0x21020]=0x0000000d [0x21028]=limit
; expect: [0x21030]=0x0000000d [0x21038]=down
; expect: [0x21040]=0x0000000d [0x21048]=readonly
; expect: [0x21050]=0x0000000d [0x21058]=null
; expect: [0x21060]=0x000000280000000b [0x21068]=absent
; expect: [0x21070]=0x000000080000000d [0x21078]=stack_code
; expect: [0x21080]=0x000000280000000c [0x21088]=stack_absent
; expect: [0x21090]=0x000000020000000e [0x21098]=0x0050000000000000+page
; expect: [0x210a0]=0x0000000d [0x210a8]=0x0050000000000000+past
  call idt_install
  lgdt [gdt_pointer]
  mov al, 0x7f
  inc al
  into
after_into:
  mov dword [idt_resume], l1
  mov eax, 5
range:
  bound eax, [bounds]
l1:
  mov dword [idt_resume], l2
  mov ax, 0x40
  mov fs, ax
limit:
  mov al, [fs:0x1000]
l2:
  mov al, [fs:0xfff]
  mov dword [idt_resume], l3
  mov ax, 0x18
  mov fs, ax
down:
  mov al, [fs:0xfff]
l3:
  mov al, [fs:0x20000]
  mov dword [idt_resume], l4
  mov ax, 0x20
  mov gs, ax
  mov dword [0x22000], 0x66
  mov edi, [gs:0x22000]
readonly:
  mov [gs:0x22000], edi
l4:
  mov dword [idt_resume], l5
  xor eax, eax
  mov gs, ax
null:
  mov al, [gs:0x22000]
l5:
  mov dword [idt_resume], l6
  mov ax, 0x28
absent:
  mov es, ax
l6:
  mov dword [idt_resume], l7
  mov ax, 0x08
stack_code:
  mov ss, ax
l7:
  mov dword [idt_resume], l8
  mov ax, 0x2c & ~4
stack_absent:
  mov ss, ax
l8:
  mov dword [idt_resume], l9
page:
  mov [0x500000], al
l9:
  mov dword [idt_resume], l10
past:
  jmp 0x38:0x1000
l10:
  mov ebx, [idt_next]
  sub ebx, idt_log
  shr ebx, 4
  hlt
align 8
bounds:
  dd 1, 4
gdt_pointer:
  dw gdt_end-gdt-1
  dd gdt
align 8
gdt:
  dq 0
  dq 0x00cf9b000000ffff
  dq 0x00cf93000000ffff   ; 0x10: data, flat
  dq 0x00c097000000000f   ; 0x18: expand-down, valid from 0x10000
  dq 0x00cf91000000ffff   ; 0x20: read-only
  dq 0x00cf13000000ffff   ; 0x28: not present
  dq 0x00cf9b000000ffff   ; 0x30: code
  dq 0x00409b0000000fff   ; 0x38: code, 4 KiB
  dq 0x0040930220000fff   ; 0x40: data, 4 KiB at 0x22000
gdt_end:
