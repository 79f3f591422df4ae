; 32-bit mode: a call gate with parameters from level 3 to 0 and RET back, an interrupt gate from level 3 on the TSS's
; stack, and a task switch by CALL with IRET back.
; mode: 32
; with: idt32
; map: 0x20000:0x4000
; expect: stop=hlt eax=0x33 ebx=0x1111 ecx=0x2222 edx=0x4b esi=0x10 edi=0x77 ebp=0x53 cr0=0x8005003b
; expect: [0x23000]=0x28 [0x23020]=0x200000000+task_again
  lgdt [gdt_pointer]
  jmp 0x08:start
start:
  call idt_install
  ; Vector 0x18: a gate that level 3 may use.
  mov eax, finish
  mov [idt_base+0x18*8], ax
  shr eax, 16
  mov [idt_base+0x18*8+6], ax
  mov byte [idt_base+0x18*8+5], 0xee
  ; The present task: esp0, ss0. The other: entry, stack, flat segments.
  mov dword [tss+4], 0x22000
  mov dword [tss+8], 0x10
  mov ax, 0x28
  ltr ax
  mov edi, 0x23000
  mov eax, cr3
  mov [tss+0x1c], eax
  mov [edi+0x1c], eax
  mov dword [edi+0x20], task
  mov dword [edi+0x24], 2
  mov dword [edi+0x38], 0x22800
  mov dword [edi+0x44], 0x99
  mov dword [edi+0x48], 0x10
  mov dword [edi+0x4c], 0x08
  mov dword [edi+0x50], 0x10
  mov dword [edi+0x54], 0x10
  mov dword [edi+0x58], 0x10
  mov dword [edi+0x5c], 0x10
  mov edi, 0x66
  call 0x30:0
  ; Back here: edi is what it was, what the task did is in memory.
  cmp edi, 0x66
  jne bad
  cmp dword [tss_flags], 0x99
  jne bad
  ; To level 3.
  push dword 0x53
  push dword 0x22f00
  push dword 0x4b
  push dword user
  retf
bad:
  hlt
user:
  mov ax, 0x53
  mov ds, ax
  push dword 0x1111
  push dword 0x2222
  call 0x38:0
  mov edx, cs
  mov ebp, ss
  int 0x18
  hlt
service:
  ; Return address, cs, two parameters, esp, ss.
  mov ecx, [esp+8]
  mov ebx, [esp+12]
  mov esi, ss
  mov eax, [esp+16]
  cmp eax, 0x22ef8
  jne bad
  mov edi, 0x77
  retf 8
finish:
  mov eax, 0x33
  cmp dword [esp+4], 0x4b
  jne bad
  cmp dword [esp+12], 0x22f00
  jne bad
  hlt
task:
  mov [tss_flags], edi
  iretd
task_again:
  hlt
align 4
tss_flags:
  dd 0
tss:
  times 26 dd 0
gdt_pointer:
  dw gdt_end-gdt-1
  dd gdt
align 8
gdt:
  dq 0
  dq 0x00cf9b000000ffff   ; 0x08 code
  dq 0x00cf93000000ffff   ; 0x10 data
  dq 0
  dq 0x00cf9b000000ffff   ; 0x20 unused
  dw 0x67, tss - 0x10000
  db 1, 0x89, 0, 0        ; 0x28 TSS
  dw 0x67, 0x3000
  db 2, 0x89, 0, 0        ; 0x30 TSS of the other task
  dw service - 0x10000, 8
  db 2, 0xec
  dw 1                    ; 0x38 call gate, two parameters, DPL 3
  dq 0x00cf9b000000ffff   ; 0x40
  dq 0x00cffb000000ffff   ; 0x48 user code
  dq 0x00cff3000000ffff   ; 0x50 user data
gdt_end:
